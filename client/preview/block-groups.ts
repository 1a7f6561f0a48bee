// The blocks of a preview as elements, in groups. With every frame a browser asks each box beside its siblings where it is
// and whether it is in sight; of groups there are few, and what is out of sight is left alone a group at a time.
import { limits } from '../../shared/limits.ts'
import type { Block } from './messages.ts'

/** Of a block nobody has seen yet; what was seen once is remembered by the browser. */
const guessedBlockHeight = 60

type Group = { readonly element: HTMLElement; count: number; length: number }
/** A block that stands. */
export type Place = Block & { readonly element: HTMLElement; readonly group: Group }

export class BlockGroups {
  private readonly host: HTMLElement
  private readonly all: Place[] = []

  constructor(host: HTMLElement) {
    this.host = host
  }

  /** In order. */
  get places(): readonly Place[] {
    return this.all
  }

  /** Puts a block before the one that stands at `i`. */
  insert(i: number, block: Block, element: HTMLElement): void {
    const [last, next] = [this.all[i - 1], this.all[i]]
    const isBetween = last !== undefined && last.group === next?.group
    const group =
      last === undefined
        ? (next?.group ?? this.open(undefined))
        : isBetween || last.group.count < limits.previewGroupBlocks
          ? last.group
          : this.open(last.group)
    group.element.insertBefore(element, next?.group === group ? next.element : null)
    this.all.splice(i, 0, { ...block, element, group })
    grow(group, 1, block.html.length)
    this.divide(i)
  }

  replace(i: number, block: Block, element: HTMLElement): void {
    const old = this.all[i]
    if (old === undefined) return
    old.element.replaceWith(element)
    this.all[i] = { ...block, element, group: old.group }
    grow(old.group, 0, block.html.length - old.html.length)
    this.divide(i)
  }

  remove(i: number): void {
    const [old] = this.all.splice(i, 1)
    if (old === undefined) return
    old.element.remove()
    grow(old.group, -1, -old.html.length)
    if (old.group.count === 0) old.group.element.remove()
  }

  /** Tells the blocks where they begin in the text now. */
  setLines(blocks: readonly Block[]): void {
    this.all.forEach((place, i) => {
      place.line = blocks[i]?.line ?? place.line
    })
  }

  /** Where a block begins, from the upper edge of what scrolls. Its group is laid out for that, the others are not. */
  topOf({ group, element }: Place): number {
    return group.element.offsetTop + element.offsetTop
  }

  /** Index of the last block that begins at `top` or above; -1: none does. */
  indexAt(top: number): number {
    let [low, high] = [0, this.all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.all[middle]!.group.element.offsetTop <= top) low = middle + 1
      else high = middle
    }
    while (low > 0 && this.topOf(this.all[low - 1]!) > top) low--
    return low - 1
  }

  /** The group of the block that changed, if it is too large now: it ends before that block, or after it. */
  private divide(changed: number): void {
    const { group } = this.all[changed]!
    const isSmall = group.count <= 2 * limits.previewGroupBlocks && group.length <= limits.previewGroupLengthMax
    if (isSmall || group.count === 1) return
    const rest = this.open(group)
    let at = this.all[changed - 1]?.group === group ? changed : changed + 1
    for (; this.all[at]?.group === group; at++) {
      const place = this.all[at]!
      rest.element.append(place.element)
      this.all[at] = { ...place, group: rest }
      grow(group, -1, -place.html.length)
      grow(rest, 1, place.html.length)
    }
  }

  private open(before: Group | undefined): Group {
    const element = document.createElement('div')
    element.className = 'block-group'
    if (before === undefined) this.host.prepend(element)
    else before.element.after(element)
    return { element, count: 0, length: 0 }
  }
}

function grow(group: Group, count: number, length: number): void {
  group.count += count
  group.length += length
  if (count !== 0) group.element.style.containIntrinsicBlockSize = `auto ${group.count * guessedBlockHeight}px`
}
