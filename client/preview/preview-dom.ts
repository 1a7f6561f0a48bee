// Blocks of a preview as elements. Only what changed is made again, a few milliseconds' worth at a time, so that typing
// never waits for it.
import type { Block } from './messages.ts'
import { sanitise } from './sanitise.ts'

const sliceMs = 6

type Shown = { html: string; line: number; element: HTMLElement }

export class PreviewDom {
  private readonly host: HTMLElement
  private shown: Shown[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: HTMLElement) {
    this.host = host
  }

  /** Shows these blocks from now on; the last call counts. `done` is called when all of them stand. */
  show(blocks: readonly Block[], done: () => void): void {
    clearTimeout(this.timer)
    const { shown } = this
    let first = 0
    while (first < blocks.length && shown[first]?.html === blocks[first]?.html) first++
    let after = 0
    const afterMax = Math.min(shown.length, blocks.length) - first
    while (after < afterMax && shown.at(-1 - after)?.html === blocks.at(-1 - after)?.html) after++
    // What stands at the end stays; the elements before it are made from the blocks between.
    this.replace(blocks, first, blocks.length - after, done)
  }

  close(): void {
    clearTimeout(this.timer)
  }

  /** Element and line of each block that stands, in order. */
  get places(): readonly { line: number; element: HTMLElement }[] {
    return this.shown
  }

  private replace(blocks: readonly Block[], from: number, to: number, done: () => void): void {
    const { shown, host } = this
    const surplus = shown.length - blocks.length
    if (surplus > 0) for (const { element } of shown.splice(from, surplus)) element.remove()
    const until = performance.now() + sliceMs
    for (let i = from; i < to; i++) {
      if (performance.now() > until) {
        this.timer = setTimeout(() => this.replace(blocks, i, to, done))
        return
      }
      const { html, line } = blocks[i]!
      const element = document.createElement('div')
      element.className = 'block'
      element.dir = 'auto'
      element.append(sanitise(html))
      const isNew = shown.length < blocks.length
      const before = isNew ? (shown[i]?.element ?? null) : null
      if (isNew) host.insertBefore(element, before)
      else shown[i]?.element.replaceWith(element)
      shown.splice(i, isNew ? 0 : 1, { html, line, element })
    }
    blocks.forEach(({ line }, i) => {
      const place = shown[i]
      if (place !== undefined) place.line = line
    })
    done()
  }
}
