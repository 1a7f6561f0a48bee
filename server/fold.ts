// Makes one snapshot of a log. It is what takes longest in the server, a second for a large old document; so it may be
// done in another thread.
import * as Y from 'yjs'
import type { Seq } from '../shared/protocol.ts'
import { takeSnapshot } from './snapshot.ts'
import { decodeLog, replay, type Snapshot, type StoredLog } from './update-log.ts'

/**
 * The snapshot at commit `seq` of a log that holds it. `measured` (not unless asked) also finds out what building a document from
 * the snapshot takes, which doubles the work. Rejects with AppError `internal` when the log cannot be read, with
 * `too-large` when that takes longer than limits.foldMsMax.
 */
export type Fold = (log: StoredLog, seq: Seq, measured?: boolean) => Promise<Snapshot>

/** In this thread, at once. `stopwatch`: CPU ms of this thread, if it is to be measured. */
export function foldHere(log: StoredLog, seq: Seq, stopwatch?: () => number): Snapshot {
  const doc = replay(decodeLog(log), seq)
  const snapshot = takeSnapshot(doc, seq)
  doc.destroy()
  return stopwatch === undefined ? snapshot : { ...snapshot, buildMs: timeToBuild(snapshot.bytes, stopwatch) }
}

/**
 * Yjs reads a state in another order than it was written in: what the guard saw come cheaply, one update after the other,
 * may take minutes to be put together again. Only doing it tells. Rounded up.
 */
function timeToBuild(state: Uint8Array, stopwatch: () => number): number {
  const start = stopwatch()
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  const took = stopwatch() - start
  doc.destroy()
  return Math.ceil(took)
}
