// Marks around what is selected, and away again: bold and italic in Markdown.
import { EditorSelection, type StateCommand } from '@codemirror/state'

/** A command that puts `mark` around each selection, or takes it away where it stands already. */
export const wrapSelection =
  (mark: string): StateCommand =>
  ({ state, dispatch }) => {
    if (state.readOnly) return false
    const { length } = mark
    const spec = state.changeByRange(({ from, to }) => {
      const inner = state.sliceDoc(from, to)
      const isInside = inner.length > 2 * length && isMarked(inner, mark)
      if (isInside) {
        const changes = { from, to, insert: inner.slice(length, -length) }
        return { changes, range: EditorSelection.range(from, to - 2 * length) }
      }
      const around = state.sliceDoc(Math.max(0, from - length - 1), to + length + 1)
      const isAround =
        state.sliceDoc(from - length, from) === mark &&
        state.sliceDoc(to, to + length) === mark &&
        (length > 1 || !around.startsWith('**'))
      if (isAround) {
        const changes = [
          { from: from - length, to: from },
          { from: to, to: to + length },
        ]
        return { changes, range: EditorSelection.range(from - length, to - length) }
      }
      const changes = [
        { from, insert: mark },
        { from: to, insert: mark },
      ]
      return { changes, range: EditorSelection.range(from + length, to + length) }
    })
    dispatch(state.update(spec, { userEvent: 'input', scrollIntoView: true }))
    return true
  }

/** `*` alone does not stand around what has `**`. */
const isMarked = (text: string, mark: string): boolean =>
  text.startsWith(mark) && text.endsWith(mark) && (mark.length > 1 || !text.startsWith(mark + mark))
