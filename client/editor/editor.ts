// The editor: a CodeMirror view bound to the shared text, put together by hand. Knows neither provider nor page.
import { Compartment, EditorState, type Extension, Prec, type Text } from '@codemirror/state'
import {
  EditorView,
  highlightSpecialChars,
  type KeyBinding,
  keymap,
  placeholder,
  type ViewUpdate,
} from '@codemirror/view'
import { yCollab, ySyncFacet } from 'y-codemirror.next'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { words } from '../words/words.ts'
import { highlight, setHighlighting } from './highlighting.ts'
import { hygiene } from './hygiene.ts'
import { lineDirection } from './line-direction.ts'
import { cursorHidden, localPresence } from './local-presence.ts'
import { PreferenceSlots, type Preferences } from './preferences.ts'
import { cursorNames, remoteCursors } from './remote-cursors.ts'
import { steadyPlace } from './steady-place.ts'
import { TextIndex } from './text-index.ts'
import { theme } from './theme.ts'
import { redo, undo, undoKeymap, undoManager } from './undo.ts'

/** What each person chose for himself. `myCursor`: whether others see where he is. */
export type EditorSettings = Preferences & { myCursor: boolean }

export type EditorOptions = {
  parent: HTMLElement
  /** The shared text; must be in a Y.Doc. */
  text: Y.Text
  awareness: Awareness
  isReadOnly: boolean
  /** How the text is coloured at first; see highlighting. */
  language: Extension
  /** Keys and what they need; see writing. May come later. */
  writing: Extension
  settings: EditorSettings
  /** The first line with words in it, without Markdown marks; told when it changes. */
  onFirstLine: (line: string) => void
  /** A choice that needs code which could not be loaded. */
  onMissing: () => void
}

export type Editor = {
  view: EditorView
  setReadOnly(isReadOnly: boolean): void
  setLanguage(language: Extension): void
  setWriting(writing: Extension): void
  setSettings(settings: EditorSettings): void
  /** How people are called at their cursors, by client id. Calling it with what holds already changes nothing. */
  setCursorNames(names: ReadonlyMap<number, string>): void
  undo(): void
  redo(): void
  /** Opens find and replace. */
  find(): void
  /** The cursor to the beginning of a line (from 1; the last when there are not as many), and the line into view. */
  goToLine(line: number): void
  /** Told of every change of text, selection or view, until the returned function is called. */
  onUpdate(listener: (update: ViewUpdate) => void): () => void
  focus(): void
  /** Takes the view out of the page and lets go of the text. */
  close(): void
}

export function openEditor(options: EditorOptions): Editor {
  const { parent, text, awareness, isReadOnly, language, onFirstLine, settings } = options
  // Own edits only: an origin gets in when the binding adds itself.
  const manager = new Y.UndoManager(text, { trackedOrigins: new Set() })
  const index = new TextIndex(text)
  const [access, writing] = [new Compartment(), new Compartment()]
  const [hidden, names] = [new Compartment(), new Compartment()]
  const preferences = new PreferenceSlots(settings, options.onMissing)
  const listeners = new Set<(update: ViewUpdate) => void>()
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
    dispatchTransactions: steadyPlace(),
    state: EditorState.create({
      doc: content,
      extensions: [
        nonce(),
        hygiene,
        preferences.extension,
        access.of(accessOf(isReadOnly)),
        EditorState.allowMultipleSelections.of(true),
        // The awareness is left out on purpose: cursors are drawn by our own layers.
        yCollab(text, null, { undoManager: manager }),
        undoManager.of(manager),
        Prec.high(keymap.of([...undoKeymap, ...searchKeys])),
        writing.of(options.writing),
        highlightSpecialChars(),
        EditorView.contentAttributes.of(() => ({ ...contentAttributes, 'aria-label': words().editor.label })),
        highlight(content, language),
        theme,
        lineDirection,
        remoteCursors(text, awareness),
        names.of([]),
        hidden.of(cursorHidden.of(!settings.myCursor)),
        localPresence(text, awareness),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) tellFirstLine(update.state.doc)
          for (const listener of listeners) listener(update)
        }),
      ],
    }),
  })
  // The binding asks at every key where the cursor is, to bring it back with an undo.
  view.state.facet(ySyncFacet).toYPos = (offset, assoc) => index.positionAt(offset, assoc)
  tellFirstLine(view.state.doc)
  preferences.apply(view, settings)
  return {
    view,
    setReadOnly: (isReadOnly) => view.dispatch({ effects: access.reconfigure(accessOf(isReadOnly)) }),
    setLanguage: (language) => setHighlighting(view, language),
    setWriting: (extension) => view.dispatch({ effects: writing.reconfigure(extension) }),
    setSettings(settings) {
      preferences.apply(view, settings)
      view.dispatch({ effects: hidden.reconfigure(cursorHidden.of(!settings.myCursor)) })
    },
    setCursorNames(wanted) {
      const known = view.state.facet(cursorNames)
      if (wanted.size === known.size && [...wanted].every(([id, name]) => known.get(id) === name)) return
      view.dispatch({ effects: names.reconfigure(cursorNames.of(wanted)) })
    },
    undo: () => void undo(view),
    redo: () => void redo(view),
    find: () => void openSearch(view),
    goToLine(n) {
      const { from } = view.state.doc.line(Math.max(1, Math.min(view.state.doc.lines, n)))
      const effects = EditorView.scrollIntoView(from, { y: 'start', yMargin: 48 })
      view.dispatch({ selection: { anchor: from }, effects })
      view.focus()
    },
    onUpdate(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    focus: () => view.focus(),
    close() {
      view.destroy()
      manager.destroy()
      index.close()
    },
  }
}

const contentAttributes = {
  id: 'editor',
  tabindex: '0',
  autocorrect: 'on',
  autocapitalize: 'sentences',
  writingsuggestions: 'true',
}

/** Search comes when it is first asked for; where it cannot be had, the browser's own opens at the next press. */
const whenLoaded =
  (use: (search: typeof import('./search.ts'), view: EditorView) => void) =>
  (view: EditorView): boolean => {
    if (searchUnavailable.has(view)) return false
    import('./search.ts').then(
      (search) => use(search, view),
      () => searchUnavailable.add(view),
    )
    return true
  }
const searchUnavailable = new WeakSet<EditorView>()
const openSearch = whenLoaded((search, view) => search.addSearch(view))
const searchKeys: readonly KeyBinding[] = [
  { key: 'Mod-f', run: openSearch },
  { key: 'Mod-d', run: whenLoaded((search, view) => search.selectNext(view)), preventDefault: true },
]

/** Read-only text can still be focused, selected and searched. */
const accessOf = (isReadOnly: boolean): Extension => [
  EditorState.readOnly.of(isReadOnly),
  EditorView.contentAttributes.of({ 'aria-readonly': String(isReadOnly) }),
  placeholder(isReadOnly ? words().editor.emptyReading : words().editor.empty),
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
