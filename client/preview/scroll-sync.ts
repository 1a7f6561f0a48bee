// Keeps text and preview at the same place: the one in which somebody did something last leads, the other follows.
import type { EditorView } from '@codemirror/view'
import type { BlockGroups } from './block-groups.ts'

/**
 * What somebody does who scrolls, or makes the page scroll. A side that moved says nothing of who moved it: the page did, to
 * follow, and the editor and the browser do, a while later, when heights turn out other than they had guessed.
 */
const deeds = ['pointerdown', 'wheel', 'keydown'] as const
const early = { capture: true, passive: true }

export class ScrollSync {
  private readonly view: EditorView
  private readonly pane: HTMLElement
  private readonly groups: BlockGroups
  private previewLeads = false

  constructor(view: EditorView, pane: HTMLElement, groups: BlockGroups) {
    this.view = view
    this.pane = pane
    this.groups = groups
    for (const deed of deeds) document.addEventListener(deed, this.onDeed, early)
    view.scrollDOM.addEventListener('scroll', this.onText, { passive: true })
    pane.addEventListener('scroll', this.onPreview, { passive: true })
  }

  close(): void {
    for (const deed of deeds) document.removeEventListener(deed, this.onDeed, early)
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
      this.pane.scrollTop = 0
      return
    }
    const lines = Math.max(1, (next?.line ?? this.view.state.doc.lines) - place.line)
    const share = Math.min(1, (line - place.line) / lines)
    this.pane.scrollTop = this.groups.topOf(place) - padding + share * place.element.offsetHeight
  }

  /** Whatever is done beside both, the table of contents for one, is about the text. */
  private readonly onDeed = ({ target }: Event): void => {
    this.previewLeads = target instanceof Node && this.pane.contains(target)
  }

  private readonly onText = (): void => {
    if (!this.previewLeads) this.followText()
  }

  private readonly onPreview = (): void => {
    if (!this.previewLeads) return
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

  private scrollText(line: number): void {
    const { view } = this
    const n = Math.min(view.state.doc.lines, Math.max(1, Math.floor(line) + 1))
    const block = view.lineBlockAt(view.state.doc.line(n).from)
    const top = block.top + view.documentPadding.top + (line % 1) * block.height
    view.scrollDOM.scrollTop = line <= 0 ? 0 : top
  }
}

const padding = 48
