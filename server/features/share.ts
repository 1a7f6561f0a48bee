// Sharing: an owner makes keys and revokes them. Only hashes are kept, so a key is told once, to who made it.
import { AppError } from '../../shared/errors.ts'
import { type DocumentId, type Key, makeKey, type RandomBytes } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Role } from '../../shared/protocol.ts'
import { can, grantOf, hashKey } from '../access.ts'
import type { DocumentMeta } from '../document-meta.ts'
import { refusedKey } from '../join.ts'
import type { MetaChanges } from '../meta-changes.ts'

type Tools = { metaChanges: MetaChanges; random: RandomBytes }

export class Share {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /**
   * Makes a key of that role. `revoke`: the role's other keys stop working, and sessions that used them end ([A3]).
   * Durable when it resolves. Throws `forbidden`, `not-found`, `too-large` (too many keys), `degraded`.
   */
  async makeKey(id: DocumentId, ownKey: Key, role: Role, revoke: boolean): Promise<Key> {
    const { metaChanges, random } = this.#tools
    const key = makeKey(random)
    await metaChanges.make(
      id,
      ({ meta }) => withKey(meta, ownKey, { key, role, revoke }),
      (room) => room.endRevoked(),
    )
    return key
  }
}

function withKey(meta: DocumentMeta, ownKey: Key, made: { key: Key; role: Role; revoke: boolean }): DocumentMeta {
  const grant = grantOf(meta.keys, ownKey)
  if (grant === undefined) throw refusedKey()
  if (!can(grant.role, 'share')) throw new AppError('forbidden', 'Only an owner can make or revoke links.')
  const others = made.revoke ? [] : meta.keys[made.role]
  if (others.length >= limits.keysPerRoleMax) {
    throw new AppError('too-large', 'There are too many links of this kind. Make a new one that replaces them.')
  }
  return { ...meta, keys: { ...meta.keys, [made.role]: [...others, hashKey(made.key)] } }
}
