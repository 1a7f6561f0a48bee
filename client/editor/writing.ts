// What makes a field of text an editor: keys, indentation, brackets, folding, several cursors. Loaded beside the document,
// because all of it needs CodeMirror's knowledge of languages; text shows, and can be typed, without it.
import {
  addCursorAbove,
  addCursorBelow,
  copyLineDown,
  copyLineUp,
  defaultKeymap,
  indentWithTab,
  moveLineDown,
  moveLineUp,
  toggleComment,
} from '@codemirror/commands'
import {
  bracketMatching,
  codeFolding,
  foldAll,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxTree,
  unfoldAll,
  unfoldCode,
} from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import {
  crosshairCursor,
  drawSelection,
  EditorView,
  type KeyBinding,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view'
import { wrapSelection } from './emphasis.ts'
import { foldHere } from './fold-here.ts'
import { growingFolds } from './growing-folds.ts'
import { measureAgain } from './remote-cursors.ts'

const lineKeymap: readonly KeyBinding[] = [
  { key: 'Alt-ArrowUp', run: moveLineUp, shift: copyLineUp },
  { key: 'Alt-ArrowDown', run: moveLineDown, shift: copyLineDown },
  { key: 'Mod-Alt-ArrowUp', run: addCursorAbove },
  { key: 'Mod-Alt-ArrowDown', run: addCursorBelow },
  { key: 'Mod-b', run: wrapSelection('**') },
  { key: 'Mod-i', run: wrapSelection('*'), preventDefault: true },
]

/** The editor's own view of what `defaultKeymap` takes is narrower: these keys are the page's. */
const pageKeys = new Set(['Mod-i', 'Ctrl-k', 'Mod-k'])

const theme = EditorView.theme({
  '.cm-cursor': { borderLeft: '2px solid var(--accent)', marginLeft: '-1px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--press)', borderRadius: '2px' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--danger-soft)' },
  '.cm-foldPlaceholder': {
    margin: '0 4px',
    padding: '0 6px',
    border: '0',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--press)',
    color: 'var(--ink-2)',
  },
})

/** Keys of an editor, and what they need. Everything but line numbers, which are on choice. */
export const writing: Extension = [
  drawSelection(),
  rectangularSelection(),
  crosshairCursor(),
  bracketMatching({ maxScanDistance: 2_000 }),
  codeFolding(),
  growingFolds,
  indentOnInput(),
  keymap.of([
    ...lineKeymap,
    ...defaultKeymap.filter(({ key = '' }) => !pageKeys.has(key)),
    // Instead of CodeMirror's own, which needs the cursor on the first line.
    { key: 'Ctrl-Shift-[', mac: 'Cmd-Alt-[', run: foldHere },
    ...foldKeymap,
    // Esc, then Tab leaves the text; the list of shortcuts says so.
    indentWithTab,
  ]),
  // Colours that come later make headings larger: cursors have to be measured again.
  measureAgain.of((update) => syntaxTree(update.startState) !== syntaxTree(update.state)),
  theme,
]

/** Numbers before the lines, and marks to fold what belongs together. */
export const numbers: Extension = [lineNumbers(), foldGutter()]

/** What the page offers in menus, too. Each is a CodeMirror command. */
export const commands = {
  toggleComment,
  addCursorAbove,
  addCursorBelow,
  moveLineUp,
  moveLineDown,
  foldCode: foldHere,
  unfoldCode,
  foldAll,
  unfoldAll,
  bold: wrapSelection('**'),
  italic: wrapSelection('*'),
} as const
