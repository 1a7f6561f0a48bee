// Keeps out what a document may not hold: carriage returns and halves of surrogate pairs, however they come in.
import { EditorState, type Extension, type TransactionSpec } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'
import { cleanText, isCleanText } from '../../shared/text.ts'

/** Pasted and dropped text, and every other local change, as `cleanText` leaves it. What others wrote stays as it is. */
export const hygiene: Extension = [
  // The editor must not take a lone CR for a line end: positions would no longer be those of the shared text.
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of((text) => cleanText(text)),
  EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction
    const changes: { from: number; to: number; insert: string }[] = []
    let isClean = true
    transaction.changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
      const text = inserted.toString()
      isClean &&= isCleanText(text)
      changes.push({ from, to, insert: cleanText(text) })
    })
    if (isClean) return transaction
    const spec: TransactionSpec = { changes, effects: transaction.effects, scrollIntoView: transaction.scrollIntoView }
    const cleaned = transaction.startState.changes(changes)
    // The text became shorter, so the selection that came with it may not fit: the cursor goes behind what came in.
    return { ...spec, selection: transaction.startState.selection.map(cleaned, 1) }
  }),
]
