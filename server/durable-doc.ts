// What of a live document is durable, read from the disk: for the time in which the live one may hold more than that.
import type * as Y from 'yjs'
import type { Seq } from '../shared/protocol.ts'
import type { Room } from './room.ts'
import { replay, type UpdateLog } from './update-log.ts'

/** The document at its last durable commit; the caller destroys it. Throws `degraded` when the disk cannot be read. */
export async function durableDoc(room: Room, updateLog: UpdateLog): Promise<{ seq: Seq; doc: Y.Doc }> {
  const loaded = await updateLog.load(room.id)
  // A batch that failed may be on disk all the same; until it is known to be durable nobody sees it.
  const seq = Math.min(loaded.seq, room.committedSeq)
  return { seq, doc: replay(loaded, seq) }
}
