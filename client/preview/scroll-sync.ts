// Keeps text and preview at the same place: whichever is scrolled leads, the other follows.
import type { EditorView } from '@codemirror/view'
import type { BlockGroups } from './block-groups.ts'

/** How long after the page itself scrolled a side, the editor may still put that right: its heights were guessed. */
const settleMs = 120

type Side = 'text' | 'preview'

export class ScrollSync {
  private readonly view: EditorView
  private readonly pane: HTMLElement
  private readonly groups: BlockGroups
  private quietUntil = { text: 0, preview: 0 }
  /** Where the page itself scrolled each side. A slow page hears of it late, and must not take it for somebody's wish. */
  private scrolledTo = { text: Number.NaN, preview: Number.NaN }

  constructor(view: EditorView, pane: HTMLElement, groups: BlockGroups) {
    this.view = view
    this.pane = pane
    this.groups = groups
    view.scrollDOM.addEventListener('scroll', this.onText, { passive: true })
    pane.addEventListener('scroll', this.onPreview, { passive: true })
  }

  close(): void {
    this.view.scrollDOM.removeEventListener('scroll', this.onText)
    this.pane.removeEventListener('scroll', this.onPreview)
  }

  /** Brings the preview to where the text is. */
  readonly followText = (): void => {
    const { places } = this.groups
    const line = this.topLine()
    const index = places.findLastIndex((place) => place.line <= line)
    const [place, next] = [places[index], places[index + 1]]
    if (place === undefined) {
      this.scrollPreview(0)
      return
    }
    const lines = Math.max(1, (next?.line ?? this.view.state.doc.lines) - place.line)
    const share = Math.min(1, (line - place.line) / lines)
    this.scrollPreview(this.groups.topOf(place) - padding + share * place.element.offsetHeight)
  }

  private readonly onText = (): void => {
    if (this.wasScrolled('text', this.view.scrollDOM)) this.followText()
  }

  private readonly onPreview = (): void => {
    if (!this.wasScrolled('preview', this.pane)) return
    const { places } = this.groups
    const top = this.pane.scrollTop + padding
    const index = this.groups.indexAt(top)
    const [place, next] = [places[index], places[index + 1]]
    if (place === undefined) {
      this.scrollText(0)
      return
    }
    const share = Math.min(1, (top - this.groups.topOf(place)) / Math.max(1, place.element.offsetHeight))
    const lines = (next?.line ?? this.view.state.doc.lines) - place.line
    this.scrollText(place.line + share * lines)
  }

  /** The line at the upper edge of the text, from 0, with the part of it that is past. */
  private topLine(): number {
    const { view } = this
    const height = view.scrollDOM.scrollTop - view.documentPadding.top
    if (height <= 0) return 0
    const block = view.lineBlockAtHeight(height)
    const share = Math.min(1, (height - block.top) / Math.max(1, block.height))
    return view.state.doc.lineAt(block.from).number - 1 + share
  }

  /** Whether an event says that somebody scrolled that side, and not the page. Where that had taken it is then forgotten. */
  private wasScrolled(side: Side, { scrollTop }: Element): boolean {
    if (performance.now() < this.quietUntil[side] || Math.abs(scrollTop - this.scrolledTo[side]) < 1) return false
    this.scrolledTo[side] = Number.NaN
    return true
  }

  private scroll(side: Side, element: Element, top: number): void {
    this.quietUntil[side] = performance.now() + settleMs
    element.scrollTop = top
    // Not beyond the end.
    this.scrolledTo[side] = element.scrollTop
  }

  private scrollPreview(top: number): void {
    this.scroll('preview', this.pane, top)
  }

  private scrollText(line: number): void {
    const { view } = this
    const n = Math.min(view.state.doc.lines, Math.max(1, Math.floor(line) + 1))
    const block = view.lineBlockAt(view.state.doc.line(n).from)
    this.scroll(
      'text',
      view.scrollDOM,
      line <= 0 ? 0 : block.top + view.documentPadding.top + (line % 1) * block.height,
    )
  }
}

const padding = 48
