// Follows the deletions of an update through the live document (src/utils/DeleteSet.js readAndApplyDeleteSet and
// src/utils/Transaction.js tryMergeDeleteSet of yjs 13.6): are they of what is there, and what would they cost.
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
    merges.note(i)
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
 * What was deleted side by side is merged afterwards, from right to left: every run of merges moves what is then right
 * of it in the client's array, and each merge has made that shorter for those left of it.
 */
class Merges {
  readonly client: number
  readonly #structs: ReturnType<Overlay['structs']>
  #count = 0
  #slots = 0
  /** Index of the last item noted, and whether it joined the one before. */
  #last = -1
  #joined = false

  constructor(client: number, overlay: Overlay) {
    this.client = client
    this.#structs = overlay.structs(client)
  }

  /** This item is deleted by the update. Called once for each, from left to right. */
  note(index: number): void {
    const before = this.#structs[index - 1]
    const after = this.#structs[index + 1]
    const follows = this.#last === index - 1
    const joinsLeft =
      before !== undefined && 'right' in before && before.right === this.#structs[index] && (before.deleted || follows)
    const joinsRight = after?.deleted && 'left' in after && after.left === this.#structs[index]
    if (joinsLeft) this.#count++
    if (joinsRight) this.#count++
    if ((joinsLeft && !(follows && this.#joined)) || (joinsRight && !joinsLeft))
      this.#slots += this.#structs.length - index
    this.#last = index
    this.#joined = joinsLeft
  }

  charge(work: Work): void {
    work.spend(Math.max(0, this.#slots - (this.#count * (this.#count - 1)) / 2) * costNs.movedSlot)
  }
}
