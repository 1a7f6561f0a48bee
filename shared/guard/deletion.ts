// Follows the deletions of an update through the live document (src/utils/DeleteSet.js readAndApplyDeleteSet and
// src/utils/Transaction.js tryMergeDeleteSet of yjs 13.6): are they of what is there, and what would they cost.
import * as Y from 'yjs'
import type { DeleteRange } from './decode.ts'
import { firstPieceFrom, indexOf, type Overlay } from './overlay.ts'
import { costNs, Refused, type Work } from './refusal.ts'

/** Whether something is deleted that was not deleted yet (`news`), and something that was (`repeats`). */
export type Deleted = { news: boolean; repeats: boolean }

/** Ranges are sorted and disjoint per client, the ranges of a client together. Throws Refused. */
export function followDeletions(deletions: readonly DeleteRange[], overlay: Overlay, work: Work): Deleted {
  const found: Deleted = { news: false, repeats: false }
  let merges: Merges | undefined
  for (const range of deletions) {
    work.spend(costNs.deleteRange)
    if (range.end > overlay.state(range.client)) {
      throw new Refused('unknown-deletion', `${range.client} has not written up to ${range.end}`)
    }
    if (merges?.client !== range.client) {
      merges?.charge(work)
      merges = new Merges(range.client, overlay)
    }
    followKnown(range, overlay, work, merges, found)
    followAdded(range, overlay, work, found)
  }
  merges?.charge(work)
  return found
}

function followKnown(range: DeleteRange, overlay: Overlay, work: Work, merges: Merges, found: Deleted): void {
  if (range.clock >= overlay.known(range.client)) return
  const structs = overlay.structs(range.client)
  for (let i = indexOf(structs, range.clock); i < structs.length; i++) {
    const struct = structs[i]!
    if (struct.id.clock >= range.end) break
    work.spend(costNs.deletedStruct)
    if (struct.deleted) {
      found.repeats = true
      continue
    }
    if (!overlay.isOfText(struct)) throw new Refused('unknown-deletion', 'it is not of the text')
    found.news = true
    for (const clock of [range.clock, range.end]) {
      const inside = struct.id.clock < clock && clock < struct.id.clock + struct.length
      if (inside && !overlay.isSplitAt(struct, clock)) overlay.chargeSplit(struct, clock)
    }
    merges.note(i, range)
  }
}

function followAdded(range: DeleteRange, overlay: Overlay, work: Work, found: Deleted): void {
  const added = overlay.added(range.client)
  for (let i = firstPieceFrom(added, range.clock); i < added.length && added[i]!.clock < range.end; i++) {
    work.spend(costNs.struct)
    const { clock, length } = added[i]!
    for (const edge of [range.clock, range.end]) if (clock < edge && edge < clock + length) overlay.splits++
    found.news = true
  }
}

/**
 * What was deleted side by side is joined afterwards, from right to left. A run of items that Yjs can join becomes one with one
 * `splice`, which moves what is then right of it in the client's array: all but what was joined there already.
 */
class Merges {
  readonly client: number
  readonly #structs: ReturnType<Overlay['structs']>
  #slots = 0
  #runs = 0
  /** Index of the last item that was noted, if its end is deleted. */
  #last = -1
  /** Index of the last item that joins the one before it. */
  #joined = -1

  constructor(client: number, overlay: Overlay) {
    this.client = client
    this.#structs = overlay.structs(client)
  }

  /** The update deletes this item, or the part of it that `range` covers. Called from left to right. */
  note(index: number, range: DeleteRange): void {
    const [before, item, after] = [this.#structs[index - 1], this.#structs[index]!, this.#structs[index + 1]]
    const isFromStart = range.clock <= item.id.clock
    const isToEnd = range.end >= item.id.clock + item.length
    const isBeforeGone = before?.deleted || this.#last === index - 1
    if (isFromStart && isBeforeGone && canJoin(before, item)) this.#join(index)
    if (isToEnd && after?.deleted && canJoin(item, after)) this.#join(index + 1)
    if (isToEnd) this.#last = index
  }

  charge(work: Work): void {
    work.spend(this.#slots * costNs.movedSlot)
  }

  /** The item there joins the one before it. What this run joins is gone when those left of it are moved. */
  #join(index: number): void {
    if (this.#joined !== index - 1) {
      this.#slots += this.#structs.length - index
      this.#runs++
    }
    this.#slots -= this.#runs
    this.#joined = index
  }
}

/** Whether Yjs would join two deleted neighbours of one client's array (Item.mergeWith). */
function canJoin(left: Y.Item | Y.GC | undefined, right: Y.Item | Y.GC): boolean {
  return (
    left instanceof Y.Item &&
    right instanceof Y.Item &&
    left.right === right &&
    Y.compareIDs(right.origin, left.lastId) &&
    Y.compareIDs(right.rightOrigin, left.rightOrigin)
  )
}
