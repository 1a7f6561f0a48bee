// Proofs of who somebody is, made with one secret that the server keeps with its data. Knows no connection.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ClientId, ClientToken, DocumentId, Lineage, PersonId } from '../shared/ids.ts'
import { platformRandom } from '../shared/ids.ts'
import { encodeKey } from './store/key.ts'
import type { Store } from './store/store.ts'

/** Where the server's secret stands. */
export const identitySecretKey = encodeKey(['server', 'secret'])
export const identitySecretBytes = 32

/** HMAC-SHA-256 over length-free, separator-joined fields; none of the fields can contain the separator. */
export class Identity {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** Proof that this client id is held in this document and lineage ([J5]). */
  clientToken(documentId: DocumentId, lineage: Lineage, id: ClientId): ClientToken {
    return this.#mac(`client|${documentId}|${lineage}|${id}`).toString('base64url').slice(0, 22) as ClientToken
  }

  /** Compares in constant time. */
  isClientToken(token: unknown, documentId: DocumentId, lineage: Lineage, id: ClientId): boolean {
    if (typeof token !== 'string') return false
    const given = Buffer.from(token)
    const right = Buffer.from(this.clientToken(documentId, lineage, id))
    return given.length === right.length && timingSafeEqual(given, right)
  }

  /** The public id of whoever keeps this secret; differs from document to document ([P1]). */
  personId(documentId: DocumentId, secret: string): PersonId {
    // Not a slice of the whole, which a session would keep with it.
    return this.#mac(`person|${documentId}|${secret}`).toString('base64url', 0, 12) as PersonId
  }

  #mac(message: string): Buffer {
    return createHmac('sha256', this.#secret).update(message).digest()
  }
}

/** Reads the server's secret from the store, or makes and keeps one. */
export async function loadIdentity(store: Store): Promise<Identity> {
  const kept = await store.get(identitySecretKey)
  if (kept !== undefined && kept.length === identitySecretBytes) return new Identity(kept)
  const secret = platformRandom(identitySecretBytes)
  await store.commit([{ type: 'put', key: identitySecretKey, value: secret }])
  return new Identity(secret)
}
