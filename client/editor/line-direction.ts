// Each line runs the way its first letter does, for eyes and for arrow keys. What has no letter runs as the page does.
import { type Extension, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, Direction, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'

/** So far into a line a letter is looked for, UTF-16 units: a line can be the whole document. */
const lookedAt = 400
const letter = /\p{L}/u
const rightToLeft = /[\p{Script=Hebr}\p{Script=Arab}\p{Script=Syrc}\p{Script=Thaa}\p{Script=Nkoo}\p{Script=Adlm}]/u

const marks = {
  rtl: Decoration.line({ attributes: { dir: 'rtl' } }),
  ltr: Decoration.line({ attributes: { dir: 'ltr' } }),
}

/** Which way a line runs; `undefined`: it does not say. */
function directionOf(line: string): 'rtl' | 'ltr' | undefined {
  const first = letter.exec(line.slice(0, lookedAt))?.[0]
  if (first === undefined) return undefined
  return rightToLeft.test(first) ? 'rtl' : 'ltr'
}

const lines = ViewPlugin.define(
  (view) => {
    const look = (): DecorationSet => {
      const builder = new RangeSetBuilder<Decoration>()
      for (const { from, to } of view.visibleRanges) {
        for (let at = from; at <= to; ) {
          const line = view.state.doc.lineAt(at)
          const direction = directionOf(line.text)
          // What runs as the page does needs no mark, which is nearly everything.
          if (direction !== undefined && direction !== pageDirection(view)) {
            builder.add(line.from, line.from, marks[direction])
          }
          at = line.to + 1
        }
      }
      return builder.finish()
    }
    return {
      decorations: look(),
      update({ docChanged, viewportChanged, geometryChanged }: ViewUpdate) {
        if (docChanged || viewportChanged || geometryChanged) this.decorations = look()
      },
    }
  },
  { decorations: (it) => it.decorations },
)
const pageDirection = ({ textDirection }: EditorView) => (textDirection === Direction.RTL ? 'rtl' : 'ltr')

export const lineDirection: Extension = [EditorView.perLineTextDirection.of(true), lines]
