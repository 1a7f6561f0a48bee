// The bytes of what is durable about a document: records (one commit each) and snapshots. Knows no store and no room.
// Format: version (1 byte), CRC-32 (4 bytes, little endian, zlib's), then the body in lib0 variable-length integers.
// The checksum covers kind, document id, version and body: bytes under another document's key do not pass.
import { crc32 } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { AppError } from '../shared/errors.ts'
import type { DocumentId } from '../shared/ids.ts'
import type { Seq } from '../shared/protocol.ts'

/** What one author wrote in one commit. `bytes`: a Yjs v1 update. */
export type LogPart = { clientId: number; bytes: Uint8Array }

/** One commit of one document. `time`: ms since epoch. Parts in commit order. */
export type LogRecord = { seq: Seq; time: number; parts: LogPart[] }

/** The whole state after commit `seq`. `bytes`: one Yjs v1 update; `textLength` in UTF-16 units. */
export type Snapshot = {
  seq: Seq
  stateVector: Uint8Array
  bytes: Uint8Array
  structs: number
  textLength: number
  /** Digest of the text, as client and server compare it. */
  digest?: string
  /** CPU ms that building a document from it took; absent where nobody measured it. */
  buildMs?: number
}

type Kind = 'record' | 'snapshot'

const version = 1
const headerBytes = 5

/** Throws RangeError for numbers that are no non-negative integers: a mistake of the caller. */
export function encodeRecord(id: DocumentId, record: LogRecord): Uint8Array {
  return seal(id, 'record', (encoder) => {
    writeNumber(encoder, record.seq)
    writeNumber(encoder, record.time)
    writeNumber(encoder, record.parts.length)
    for (const part of record.parts) {
      writeNumber(encoder, part.clientId)
      encoding.writeVarUint8Array(encoder, part.bytes)
    }
  })
}

/** What was encoded for this document; the parts are views of `bytes`. Throws AppError `internal` for anything else. */
export function decodeRecord(id: DocumentId, bytes: Uint8Array): LogRecord {
  return unseal(id, 'record', bytes, (decoder) => {
    const seq = decoding.readVarUint(decoder)
    const time = decoding.readVarUint(decoder)
    const parts: LogPart[] = []
    for (let left = decoding.readVarUint(decoder); left > 0; left--) {
      parts.push({ clientId: decoding.readVarUint(decoder), bytes: decoding.readVarUint8Array(decoder) })
    }
    return { seq, time, parts }
  })
}

/** Throws RangeError as encodeRecord does. */
export function encodeSnapshot(id: DocumentId, snapshot: Snapshot): Uint8Array {
  return seal(id, 'snapshot', (encoder) => {
    writeNumber(encoder, snapshot.seq)
    writeNumber(encoder, snapshot.structs)
    writeNumber(encoder, snapshot.textLength)
    encoding.writeVarString(encoder, snapshot.digest ?? '')
    encoding.writeVarUint8Array(encoder, snapshot.stateVector)
    encoding.writeVarUint8Array(encoder, snapshot.bytes)
    if (snapshot.buildMs !== undefined) writeNumber(encoder, snapshot.buildMs)
  })
}

/** What was encoded for this document; its bytes are views. Throws AppError `internal` for anything else. */
export function decodeSnapshot(id: DocumentId, bytes: Uint8Array): Snapshot {
  return unseal(id, 'snapshot', bytes, (decoder) => {
    const seq = decoding.readVarUint(decoder)
    const structs = decoding.readVarUint(decoder)
    const textLength = decoding.readVarUint(decoder)
    const digest = decoding.readVarString(decoder)
    const stateVector = decoding.readVarUint8Array(decoder)
    const state = decoding.readVarUint8Array(decoder)
    const measured = decoding.hasContent(decoder) && { buildMs: decoding.readVarUint(decoder) }
    return { seq, stateVector, bytes: state, structs, textLength, ...(digest !== '' && { digest }), ...measured }
  })
}

function seal(id: DocumentId, kind: Kind, writeBody: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeUint8(encoder, version)
  encoding.writeUint32(encoder, 0)
  writeBody(encoder)
  const bytes = encoding.toUint8Array(encoder)
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(1, checksum(id, kind, bytes), true)
  return bytes
}

function unseal<T>(id: DocumentId, kind: Kind, bytes: Uint8Array, readBody: (decoder: decoding.Decoder) => T): T {
  if (bytes[0] !== version) throw unreadable(kind, `unknown version ${bytes[0]}`)
  if (bytes.length < headerBytes) throw unreadable(kind, 'too short')
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true)
  if (stored !== checksum(id, kind, bytes)) throw unreadable(kind, 'the checksum is wrong')
  try {
    const decoder = decoding.createDecoder(bytes.subarray(headerBytes))
    const value = readBody(decoder)
    if (decoding.hasContent(decoder)) throw new RangeError('bytes are left over')
    return value
  } catch (cause) {
    throw unreadable(kind, 'the shape is wrong', cause)
  }
}

const checksum = (id: DocumentId, kind: Kind, bytes: Uint8Array) =>
  crc32(bytes.subarray(headerBytes), crc32(`${kind} ${version} ${id}`))

const unreadable = (kind: Kind, what: string, cause?: unknown) =>
  new AppError('internal', `A ${kind} of this document on disk cannot be read: ${what}.`, { cause })

function writeNumber(encoder: encoding.Encoder, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a non-negative integer: ${value}`)
  encoding.writeVarUint(encoder, value)
}
