// A task that is ticked in the preview is ticked in the text.
import type { DocumentSession } from '../pages/document-session.ts'

/** `line` from 0. Does nothing where there is no task any more, or where the text cannot be changed. */
export function toggleTask(session: DocumentSession, line: number): void {
  const view = session.editor.peek()?.view
  if (view === undefined || view.state.readOnly || line >= view.state.doc.lines) return
  const { from, text } = view.state.doc.line(line + 1)
  const match = /^(?:[\s>]*(?:[-+*]|\d+[.)])\s+)+\[([ xX])\]/.exec(text)
  if (match?.[1] === undefined) return
  const at = from + match[0].length - 2
  view.dispatch({ changes: { from: at, to: at + 1, insert: match[1] === ' ' ? 'x' : ' ' }, userEvent: 'input' })
}
