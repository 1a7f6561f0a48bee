// Folds where the cursor stands, which need not be the line that the fold begins on.
import { foldable, foldEffect } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import type { Command } from '@codemirror/view'
import { headingOf } from './markdown-folding.ts'

/** Lines that are looked at above the cursor: each costs a look into the syntax tree. */
const linesMax = 5_000

/** What begins on the cursor's line, or else the innermost that is around it. False where nothing can be folded. */
export const foldHere: Command = ({ state, dispatch }) => {
  const { head } = state.selection.main
  const own = state.doc.lineAt(head)
  const written = lastWritten(state, head)
  for (let { number } = own; number > Math.max(0, own.number - linesMax); number--) {
    const line = state.doc.line(number)
    const range = foldable(state, line.from, line.to)
    if (range === null) continue
    // Empty lines after a section are not hidden with it, but who stands there stands in it.
    const reach = headingOf(state, line) === undefined ? head : written
    if (range.to < reach) continue
    // A cursor inside would open it again.
    dispatch({ effects: foldEffect.of(range), ...(head > range.from && { selection: { anchor: range.from } }) })
    return true
  }
  return false
}

/** The cursor, or the end of what is written above it where its line is empty. */
function lastWritten({ doc }: EditorState, head: number): number {
  let line = doc.lineAt(head)
  if (line.text.trim() !== '') return head
  const first = Math.max(1, line.number - linesMax)
  while (line.number > first && line.text.trim() === '') line = doc.line(line.number - 1)
  return line.to
}
