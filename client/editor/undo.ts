// Undo of the shared text: it takes back only what one wrote oneself.
import { Facet } from '@codemirror/state'
import type { EditorView, KeyBinding } from '@codemirror/view'
import type { UndoManager } from 'yjs'

/** The undo manager of an editor. */
export const undoManager = Facet.define<UndoManager, UndoManager | undefined>({ combine: ([first]) => first })

const step = (take: (manager: UndoManager) => void) => (view: EditorView) => {
  const manager = view.state.facet(undoManager)
  // Where the text is read-only it would still change it.
  if (manager !== undefined && !view.state.readOnly) take(manager)
  return true
}

export const undo = step((manager) => manager.undo())
export const redo = step((manager) => manager.redo())

export const undoKeymap: readonly KeyBinding[] = [
  { key: 'Mod-z', run: undo, preventDefault: true },
  { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
  { key: 'Mod-Shift-z', run: redo, preventDefault: true },
]
