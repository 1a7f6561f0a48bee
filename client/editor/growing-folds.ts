// What others write on at the end of a folded section belongs to it: otherwise it came out behind the mark, letter by letter.
import { foldEffect, foldedRanges, unfoldEffect } from '@codemirror/language'
import { EditorState, type StateEffect } from '@codemirror/state'
import { ySyncAnnotation } from 'y-codemirror.next'

/** For folds as `codeFolding` keeps them. A new line stays outside: what begins there need not belong to the section. */
export const growingFolds = EditorState.transactionExtender.of((transaction) => {
  const { changes } = transaction
  const folded = foldedRanges(transaction.startState)
  if (folded.size === 0 || transaction.annotation(ySyncAnnotation) === undefined) return null
  const effects: StateEffect<{ from: number; to: number }>[] = []
  changes.iterChanges((at, end, _from, _to, written) => {
    if (at !== end || written.lines > 1) return
    folded.between(at, at, (from, to) => {
      if (to !== at) return
      const start = changes.mapPos(from, 1)
      effects.push(unfoldEffect.of({ from: start, to: changes.mapPos(to, -1) }))
      effects.push(foldEffect.of({ from: start, to: changes.mapPos(to, 1) }))
    })
  })
  return effects.length > 0 ? { effects } : null
})
