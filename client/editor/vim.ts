// The vim keymap, for who likes it; loaded when it is switched on.
import type { Extension } from '@codemirror/state'
import { EditorView, ViewPlugin } from '@codemirror/view'
import { CodeMirror, getCM, vim } from '@replit/codemirror-vim'
import { redo, undo, undoManager } from './undo.ts'

const theme = EditorView.theme({
  '.cm-vim-panel': {
    padding: '4px 16px',
    borderTop: '1px solid var(--line)',
    fontFamily: 'var(--font-code)',
    fontSize: 'var(--size-13)',
    color: 'var(--ink-2)',
    backgroundColor: 'var(--paper)',
  },
  '.cm-vim-panel input': { color: 'var(--ink)', fontFamily: 'inherit' },
  '&:not(.cm-focused) .cm-fat-cursor': { outline: '1px solid var(--accent)', background: 'none' },
  '.cm-fat-cursor': { background: 'var(--accent) !important', color: 'var(--paper) !important' },
})

/** `u` and Ctrl-R: undo is the shared text's, which takes back only what one wrote oneself. */
function useSharedUndo(): void {
  CodeMirror.commands.undo = ({ cm6 }: CodeMirror) => void undo(cm6)
  CodeMirror.commands.redo = ({ cm6 }: CodeMirror) => void redo(cm6)
}

/** Each command is a step of its own for undo, however fast the next one follows. */
const steps = ViewPlugin.define((view) => {
  const end = () => view.state.facet(undoManager)?.stopCapturing()
  const editor = getCM(view)
  editor?.on('vim-command-done', end)
  editor?.on('vim-mode-change', end)
  return {
    destroy() {
      editor?.off('vim-command-done', end)
      editor?.off('vim-mode-change', end)
    },
  }
})

/** Modal editing with a line that says in which mode one is. */
export function vimKeys(): Extension {
  useSharedUndo()
  return [vim({ status: true }), steps, theme]
}
