// A text file that is dropped on the sheet goes into the text where it was dropped.
import type { Toasts } from '../ui/toasts.tsx'
import type { DocumentSession } from './document-session.ts'

/** Handlers for the element that takes files; `onOver` tells whether one hangs above it. */
export function takeFiles(session: DocumentSession, toasts: Toasts, onOver: (isOver: boolean) => void) {
  return {
    onDragOverCapture(event: DragEvent) {
      if (!hasFiles(event)) return
      event.preventDefault()
      onOver(true)
    },
    onDragLeave(event: DragEvent & { currentTarget: HTMLElement }) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) onOver(false)
    },
    // Before the editor, which would take anything.
    onDropCapture(event: DragEvent) {
      onOver(false)
      if (!hasFiles(event)) return
      event.preventDefault()
      event.stopPropagation()
      const view = session.editor.peek()?.view
      const at = view?.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view?.state.selection.main.head ?? 0
      // Gone when this handler returns.
      const files = [...(event.dataTransfer?.files ?? [])]
      import('../files/import.ts').then(
        ({ importDropped }) => importDropped(files, at, session, toasts),
        () => session.options.events.partMissing(),
      )
    },
  }
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false
