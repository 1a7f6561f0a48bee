// Who may do what. Knows roles, keys and their hashes; knows no document and no connection.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Key } from '../shared/ids.ts'
import { type Role, roles } from '../shared/protocol.ts'

/** Everything a person can ask of a document, on whichever door. */
export type Action =
  | 'join'
  | 'leave'
  | 'presence'
  | 'person'
  | 'digest'
  | 'read'
  | 'update'
  | 'slice'
  | 'chat'
  | 'typing'
  | 'chat-history'
  | 'chat-delete'
  | 'settings'
  | 'share'
  | 'delete'

const reading = ['join', 'leave', 'presence', 'person', 'digest', 'read', 'chat-history'] as const
const writing = [...reading, 'update', 'slice', 'chat', 'typing', 'settings'] as const
const owning = [...writing, 'chat-delete', 'share', 'delete'] as const

/** Absent means refused: an action that is forgotten here is one that nobody can do. */
const allowed: Readonly<Record<Role, readonly Action[]>> = { own: owning, edit: writing, view: reading }

/** The one place that decides ([A1]); default deny. */
export function can(role: Role | undefined, action: Action): boolean {
  return role !== undefined && allowed[role].includes(action)
}

/** SHA-256 of a key, base64url: what is stored. A key has 128 random bits, so a plain hash cannot be guessed back. */
export type KeyHash = string

/** The hashes of a document's keys. */
export type KeyRing = Readonly<Record<Role, readonly KeyHash[]>>

export function hashKey(key: Key): KeyHash {
  return createHash('sha256').update(key).digest('base64url')
}

/**
 * The strongest role that this key grants, with the hash that did, or `undefined`. Looks at every hash whatever
 * matches, so that its time says nothing ([J2]).
 */
export function grantOf(ring: KeyRing, key: Key): { role: Role; hash: KeyHash } | undefined {
  const asked = hashKey(key)
  const askedBytes = Buffer.from(asked)
  let grant: { role: Role; hash: KeyHash } | undefined
  for (const role of roles) {
    for (const hash of ring[role]) {
      const bytes = Buffer.from(hash)
      const same = bytes.length === askedBytes.length && timingSafeEqual(bytes, askedBytes)
      if (same && grant === undefined) grant = { role, hash }
    }
  }
  return grant
}
