// Folds where the cursor stands, which need not be the line that the fold begins on.
import { foldable, foldEffect } from '@codemirror/language'
import type { Command } from '@codemirror/view'

/** Lines that are looked at above the cursor: each costs a look into the syntax tree. */
const linesMax = 5_000

/** What begins on the cursor's line, or else the innermost that is around it. False where nothing can be folded. */
export const foldHere: Command = ({ state, dispatch }) => {
  const { head } = state.selection.main
  const own = state.doc.lineAt(head)
  for (let { number } = own; number > Math.max(0, own.number - linesMax); number--) {
    const line = state.doc.line(number)
    const range = foldable(state, line.from, line.to)
    if (range === null || range.to < head) continue
    // A cursor inside would open it again.
    dispatch({ effects: foldEffect.of(range), ...(head > range.from && { selection: { anchor: range.from } }) })
    return true
  }
  return false
}
