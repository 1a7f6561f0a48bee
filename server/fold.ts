// Makes one snapshot of a log. It is what takes longest in the server, a second for a large old document; so it may be
// done in another thread.

import type { Seq } from '../shared/protocol.ts'
import { takeSnapshot } from './snapshot.ts'
import { decodeLog, replay, type Snapshot, type StoredLog } from './update-log.ts'

/** The snapshot at commit `seq` of a log that holds it. Rejects with AppError `internal` when the log cannot be read. */
export type Fold = (log: StoredLog, seq: Seq) => Promise<Snapshot>

/** In this thread, at once. */
export function foldHere(log: StoredLog, seq: Seq): Snapshot {
  const doc = replay(decodeLog(log), seq)
  const snapshot = takeSnapshot(doc, seq)
  doc.destroy()
  return snapshot
}
