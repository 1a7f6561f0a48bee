// Deleting a document: at once for everybody, and for good. What stays is a tombstone under its id, so that a page which
// comes back with text of it is told, and no other document ever answers in its place ([D1]–[D3]).
import { AppError } from '../../shared/errors.ts'
import { type DocumentId, type Key, parseDocumentId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { can, grantOf } from '../access.ts'
import type { Clock } from '../clock.ts'
import type { CommitQueue } from '../commit-queue.ts'
import { deletedRefusal, metaKey, tombstoneWrite } from '../document-meta.ts'
import { refusedKey } from '../join.ts'
import type { Logger } from '../log.ts'
import type { MetaChanges } from '../meta-changes.ts'
import type { Rooms } from '../rooms.ts'
import { decodeKey, encodeKey, prefixRange } from '../store/key.ts'
import type { Store, StoreWrite } from '../store/store.ts'

type Tools = { store: Store; queue: CommitQueue; rooms: Rooms; metaChanges: MetaChanges; clock: Clock; log: Logger }

/** Says that a deleted document still has entries. */
const wipeKey = (id: DocumentId) => encodeKey(['wipe', id])

export class Deletion {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
    tools.rooms.onGone = (id) => void this.#wipe(id)
  }

  /**
   * Durable when it resolves; every session has been ended with `deleted`. The entries in the store go when the room has
   * closed. Throws `forbidden`, `not-found`, `deleted`, `degraded`, `busy`.
   */
  delete(id: DocumentId, ownKey: Key): Promise<void> {
    const { queue, metaChanges, clock } = this.#tools
    return metaChanges.inTurn(id, async (room) => {
      const grant = grantOf(room.meta.keys, ownKey)
      if (grant === undefined) throw refusedKey()
      if (!can(grant.role, 'delete')) throw new AppError('forbidden', 'Only an owner can delete the document.')
      await queue.write([tombstoneWrite(id, clock.now()), { type: 'put', key: wipeKey(id), value: Buffer.from('1') }])
      room.deleted = true
      for (const session of [...room.sessions]) room.end(session, deletedRefusal().toRefusal())
    })
  }

  /** Goes on with what a stop of the server left. Never rejects. */
  async resume(): Promise<void> {
    const left: DocumentId[] = []
    try {
      for await (const [key] of this.#tools.store.range(prefixRange(['wipe']))) {
        const id = parseDocumentId(decodeKey(key)[1])
        if (id !== undefined) left.push(id)
      }
    } catch (error) {
      this.#tools.log.error({ err: error }, 'what is left of deleted documents could not be read')
    }
    for (const id of left) await this.#wipe(id)
  }

  /** Takes everything but the tombstone from the store, in bounded steps. What fails is done at the next start. */
  async #wipe(id: DocumentId): Promise<void> {
    const { store, queue, log } = this.#tools
    const tombstone = Buffer.from(metaKey(id))
    try {
      for (let isDone = false; !isDone; ) {
        const writes: StoreWrite[] = []
        for await (const [key] of store.range({ ...prefixRange(['doc', id]), limit: limits.wipeEntriesMax })) {
          if (!tombstone.equals(key)) writes.push({ type: 'del', key })
        }
        isDone = writes.length === 0
        if (isDone) writes.push({ type: 'del', key: wipeKey(id) })
        await queue.write(writes)
      }
    } catch (error) {
      log.error(
        { documentId: id, err: error },
        'a deleted document is still on the disk; the next start goes on with it',
      )
    }
  }
}
