// Which language a text is coloured as. Languages load when they are chosen; a text that would take
// too long, or too deep, to read as one stays plain.
import { Compartment, EditorState, type Extension, type Text } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import type { Language } from '../../shared/settings.ts'

/** A line cannot be cut: a text with a longer one than this is shown plain. UTF-16 units. */
const lineLengthMax = 16_000

/** Quotes in lists in quotes: every level is one of the parser's and of the tree's, which both are walked recursively. */
const tooDeep = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){60}|^[ \t]{400}/
const markersLookedAt = 1_000

const isTooMuch = (doc: Text, from: number, to: number): boolean => {
  for (let at = from; at <= to; ) {
    const line = doc.lineAt(at)
    if (line.length > lineLengthMax || tooDeep.test(line.text.slice(0, markersLookedAt))) return true
    at = line.to + 1
  }
  return false
}

const highlighting = new Compartment()

/** Colours for this text, given up for good as soon as a line in it gets very long or deep. */
export const highlight = (doc: Text, language: Extension): Extension => [
  highlighting.of(isTooMuch(doc, 0, doc.length) ? [] : language),
  EditorState.transactionExtender.of((transaction) => {
    if (!transaction.docChanged) return null
    let isLong = false
    transaction.changes.iterChangedRanges((_from, _to, from, to) => {
      isLong ||= isTooMuch(transaction.newDoc, from, to)
    })
    return isLong ? { effects: highlighting.reconfigure([]) } : null
  }),
]

/** Another language from now on. */
export function setHighlighting(view: EditorView, language: Extension): void {
  const { doc } = view.state
  view.dispatch({ effects: highlighting.reconfigure(isTooMuch(doc, 0, doc.length) ? [] : language) })
}

/** What CodeMirror needs to colour a text as this language; nothing for plain text. Rejects when it cannot be had. */
export async function loadLanguage(id: Language): Promise<Extension> {
  if (id === 'text') return []
  if (id === 'markdown') return (await import('./markdown.ts')).markdown
  return (await import('./language-packs.ts')).loadPack(id)
}
