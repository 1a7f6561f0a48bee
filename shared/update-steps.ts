// How much one update may ask of a document, so that the guard lets it through whatever it is.
import type * as Y from 'yjs'
import { costNs } from './guard/refusal.ts'
import { limits } from './limits.ts'

/** The rest is for what others have written meanwhile, and for what the guard finds beside the splits. */
const share = 0.8

/**
 * How many structures and deletions one update of our client has in this document. Each splits two structures at worst, and
 * Yjs then moves what is behind them in the array of their client.
 */
export function updateSteps(doc: Y.Doc): number {
  let longest = 0
  for (const structs of doc.store.clients.values()) longest = Math.max(longest, structs.length)
  const stepNs = costNs.deleteRange + 2 * (costNs.struct + longest * costNs.movedSlot)
  return Math.min(limits.updateStepsMax, Math.floor((share * limits.guardWorkNsMax) / stepNs))
}
