// A quiet mark over passages of the text that goes by itself; loaded when it is first asked for.
import { EditorSelection, type Extension, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type { Passage } from '../sync/index.ts'

const shownMs = 6_000
/** As long as the slowest fade. */
const fadeMs = 800

type Marking = { marks: DecorationSet; isFading: boolean }
const nothing: Marking = { marks: Decoration.none, isFading: false }

const mark = Decoration.mark({ class: 'cm-recovered' })
const change = StateEffect.define<Partial<Marking>>()

const marking = StateField.define<Marking>({
  create: () => nothing,
  update(value, { effects, changes }) {
    let next = value
    if (!changes.empty && value.marks.size > 0) next = { ...value, marks: value.marks.map(changes) }
    for (const effect of effects) if (effect.is(change)) next = { ...next, ...effect.value }
    return next
  },
  provide: (field) => [
    EditorView.decorations.from(field, ({ marks }) => marks),
    // On the editor and not on the marks: those would be drawn anew, and then nothing fades.
    EditorView.editorAttributes.from(field, ({ isFading }) => ({ class: isFading ? 'recovered-fading' : '' })),
  ],
})

/** Lets the marks go a while after the last ones came. */
const going = ViewPlugin.fromClass(
  class {
    private timer: ReturnType<typeof setTimeout> | undefined

    update({ view, transactions }: ViewUpdate): void {
      const isNew = transactions.some(({ effects }) => effects.some((it) => it.is(change) && it.value.marks?.size))
      if (isNew) this.next(view, shownMs, { isFading: true })
    }

    destroy(): void {
      clearTimeout(this.timer)
    }

    private next(view: EditorView, afterMs: number, value: Partial<Marking>): void {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => {
        view.dispatch({ effects: change.of(value) })
        if (value.isFading) this.next(view, fadeMs, nothing)
      }, afterMs)
    }
  },
)

const theme = EditorView.theme({
  // Colour is not the only sign.
  '.cm-recovered': {
    backgroundColor: 'var(--accent-soft)',
    boxShadow: 'inset 0 -2px var(--accent)',
    borderRadius: '2px',
    // None under reduced motion.
    transition: 'background-color calc(5 * var(--calm)), box-shadow calc(5 * var(--calm))',
  },
  '&.recovered-fading .cm-recovered': { backgroundColor: 'transparent', boxShadow: 'inset 0 -2px transparent' },
  '@media print': { '.cm-recovered': { backgroundColor: 'transparent', boxShadow: 'none' } },
})

const extension: Extension = [marking, going, theme]

/** Lines above and below that have to be in view, too. */
const linesAround = 2

/** Where it is in sight already the view stays: who reads has his place. */
function intoView(view: EditorView, at: number): StateEffect<unknown>[] {
  const place = view.coordsAtPos(at)
  const { top, bottom } = view.scrollDOM.getBoundingClientRect()
  const margin = linesAround * view.defaultLineHeight
  const isInView = place !== null && place.top >= top + margin && place.bottom <= bottom - margin
  return isInView ? [] : [EditorView.scrollIntoView(at, { y: 'center' })]
}

/** Marks all these passages (in order), and puts the cursor to the beginning of one of them, in view. */
export function markRecovered(view: EditorView, passages: readonly Passage[], shown: Passage): void {
  const { length } = view.state.doc
  const ranges = passages
    .map(({ from, to }) => ({ from, to: Math.min(to, length) }))
    .filter(({ from, to }) => from < to)
    .map(({ from, to }) => mark.range(from, to))
  if (view.state.field(marking, false) === undefined) {
    view.dispatch({ effects: StateEffect.appendConfig.of(extension) })
  }
  const at = Math.min(shown.from, length)
  view.dispatch({
    selection: EditorSelection.cursor(at),
    effects: [change.of({ marks: Decoration.set(ranges), isFading: false }), ...intoView(view, at)],
  })
}
