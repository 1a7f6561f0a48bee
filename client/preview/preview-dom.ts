// Brings the blocks of a preview onto the page. Only what changed is made again, a few milliseconds' worth at a time, so
// that typing never waits for it.
import { BlockGroups, type Place } from './block-groups.ts'
import type { Block } from './messages.ts'
import { sanitise } from './sanitise.ts'

const sliceMs = 6

export class PreviewDom {
  readonly groups: BlockGroups
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: HTMLElement) {
    this.groups = new BlockGroups(host)
  }

  /** Shows these blocks from now on; the last call counts. `done` is called when all of them stand. */
  show(blocks: readonly Block[], done: () => void): void {
    clearTimeout(this.timer)
    const { places } = this.groups
    let first = 0
    while (first < blocks.length && places[first]?.html === blocks[first]?.html) first++
    let after = 0
    const afterMax = Math.min(places.length, blocks.length) - first
    while (after < afterMax && places.at(-1 - after)?.html === blocks.at(-1 - after)?.html) after++
    // What stands at the end stays; the elements before it are made from the blocks between.
    this.bring(blocks, first, blocks.length - after, done)
  }

  close(): void {
    clearTimeout(this.timer)
  }

  /** The block that an element of the preview is in. */
  placeOf(element: Element): Place | undefined {
    const block = element.closest('.block')
    return this.groups.places.find((place) => place.element === block)
  }

  private bring(blocks: readonly Block[], from: number, to: number, done: () => void): void {
    const { places } = this.groups
    const until = performance.now() + sliceMs
    let at = from
    while (at < to || places.length > blocks.length) {
      if (performance.now() > until) {
        this.timer = setTimeout(() => this.bring(blocks, at, to, done))
        return
      }
      if (at < to) this.put(blocks, at++)
      else this.groups.remove(places.length - 1 - (blocks.length - to))
    }
    this.groups.setLines(blocks)
    done()
  }

  private put(blocks: readonly Block[], i: number): void {
    const block = blocks[i]!
    const isNew = this.groups.places.length < blocks.length
    // Two changes far apart: what stands between them is as it was.
    if (!isNew && this.groups.places[i]?.html === block.html) return
    const element = document.createElement('div')
    element.className = 'block'
    element.dir = 'auto'
    element.append(sanitise(block.html))
    if (isNew) this.groups.insert(i, block, element)
    else this.groups.replace(i, block, element)
  }
}
