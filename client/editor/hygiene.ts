// Keeps out what a document may not hold: carriage returns and halves of surrogate pairs, however they come in.
import { EditorState, type Extension, type Text, Transaction } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'
import { cleanText, isCleanText } from '../../shared/text.ts'

type Change = { from: number; to: number; insert: string }

/**
 * Pasted, dropped and composed text, and every other local change, as `cleanText` leaves it, and no change that begins
 * or ends inside of a surrogate pair. What others wrote stays as it is.
 */
export const hygiene: Extension = [
  // The editor must not take a lone CR for a line end: positions would no longer be those of the shared text.
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of((text) => cleanText(text)),
  EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction
    const { startState } = transaction
    const changes: Change[] = []
    let isClean = true
    transaction.changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
      const change = { from, to, insert: inserted.toString() }
      const whole = wholePairs(startState.doc, change)
      isClean &&= whole === change && isCleanText(change.insert)
      changes.push({ ...whole, insert: cleanText(whole.insert) })
    })
    if (isClean) return transaction
    const cleaned = startState.changes(changes)
    const isSameText =
      cleaned.newLength === transaction.newDoc.length && cleaned.apply(startState.doc).eq(transaction.newDoc)
    const userEvent = transaction.annotation(Transaction.userEvent)
    return {
      changes,
      effects: transaction.effects,
      scrollIntoView: transaction.scrollIntoView,
      ...(userEvent !== undefined && { userEvent }),
      // Of another length than was meant, the text may not have the place the selection names: then behind what came in.
      selection: isSameText ? transaction.selection : startState.selection.map(cleaned, 1),
    }
  }),
]

/**
 * The same change, grown to the whole pairs it cuts into. The editor finds out what an input method did by comparing
 * texts, so that 😀 → 😁 is a change of the second half; as such Yjs would make both halves U+FFFD.
 */
function wholePairs(doc: Text, change: Change): Change {
  const { from, to, insert } = change
  const [cutsStart, cutsEnd] = [isInsidePair(doc, from), isInsidePair(doc, to)]
  if (!cutsStart && !cutsEnd) return change
  const start = cutsStart ? from - 1 : from
  const end = cutsEnd ? to + 1 : to
  const text = doc.sliceString(start, from) + insert + doc.sliceString(to, end)
  if (isCleanText(text)) return { from: start, to: end, insert: text }
  // A half is all that would be left of the pair. Where something is only put in, it goes behind the pair instead.
  return from === to ? { from: end, to: end, insert } : { from: start, to: end, insert }
}

function isInsidePair(doc: Text, position: number): boolean {
  if (position === 0 || position === doc.length) return false
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(doc.sliceString(position - 1, position + 1))
}
