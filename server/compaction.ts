// Writes a document's state as one snapshot, so that the next load reads that instead of every record. The snapshot is
// made from what is on disk, not from memory, and only kept if both have the same text.
import { AppError } from '../shared/errors.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Fold } from './fold.ts'
import type { Logger } from './log.ts'
import type { Room } from './room.ts'
import { snapshotWrite, type UpdateLog } from './update-log.ts'

type Tools = { updateLog: UpdateLog; queue: CommitQueue; log: Logger; fold: Fold }

/**
 * Resolves when a snapshot of what is durable now is durable itself, or when it was not to be had: the records stay
 * either way, so a failure costs only time at the next load. Never rejects. One at a time per room.
 */
export function compact(room: Room, tools: Tools): Promise<void> {
  room.compaction ??= write(room, tools)
    .catch((error) => {
      // A drain ran out of time: the next start reads the records instead.
      const isExpected = error instanceof AppError && error.code === 'draining'
      tools.log[isExpected ? 'info' : 'error']({ documentId: room.id, err: error }, 'a snapshot could not be written')
    })
    .finally(() => {
      room.compaction = undefined
    })
  return room.compaction
}

async function write(room: Room, { updateLog, queue, log, fold }: Tools): Promise<void> {
  const { seq, digest } = await digestAtSeq(room)
  if (!(await room.whenCommitted(seq))) return
  // Only who opens it anew will have to build it.
  const isLast = room.sessions.size === 0
  const snapshot = await fold(await updateLog.read(room.id), seq, isLast)
  if (snapshot.digest !== digest) {
    log.error({ documentId: room.id, seq }, 'memory and disk hold different texts; no snapshot was written')
    return
  }
  await queue.write([snapshotWrite(room.id, snapshot)])
  room.snapshotSeq = seq
}

/** Digest of the text and seq that belong together: now when the room is at rest, else when the next commit forms. */
function digestAtSeq(room: Room): Promise<{ seq: number; digest: string }> {
  if (room.atRest) return Promise.resolve({ seq: room.committedSeq, digest: room.document.digest })
  return new Promise((resolve) => {
    room.captureDigest = (seq, digest) => resolve({ seq, digest })
  })
}
