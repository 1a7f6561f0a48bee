// Where letters stand on the screen. What was measured in a line is kept until that line changes: other lines only push it
// up and down, and asking a browser is what makes fifty moving cursors dear.
import type { EditorView } from '@codemirror/view'
import { type Rectangle, rectanglesIn } from './selection-rectangles.ts'

/** Places in one line that are remembered; a cursor that wanders about in a line that never changes is at many. */
const placesMax = 200

/** In the line: from the corner of its box. */
type LinePlaces = Map<string, readonly Rectangle[]>

export class LineMeasures {
  private readonly view: EditorView
  private readonly changes: MutationObserver
  private places = new WeakMap<Element, LinePlaces>()
  private shape = ''
  /** Pixels. */
  rem = 16
  /** Of this frame: the corner of the text, and that of each line from there. */
  private corner = { left: 0, top: 0 }
  private readonly lineCorners = new Map<Element, { left: number; top: number }>()

  constructor(view: EditorView) {
    this.view = view
    this.changes = new MutationObserver((records) => this.forget(records))
    const attributeFilter = ['class', 'style', 'dir']
    this.changes.observe(view.contentDOM, { subtree: true, childList: true, characterData: true, attributeFilter })
  }

  close(): void {
    this.changes.disconnect()
  }

  /** To be called while CodeMirror measures, before anything is asked for: lines may have moved. */
  begin(): void {
    const { view } = this
    this.forget(this.changes.takeRecords())
    const box = view.scrollDOM.getBoundingClientRect()
    this.corner = { left: box.left - view.scrollDOM.scrollLeft, top: box.top - view.scrollDOM.scrollTop }
    this.lineCorners.clear()
    const { defaultLineHeight, defaultCharacterWidth, contentDOM } = view
    const shape = `${contentDOM.clientWidth} ${defaultLineHeight} ${defaultCharacterWidth} ${devicePixelRatio}`
    if (shape === this.shape) return
    this.shape = shape
    this.places = new WeakMap()
    this.rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  }

  /** A caret at this offset, two pixels wide and as high as the letters beside it; `undefined` where no text is drawn. */
  caret(head: number): Rectangle | undefined {
    const { view } = this
    if (head < view.viewport.from || head > view.viewport.to) return undefined
    const [caret] = this.inLine('caret', head, head, () => {
      const place = view.coordsAtPos(head, 1)
      if (place === null) return []
      const { left, top, bottom } = place
      return [{ left, top, width: 2, height: bottom - top }]
    })
    return caret
  }

  /** What a selection covers of the text that is drawn at the moment, which is a little more than what is seen. */
  selection(anchor: number, head: number): Rectangle[] {
    const { view } = this
    const from = Math.max(Math.min(anchor, head), view.viewport.from)
    const to = Math.min(Math.max(anchor, head), view.viewport.to)
    const rectangles: Rectangle[] = []
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at)
      const [start, end] = [at, Math.min(to, line.to)]
      rectangles.push(...this.inLine('selection', start, end, () => rectanglesIn(view, line, start, end)))
      at = line.to + 1
    }
    return rectangles
  }

  /** `measure` gives places on the screen; it is asked when they are not known. */
  private inLine(kind: string, from: number, to: number, measure: () => readonly Rectangle[]): Rectangle[] {
    const line = this.lineOf(this.view.domAtPos(from).node)
    if (line === undefined) return measure().map((it) => moved(it, -this.corner.left, -this.corner.top))
    let places = this.places.get(line)
    if (places === undefined || places.size >= placesMax) {
      places = new Map()
      this.places.set(line, places)
    }
    const corner = this.cornerOf(line)
    const start = this.view.lineBlockAt(from).from
    const key = `${kind} ${from - start} ${to - start}`
    let known = places.get(key)
    if (known === undefined) {
      known = measure().map((it) => moved(it, -corner.left - this.corner.left, -corner.top - this.corner.top))
      places.set(key, known)
    }
    return known.map((it) => moved(it, corner.left, corner.top))
  }

  private cornerOf(line: Element): { left: number; top: number } {
    const known = this.lineCorners.get(line)
    if (known !== undefined) return known
    const box = line.getBoundingClientRect()
    const corner = { left: box.left - this.corner.left, top: box.top - this.corner.top }
    this.lineCorners.set(line, corner)
    return corner
  }

  /** The part of the text that holds this node; `undefined` for the text itself. */
  private lineOf(node: Node): Element | undefined {
    const { contentDOM } = this.view
    let line: Node | null = node
    while (line !== null && line.parentNode !== contentDOM) line = line.parentNode
    return line instanceof Element ? line : undefined
  }

  private forget(records: readonly MutationRecord[]): void {
    for (const { target, type } of records) {
      const line = this.lineOf(target)
      if (line !== undefined) this.places.delete(line)
      // Lines that come and go are others; but a class of the whole text can change what every line looks like.
      else if (type === 'attributes') this.places = new WeakMap()
    }
  }
}

const moved = ({ left, top, width, height }: Rectangle, x: number, y: number): Rectangle => ({
  left: left + x,
  top: top + y,
  width,
  height,
})
