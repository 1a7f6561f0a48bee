// The editor: a CodeMirror view bound to the shared text, put together by hand. Knows neither provider nor page.
import { copyLineDown, copyLineUp, moveLineDown, moveLineUp, standardKeymap } from '@codemirror/commands'
import { Compartment, EditorState, type Extension, Prec, type Text } from '@codemirror/state'
import { EditorView, highlightSpecialChars, type KeyBinding, keymap, placeholder } from '@codemirror/view'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { hygiene } from './hygiene.ts'
import { localPresence } from './local-presence.ts'
import { markdown } from './markdown.ts'
import { remoteCursors } from './remote-cursors.ts'
import { theme } from './theme.ts'

export type EditorOptions = {
  parent: HTMLElement
  /** The shared text; must be in a Y.Doc. */
  text: Y.Text
  awareness: Awareness
  isReadOnly: boolean
  /** The first line with words in it, without Markdown marks; told when it changes. */
  onFirstLine: (line: string) => void
}

export type Editor = {
  view: EditorView
  setReadOnly(isReadOnly: boolean): void
  focus(): void
  /** Takes the view out of the page and lets go of the text. */
  close(): void
}

export function openEditor({ parent, text, awareness, isReadOnly, onFirstLine }: EditorOptions): Editor {
  // Own edits only: an origin gets in when the binding adds itself.
  const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set() })
  const writing = new Compartment()
  let firstLine: string | undefined
  const tellFirstLine = (doc: Text) => {
    const line = firstLineOf(doc)
    if (line === firstLine) return
    firstLine = line
    onFirstLine(line)
  }
  const content = EditorState.create({ doc: text.toString(), extensions: hygiene }).doc
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: content,
      extensions: [
        nonce(),
        hygiene,
        writing.of(access(isReadOnly)),
        // The awareness is left out on purpose: cursors are drawn by our own layers.
        yCollab(text, null, { undoManager }),
        Prec.high(keymap.of(undoKeymap)),
        keymap.of([searchKey, ...lineKeymap, ...standardKeymap]),
        highlightSpecialChars(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': 'Document text',
          id: 'editor',
          tabindex: '0',
          spellcheck: 'true',
          autocorrect: 'on',
          autocapitalize: 'sentences',
          writingsuggestions: 'true',
        }),
        markdown(content),
        theme,
        remoteCursors(text, awareness),
        localPresence(text, awareness),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) tellFirstLine(update.state.doc)
        }),
      ],
    }),
  })
  tellFirstLine(view.state.doc)
  return {
    view,
    setReadOnly: (isReadOnly) => view.dispatch({ effects: writing.reconfigure(access(isReadOnly)) }),
    focus: () => view.focus(),
    close() {
      view.destroy()
      undoManager.destroy()
    },
  }
}

/** The binding's own undo and redo, but not where the text is read-only: it would still change it. */
const undoKeymap: readonly KeyBinding[] = yUndoManagerKeymap.map((binding) => ({
  ...binding,
  run: (view) => view.state.readOnly || binding.run?.(view) || false,
}))

const lineKeymap: readonly KeyBinding[] = [
  { key: 'Alt-ArrowUp', run: moveLineUp, shift: copyLineUp },
  { key: 'Alt-ArrowDown', run: moveLineDown, shift: copyLineDown },
]

/** Search comes when it is first asked for; where it cannot be had, the browser's own opens at the next press. */
const searchKey: KeyBinding = {
  key: 'Mod-f',
  run: (view) => {
    if (searchUnavailable.has(view)) return false
    import('./search.ts').then(
      ({ addSearch }) => addSearch(view),
      () => searchUnavailable.add(view),
    )
    return true
  },
}
const searchUnavailable = new WeakSet<EditorView>()

/** Read-only text can still be focused, selected and searched. */
const access = (isReadOnly: boolean): Extension => [
  EditorState.readOnly.of(isReadOnly),
  EditorView.contentAttributes.of({ 'aria-readonly': String(isReadOnly) }),
  placeholder(isReadOnly ? 'Nothing is written here yet.' : 'Start writing…'),
]

/** The server renders a fresh nonce into the page; a strict policy would leave the editor unstyled without it. */
function nonce(): Extension {
  const value = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
  return value ? EditorView.cspNonce.of(value) : []
}

const linesLookedAt = 20

function firstLineOf(doc: Text): string {
  for (let n = 1; n <= Math.min(doc.lines, linesLookedAt); n++) {
    const line = doc
      .line(n)
      .text.slice(0, 200)
      .replace(/^[\s#>*_`~\-+]+/u, '')
      .replace(/[*_`~]+/gu, '')
      .trim()
    if (line !== '') return line
  }
  return ''
}
