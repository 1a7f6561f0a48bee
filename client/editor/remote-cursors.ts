// The others' cursors and selections: two layers of our own, above and below the text, never widgets in it.
import { type Extension, Facet, StateEffect, type TransactionSpec } from '@codemirror/state'
import { type EditorView, layer, RectangleMarker, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import { personHueIndex } from '../../shared/colors.ts'
import { limits } from '../../shared/limits.ts'
import { browserPaceClock, DrawingPace } from './drawing-pace.ts'
import { placeFlag } from './flag-placement.ts'
import { LineMeasures } from './line-measures.ts'
import { RemoteCaret } from './remote-carets.ts'
import { isBehindText } from './steady-place.ts'
import { offsetsOf } from './text-positions.ts'

/** A remote cursor as this editor holds it: UTF-16 offsets, moved along with every change until the next presence. */
export type RemoteCursor = {
  anchor: number
  head: number
  name: string
  color: number
  idle: boolean
  /** ms of `performance.now()` until which the name is shown. */
  shownUntil: number
}

/** Others that know when letters change their size without the text changing: then cursors are measured again. */
export const measureAgain = Facet.define<(update: ViewUpdate) => boolean>()

/** By client id: how its person is called here; who is not in it is called as its presence says. */
export const cursorNames = Facet.define<ReadonlyMap<number, string>, ReadonlyMap<number, string>>({
  combine: ([names]) => names ?? new Map(),
})

const cursorsMoved = StateEffect.define<null>()

type RemoteState = { user?: { name?: unknown; color?: unknown }; cursor?: unknown; idle?: unknown }

/** Needs the binding of y-codemirror.next in the same editor: it moves cursors along with the text. */
export function remoteCursors(text: Y.Text, awareness: Awareness): Extension {
  const plugin = ViewPlugin.define((view) => new RemoteCursors(view, text, awareness))
  const isDue = (update: ViewUpdate) =>
    update.docChanged ||
    update.geometryChanged ||
    update.viewportChanged ||
    isReparsed(update) ||
    update.state.facet(cursorNames) !== update.startState.facet(cursorNames) ||
    update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(cursorsMoved)))
  return [
    plugin,
    layer({
      above: true,
      class: 'cm-remote-carets',
      update: isDue,
      markers: (view) => view.plugin(plugin)?.carets(view) ?? [],
    }),
    layer({
      above: false,
      class: 'cm-remote-selections',
      update: isDue,
      markers: (view) => view.plugin(plugin)?.selections() ?? [],
    }),
  ]
}

class RemoteCursors {
  private readonly view: EditorView
  private readonly text: Y.Text
  private readonly awareness: Awareness
  private readonly cursors = new Map<number, RemoteCursor>()
  /** Clients whose presence changed, or names text that has not arrived yet. */
  private readonly due = new Set<number>()
  /** Not in a frame callback: CodeMirror would draw a frame later. */
  private readonly pace = new DrawingPace(browserPaceClock, () => this.drawMoves())
  /** The last change of the text was somebody else's. */
  private isOthersText = false
  /** What moving cost that is being drawn, ms. */
  private cost: number | undefined
  private hideTimer: ReturnType<typeof setTimeout> | undefined
  private readonly measures: LineMeasures

  constructor(view: EditorView, text: Y.Text, awareness: Awareness) {
    this.view = view
    this.text = text
    this.awareness = awareness
    this.measures = new LineMeasures(view)
    awareness.on('change', this.onPresence)
    this.onPresence({ added: [...awareness.getStates().keys()], updated: [], removed: [] })
  }

  update(update: ViewUpdate): void {
    if (!update.docChanged) return
    const isRemote = update.transactions.some((transaction) => transaction.annotation(ySyncAnnotation) !== undefined)
    for (const cursor of this.cursors.values()) {
      // Who writes sits where the change is; his presence may not even change by it (the end of the text stays the end).
      if (isRemote && touches(update, cursor.head)) this.showName(cursor)
      cursor.anchor = update.changes.mapPos(cursor.anchor, 1)
      cursor.head = update.changes.mapPos(cursor.head, 1)
    }
    this.isOthersText = isRemote
    this.pace.textChanged()
    if (this.due.size > 0) this.pace.wait()
  }

  destroy(): void {
    this.awareness.off('change', this.onPresence)
    this.pace.stop()
    clearTimeout(this.hideTimer)
    this.measures.close()
  }

