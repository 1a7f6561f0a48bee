// Makes one snapshot of a log. It is what takes longest in the server, a second for a large old document; so it may be
// done in another thread.
import { limits } from '../shared/limits.ts'
import type { Seq } from '../shared/protocol.ts'
import { searchSteps } from './search-steps.ts'
import { takeSnapshot } from './snapshot.ts'
import { decodeLog, replay, type Snapshot, type StoredLog } from './update-log.ts'

/** `isTangled`: whoever builds a document from that snapshot is held up by it (server/search-steps). */
export type Folded = { snapshot: Snapshot; isTangled: boolean }

/**
 * The snapshot at commit `seq` of a log that holds it. Rejects with AppError `internal` when the log cannot be read, with
 * `too-large` when that took longer than limits.foldMsMax.
 */
export type Fold = (log: StoredLog, seq: Seq) => Promise<Folded>

/** In this thread, at once. */
export function foldHere(log: StoredLog, seq: Seq): Folded {
  const doc = replay(decodeLog(log), seq)
  const snapshot = takeSnapshot(doc, seq)
  const isTangled = searchSteps(doc, limits.searchStepsMax) >= limits.searchStepsMax
  doc.destroy()
  return { snapshot, isTangled }
}
