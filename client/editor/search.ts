// Find and replace; loaded when it is first asked for.
import {
  highlightSelectionMatches,
  openSearchPanel,
  search,
  searchKeymap,
  selectNextOccurrence,
} from '@codemirror/search'
import { EditorState, type Extension, Prec, StateEffect } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { words } from '../words/words.ts'

/** The search panel's words, in the reader's language. */
function phrases(): Record<string, string> {
  const say = words().search
  return {
    Find: say.find,
    Replace: say.replaceWith,
    next: say.next,
    previous: say.previous,
    all: say.all,
    'match case': say.matchCase,
    regexp: say.pattern,
    'by word': say.byWord,
    replace: say.replace,
    'replace all': say.replaceAll,
    close: say.close,
    'current match': say.currentMatch,
    'on line': say.onLine,
    'replaced match on line $': say.replacedMatch,
    'replaced $ matches': say.replacedMatches,
  }
}

const theme = EditorView.theme({
  '.cm-searchMatch': { backgroundColor: 'var(--found)', borderRadius: '2px' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--found-here)' },

  '.cm-selectionMatch': { backgroundColor: 'var(--hover)', borderRadius: '2px' },

  '.cm-panels': { backgroundColor: 'transparent', color: 'var(--ink)', fontFamily: 'var(--font)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '6px',
    padding: '8px 44px 8px 12px',
    fontSize: 'var(--size-13)',
  },
  '.cm-panel.cm-search br': { flexBasis: '100%', width: '0', height: '0', content: '""' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '6px',
    margin: '0 4px',
    fontSize: 'var(--size-13)',
    color: 'var(--ink-2)',
  },
  '.cm-panel.cm-search input[type=checkbox]': { margin: '0', accentColor: 'var(--accent)' },
  '.cm-panel.cm-search .cm-textfield': {
    width: '12.5rem',
    height: '1.75rem',
    margin: '0',
    padding: '0 10px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--field)',
    color: 'var(--ink)',
    fontSize: 'var(--size-13)',
  },
  '.cm-panel.cm-search .cm-textfield:focus-visible': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-panel.cm-search .cm-button': {
    height: '1.75rem',
    margin: '0',
    padding: '0 10px',
    border: '0',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--hover)',
    backgroundImage: 'none',
    color: 'var(--ink)',
    fontSize: 'var(--size-13)',
    fontWeight: '500',
    cursor: 'pointer',
  },
  '.cm-panel.cm-search .cm-button:hover': { backgroundColor: 'var(--press)' },
  '.cm-panel.cm-search .cm-button:active': { backgroundImage: 'none' },
  '.cm-panel.cm-search [name=close]': {
    position: 'absolute',
    top: '8px',
    insetInlineEnd: '8px',
    width: '1.75rem',
    height: '1.75rem',
    margin: '0',
    border: '0',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'transparent',
    color: 'var(--ink-2)',
    fontSize: '1.125rem',
    lineHeight: '1',
    cursor: 'pointer',
  },
  '.cm-panel.cm-search [name=close]:hover': { backgroundColor: 'var(--hover)' },

  '@media (max-width: 560px)': {
    '.cm-panel.cm-search .cm-textfield': { flex: '1 1 120px', width: '120px', fontSize: '16px' },
    '.cm-panel.cm-search label, .cm-panel.cm-search [name=select]': { display: 'none' },
  },
})

const extension = (): Extension => [
  EditorState.phrases.of(phrases()),
  search({ top: true }),
  highlightSelectionMatches({ minSelectionLength: 2, maxMatches: 200 }),
  theme,
  // Before the key that loaded this.
  Prec.highest(keymap.of([...searchKeymap])),
]

const added = new WeakSet<EditorView>()

/** Adds search to the editor, once, and opens it. */
export function addSearch(view: EditorView): void {
  if (!added.has(view)) view.dispatch({ effects: StateEffect.appendConfig.of(extension()) })
  added.add(view)
  openSearchPanel(view)
}

/** Also selects the next place with the selected words. */
export const selectNext = (view: EditorView): void => {
  selectNextOccurrence(view)
  view.focus()
}
