// What is known of a document besides its text, and how it is kept. Knows the store, no rooms.
import { crc32 } from 'node:zlib'
import { AppError } from '../shared/errors.ts'
import type { DocumentId, Lineage } from '../shared/ids.ts'
import { defaultSettings, parseLanguage, type Settings } from '../shared/settings.ts'
import type { KeyRing } from './access.ts'
import { encodeKey } from './store/key.ts'
import type { Store, StoreWrite } from './store/store.ts'

/** `createdAt`: ms since epoch. `language`: as it was stored; use settingsOf. */
export type DocumentMeta = {
  version: 1
  title: string
  language: string
  createdAt: number
  lineage: Lineage
  keys: KeyRing
}

/** What everybody sees of it. A language that this version does not know is shown as the default. */
export function settingsOf({ title, language }: DocumentMeta): Settings {
  return { title, language: parseLanguage(language) ?? defaultSettings.language }
}

const checksumBytes = 4
export const metaKey = (id: DocumentId) => encodeKey(['doc', id, 'meta'])

/** What stays of a deleted document. `deletedAt`: ms since epoch. */
type Tombstone = { version: 1; deletedAt: number }

export const deletedRefusal = () => new AppError('deleted', 'This document was deleted by its owner.')

export const metaWrite = (id: DocumentId, meta: DocumentMeta): StoreWrite => checkedWrite(id, meta)

/** Takes the place of the document's meta. */
export function tombstoneWrite(id: DocumentId, deletedAt: number): StoreWrite {
  return checkedWrite(id, { version: 1, deletedAt })
}

/** Value: CRC-32 (big endian) of the document id and the JSON, then the JSON in UTF-8. */
function checkedWrite(id: DocumentId, meta: DocumentMeta | Tombstone): StoreWrite {
  const json = Buffer.from(JSON.stringify(meta))
  const value = Buffer.alloc(checksumBytes + json.length)
  value.writeUInt32BE(crc32(json, crc32(id)))
  json.copy(value, checksumBytes)
  return { type: 'put', key: metaKey(id), value }
}

/** `undefined` when there never was such a document. Throws `deleted`, and `internal` when what is stored is damaged. */
export async function readMeta(store: Store, id: DocumentId): Promise<DocumentMeta | undefined> {
  const value = await store.get(metaKey(id))
  return value === undefined ? undefined : decodeMeta(id, value)
}

/** What was stored for this document. Throws `internal` for anything else. */
export function decodeMeta(id: DocumentId, value: Uint8Array): DocumentMeta {
  const json = value.subarray(checksumBytes)
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  if (bytes.length <= checksumBytes || bytes.readUInt32BE() !== crc32(json, crc32(id))) {
    throw new AppError(
      'internal',
      'The record of this document is damaged. Its host has to repair it (scriptorium doctor --repair) or restore it.',
    )
  }
  const meta = JSON.parse(Buffer.from(json).toString()) as DocumentMeta | Tombstone
  if ('deletedAt' in meta) throw deletedRefusal()
  return meta
}
