// Sharing: an owner makes keys and revokes them. Only hashes are kept, so a key is told once, to who made it.
import { AppError } from '../../shared/errors.ts'
import { type DocumentId, type Key, makeKey, type RandomBytes } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Role } from '../../shared/protocol.ts'
import { can, grantOf, hashKey } from '../access.ts'
import type { CommitQueue } from '../commit-queue.ts'
import { metaWrite } from '../document-meta.ts'
import { refusedKey } from '../join.ts'
import type { Rooms } from '../rooms.ts'

type Tools = { rooms: Rooms; queue: CommitQueue; random: RandomBytes }

export class Share {
  readonly #tools: Tools
  /** Key changes of one document are made one after the other: each starts from what the last one stored. */
  readonly #last = new Map<DocumentId, Promise<unknown>>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /**
   * Makes a key of that role. `revoke`: the role's other keys stop working, and sessions that used them end ([A3]).
   * Durable when it resolves. Throws `forbidden`, `not-found`, `too-large` (too many keys), `degraded`.
   */
  makeKey(id: DocumentId, ownKey: Key, role: Role, revoke: boolean): Promise<Key> {
    const before = this.#last.get(id) ?? Promise.resolve()
    const made = before.then(() => this.#make(id, ownKey, role, revoke))
    const settled = made
      .catch(() => undefined)
      .finally(() => {
        if (this.#last.get(id) === settled) this.#last.delete(id)
      })
    this.#last.set(id, settled)
    return made
  }

  async #make(id: DocumentId, ownKey: Key, role: Role, revoke: boolean): Promise<Key> {
    const { rooms, queue, random } = this.#tools
    const { room, release } = await rooms.acquire(id)
    try {
      const grant = grantOf(room.meta.keys, ownKey)
      if (grant === undefined) throw refusedKey()
      if (!can(grant.role, 'share')) throw new AppError('forbidden', 'Only an owner can make or revoke links.')
      const key = makeKey(random)
      const others = revoke ? [] : room.meta.keys[role]
      if (others.length >= limits.keysPerRoleMax) {
        throw new AppError('too-large', 'There are too many links of this kind. Make a new one that replaces them.')
      }
      const meta = { ...room.meta, keys: { ...room.meta.keys, [role]: [...others, hashKey(key)] } }
      await queue.write([metaWrite(id, meta)])
      room.meta = meta
      room.endRevoked()
      return key
    } finally {
      release()
    }
  }
}