  carets(view: EditorView): RemoteCaret[] {
    this.goAlong()
    const now = performance.now()
    const { scrollTop, clientWidth } = view.scrollDOM
    this.measures.begin()
    const names = view.state.facet(cursorNames)
    const carets = [...this.cursors].flatMap(([id, cursor]) => {
      const caret = this.measures.caret(cursor.head)
      if (caret === undefined) return []
      const { left, top, height } = caret
      const { color, idle, shownUntil } = cursor
      const name = names.get(id) ?? cursor.name
      const flag = placeFlag({ left, top, scrollTop, width: clientWidth, rem: this.measures.rem, name })
      return [new RemoteCaret({ left, top, height, name, color, idle, isMoving: shownUntil > now, ...flag })]
    })
    if (this.cost !== undefined) this.pace.rest(this.cost + performance.now() - now)
    this.cost = undefined
    return carets
  }

  selections(): RectangleMarker[] {
    this.goAlong()
    const selecting = [...this.cursors.values()].filter(({ anchor, head }) => anchor !== head)
    if (selecting.length > 0) this.measures.begin()
    return selecting.flatMap(({ anchor, head, color }) => {
      const className = `cm-remote-selection hue-${personHueIndex(color)}`
      return this.measures
        .selection(anchor, head)
        .map(({ left, top, width, height }) => new RectangleMarker(className, left, top, width, height))
    })
  }

  private readonly onPresence = (changes: { added: number[]; updated: number[]; removed: number[] }): void => {
    for (const id of [...changes.added, ...changes.updated, ...changes.removed]) {
      if (id !== this.awareness.clientID) this.due.add(id)
    }
    if (this.due.size > 0) this.pace.wait()
  }

  /** Nothing else is drawn: CodeMirror is asked to, if anybody has moved. */
  private drawMoves(): void {
    if (this.move()) this.view.dispatch(movedSpec)
  }

  /**
   * In a drawing that happens anyway, when the text is at rest, and the same in the editor as in the document. Not in that
   * of a letter typed here: it would be seen later.
   */
  private goAlong(): void {
    if (this.isOthersText && !isBehindText(this.view) && this.pace.goesAlong()) this.move()
  }

  /** Never while the text is being changed. True when anything is to be drawn anew. */
  private move(): boolean {
    const start = performance.now()
    const hasChanged = this.resolve()
    this.cost = performance.now() - start
    this.pace.rest(this.cost)
    return hasChanged
  }

  private resolve(): boolean {
    const states = this.awareness.getStates() as Map<number, RemoteState>
    const ids = [...this.due]
    this.due.clear()
    let hasChanged = false
    const wanted: { id: number; state: RemoteState }[] = []
    for (const id of ids) {
      const state = states.get(id)
      if (state?.cursor && id !== this.awareness.clientID) wanted.push({ id, state })
      else hasChanged = this.cursors.delete(id) || hasChanged
    }
    const places = wanted.flatMap(({ state }) => {
      const { anchor, head } = state.cursor as { anchor?: unknown; head?: unknown }
      return [anchor, head]
    })
    const offsets = offsetsOf(this.text, places)
    wanted.forEach(({ id, state }, i) => {
      const [anchor, head] = [offsets[2 * i], offsets[2 * i + 1]]
      if (anchor === undefined || head === undefined) this.due.add(id)
      else hasChanged = this.place(id, state, anchor, head) || hasChanged
    })
    return hasChanged
  }

  private place(id: number, state: RemoteState, anchor: number, head: number): boolean {
    const before = this.cursors.get(id)
    const length = this.view.state.doc.length
    const cursor: RemoteCursor = {
      anchor: Math.min(anchor, length),
      head: Math.min(head, length),
      name: typeof state.user?.name === 'string' ? state.user.name.slice(0, limits.nameLengthMax) : '',
      color: personHueIndex(state.user?.color),
      idle: state.idle === true,
      shownUntil: before?.shownUntil ?? 0,
    }
    const hasMoved = before === undefined || before.head !== cursor.head || before.anchor !== cursor.anchor
    if (hasMoved) this.showName(cursor)
    this.cursors.set(id, cursor)
    return hasMoved || before.name !== cursor.name || before.color !== cursor.color || before.idle !== cursor.idle
  }

  private showName(cursor: RemoteCursor): void {
    cursor.shownUntil = performance.now() + limits.flagShownMs
    this.hideTimer ??= setTimeout(this.hideNames, limits.flagShownMs + 50)
  }

  private readonly hideNames = (): void => {
    this.hideTimer = undefined
    const now = performance.now()
    const shown = [...this.cursors.values()].map(({ shownUntil }) => shownUntil).filter((until) => until > now)
    if (shown.length > 0) this.hideTimer = setTimeout(this.hideNames, Math.min(...shown) - now + 50)
    this.view.dispatch(movedSpec)
  }
}

const movedSpec: TransactionSpec = { effects: cursorsMoved.of(null) }

const isReparsed = (update: ViewUpdate): boolean => update.state.facet(measureAgain).some((ask) => ask(update))

function touches(update: ViewUpdate, position: number): boolean {
  let isTouched = false
  update.changes.iterChangedRanges((from, to) => {
    isTouched ||= from <= position && position <= to
  })
  return isTouched
}
