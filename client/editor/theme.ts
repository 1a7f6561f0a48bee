// How the editor looks. Through EditorView.theme and not through CSS layers: CodeMirror's own styles are unlayered and win.
import { EditorView } from '@codemirror/view'

const gutter = 'max(24px, calc((100% - var(--measure)) / 2))'

export const theme = EditorView.theme({
  '&': { flex: '1', minHeight: '0', color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '1rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '1.75rem', overflowX: 'hidden', scrollPaddingBlock: '48px' },
  // The whole sheet takes clicks; the measure is made by the lines, because selections are drawn between their paddings.
  '.cm-content': { padding: '48px 0 40vh', caretColor: 'var(--accent)', minHeight: '100%' },
  // `line-direction` says which way a line runs: where the browser has to find out, it takes twice as long to lay it out.
  '.cm-line': { padding: `0 ${gutter}`, textAlign: 'start' },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '& ::selection': { backgroundColor: 'var(--selection)' },
  '@media (max-width: 840px)': { '.cm-content': { paddingTop: '24px' } },

  '.cm-remote-selections, .cm-remote-carets': { pointerEvents: 'none' },
  '.cm-remote-selection': { backgroundColor: 'var(--person-soft)', borderRadius: '2px' },
  '.cm-remote-caret': {
    left: '0',
    top: '0',
    width: '2px',
    marginLeft: '-1px',
    borderRadius: '1px',
    backgroundColor: 'var(--person)',
  },
  '.cm-remote-caret.idle': { opacity: '0.45' },
  '.cm-remote-flag': {
    position: 'absolute',
    bottom: '100%',
    left: '0',
    boxSizing: 'border-box',
    maxWidth: '10.5rem',
    height: '1.25rem',
    padding: '0 6px',
    overflow: 'hidden',
    borderRadius: '6px 6px 6px 2px',
    backgroundColor: 'var(--person)',
    color: 'var(--person-ink)',
    font: '500 var(--size-12)/1.25rem var(--font)',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    unicodeBidi: 'isolate',
    opacity: '0',
    transition: 'opacity var(--calm)',
  },
  '.cm-remote-caret.moving .cm-remote-flag': { opacity: '1' },
  '.cm-remote-caret.below .cm-remote-flag': { bottom: 'auto', top: '100%', borderRadius: '2px 6px 6px 6px' },
  '.cm-remote-caret.leftward .cm-remote-flag': { left: 'auto', right: '0', borderRadius: '6px 6px 2px 6px' },
  '.cm-remote-caret.below.leftward .cm-remote-flag': { borderRadius: '6px 2px 6px 6px' },
})
