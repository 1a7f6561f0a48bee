// What is known of a document besides its text, and how it is kept. Knows the store, no rooms.
import { crc32 } from 'node:zlib'
import { AppError } from '../shared/errors.ts'
import type { DocumentId, Lineage } from '../shared/ids.ts'
import type { KeyRing } from './access.ts'
import { encodeKey } from './store/key.ts'
import type { Store, StoreWrite } from './store/store.ts'

/** `createdAt`: ms since epoch. `language`: name of a syntax, `markdown` unless chosen otherwise. */
export type DocumentMeta = {
  version: 1
  title: string
  language: string
  createdAt: number
  lineage: Lineage
  keys: KeyRing
}

const checksumBytes = 4
const metaKey = (id: DocumentId) => encodeKey(['doc', id, 'meta'])

/** Value: CRC-32 (big endian) of the document id and the JSON, then the JSON in UTF-8. */
export function metaWrite(id: DocumentId, meta: DocumentMeta): StoreWrite {
  const json = Buffer.from(JSON.stringify(meta))
  const value = Buffer.alloc(checksumBytes + json.length)
  value.writeUInt32BE(crc32(json, crc32(id)))
  json.copy(value, checksumBytes)
  return { type: 'put', key: metaKey(id), value }
}

/** `undefined` when there is no such document. Throws `internal` when what is stored is damaged. */
export async function readMeta(store: Store, id: DocumentId): Promise<DocumentMeta | undefined> {
  const value = await store.get(metaKey(id))
  if (value === undefined) return undefined
  const json = value.subarray(checksumBytes)
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  if (bytes.length <= checksumBytes || bytes.readUInt32BE() !== crc32(json, crc32(id))) {
    throw new AppError('internal', 'The record of this document is damaged. Its host has to repair or restore it.')
  }
  return JSON.parse(Buffer.from(json).toString()) as DocumentMeta
}
