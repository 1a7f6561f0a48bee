// Find and replace; loaded when it is first asked for.
import { openSearchPanel, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension, Prec, StateEffect } from '@codemirror/state'
import { type EditorView, keymap } from '@codemirror/view'

/** The search panel's words, in the page's own case. */
const phrases = {
  next: 'Next',
  previous: 'Previous',
  all: 'Select all',
  'match case': 'Match case',
  regexp: 'Pattern',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
  close: 'Close search',
}

const extension: Extension = [
  EditorState.phrases.of(phrases),
  search({ top: true }),
  // Before the key that loaded this.
  Prec.highest(keymap.of([...searchKeymap])),
]

/** Adds search to the editor and opens it. */
export function addSearch(view: EditorView): void {
  view.dispatch({ effects: StateEffect.appendConfig.of(extension) })
  openSearchPanel(view)
}
