// Writes a document's state as one snapshot, so that the next load reads that instead of every record. The snapshot is
// made from what is on disk, not from memory, and only kept if both have the same text.
import { textName } from '../shared/protocol.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Logger } from './log.ts'
import type { Room } from './room.ts'
import { takeSnapshot } from './snapshot.ts'
import { snapshotWrite, type UpdateLog } from './update-log.ts'

type Tools = { updateLog: UpdateLog; queue: CommitQueue; log: Logger }

/**
 * Resolves when a snapshot of what is durable now is durable itself, or when it was not to be had: the records stay
 * either way, so a failure costs only time at the next load. Never rejects. One at a time per room.
 */
export function compact(room: Room, tools: Tools): Promise<void> {
  room.compaction ??= write(room, tools)
    .catch((error) => tools.log.error({ documentId: room.id, err: error }, 'a snapshot could not be written'))
    .finally(() => {
      room.compaction = undefined
    })
  return room.compaction
}

async function write(room: Room, { updateLog, queue, log }: Tools): Promise<void> {
  const { seq, text } = await textAtSeq(room)
  if (!(await room.whenCommitted(seq))) return
  const doc = updateLog.replay(await updateLog.load(room.id), seq)
  if (doc.getText(textName).toString() !== text) {
    log.error({ documentId: room.id, seq }, 'memory and disk hold different texts; no snapshot was written')
    return
  }
  const snapshot = takeSnapshot(doc, seq)
  doc.destroy()
  await queue.write([snapshotWrite(room.id, snapshot)])
  room.snapshotSeq = seq
}

/** Text and seq that belong together: now when the room is at rest, else when the next commit forms. */
function textAtSeq(room: Room): Promise<{ seq: number; text: string }> {
  if (room.atRest) return Promise.resolve({ seq: room.committedSeq, text: room.document.text })
  return new Promise((resolve) => {
    room.captureText = (seq, text) => resolve({ seq, text })
  })
}
