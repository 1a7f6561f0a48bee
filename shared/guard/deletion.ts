// Follows the deletions of an update through the live document (src/utils/DeleteSet.js readAndApplyDeleteSet and
// src/utils/Transaction.js tryMergeDeleteSet of yjs 13.6): are they of what is there, and what would they cost.
import type * as Y from 'yjs'
import type { DeleteRange } from './decode.ts'
import { firstPieceFrom, indexOf, type Overlay } from './overlay.ts'
import { costNs, Refused, type Work } from './refusal.ts'

/** Whether one of the ranges deletes something that is not deleted yet. Throws Refused. */
export function followDeletions(deletions: readonly DeleteRange[], overlay: Overlay, work: Work): boolean {
  let news = false
  for (const range of deletions) {
    work.spend(costNs.deleteRange)
    if (range.end > overlay.state(range.client)) {
      throw new Refused('unknown-deletion', `${range.client} has not written up to ${range.end}`)
    }
    if (followKnown(range, overlay, work)) news = true
    if (followAdded(range, overlay, work)) news = true
  }
  return news
}

function followKnown(range: DeleteRange, overlay: Overlay, work: Work): boolean {
  if (range.clock >= overlay.known(range.client)) return false
  const structs = overlay.structs(range.client)
  let news = false
  let slots = 0
  for (let i = indexOf(structs, range.clock); i < structs.length; i++) {
    const struct = structs[i]!
    if (struct.id.clock >= range.end) break
    work.spend(costNs.deletedStruct)
    if (struct.deleted) continue
    if (!overlay.isOfText(struct)) throw new Refused('unknown-deletion', 'it is not of the text')
    news = true
    if (struct.id.clock < range.clock) overlay.chargeSplit(struct, range.clock)
    if (struct.id.clock + struct.length > range.end) overlay.chargeSplit(struct, range.end)
    slots += mergeSlots(structs, i)
  }
  work.spend(slots * costNs.movedSlot)
  return news
}

/** Array elements that Yjs moves when this one, once deleted, is merged with what stands right of it in the text. */
function mergeSlots(structs: readonly (Y.Item | Y.GC)[], index: number): number {
  const next = structs[index + 1]
  const struct = structs[index] as Y.Item
  // Merging goes from right to left, so that on average half of what is moved has shrunk away.
  return next !== undefined && struct.right === next ? (structs.length - index) / 2 : 0
}

function followAdded(range: DeleteRange, overlay: Overlay, work: Work): boolean {
  const added = overlay.added(range.client)
  let news = false
  for (let i = firstPieceFrom(added, range.clock); i < added.length && added[i]!.clock < range.end; i++) {
    work.spend(costNs.struct)
    news = true
  }
  return news
}
