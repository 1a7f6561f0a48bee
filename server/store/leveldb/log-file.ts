// Reads LevelDB's log format (its doc/log_format.md), in which both the log of recent writes and the MANIFEST are kept, and
// tells an end that a crash tore from bytes that changed later. LevelDB itself skips both without a word.
import { crc32c, masked, unmasked } from './crc32c.ts'

const blockBytes = 32 * 1024
const headerBytes = 7
/** What a disk writes whole or not at all. */
const sectorBytes = 512
/** An empty stretch as long as this is no text that happens to be zeros. */
const blankBytesMin = 8

/** Kinds of fragments; a record is one `full`, or a `first`, some `middle` and a `last`. */
const full = 1
const first = 2
const middle = 3
const last = 4

/**
 * `records`: all before the end or the first bad byte. `end`: `torn` when the last write did not get to the disk whole (a
 * crash, a power cut: it was never acknowledged), `damaged` when anything that had been written cannot be read.
 */
export type LogFile = { records: Uint8Array[]; end: 'whole' | 'torn' | 'damaged' }

export function readLogFile(bytes: Uint8Array): LogFile {
  const records: Uint8Array[] = []
  for (let at = 0; ; ) {
    const found = recordAt(bytes, at)
    if (found.kind === 'end') return { records, end: 'whole' }
    if (found.kind === 'bad') return { records, end: isTorn(bytes, found.badAt) ? 'torn' : 'damaged' }
    records.push(found.record)
    at = found.next
  }
}

/** A log of all records that can be read, those behind bytes that cannot included. */
export function soundLog(bytes: Uint8Array): Uint8Array {
  const records: Uint8Array[] = []
  for (let at: number | undefined = 0; at !== undefined; ) {
    const found = recordAt(bytes, at)
    if (found.kind === 'end') break
    if (found.kind === 'record') records.push(found.record)
    at = found.kind === 'record' ? found.next : nextRecord(bytes, found.badAt)
  }
  return writeLogFile(records)
}

type Found = { kind: 'record'; record: Uint8Array; next: number } | { kind: 'bad'; badAt: number } | { kind: 'end' }

/** The record that begins at `start` or, where no header fits, in the next block. */
function recordAt(bytes: Uint8Array, start: number): Found {
  const parts: Uint8Array[] = []
  for (let at = skipTrailer(start); ; at = skipTrailer(at)) {
    if (at >= bytes.length) return parts.length === 0 ? { kind: 'end' } : { kind: 'bad', badAt: bytes.length }
    const fragment = fragmentAt(bytes, at)
    const isFollowing = fragment?.type === middle || fragment?.type === last
    if (fragment === undefined || isFollowing !== parts.length > 0) return { kind: 'bad', badAt: at }
    parts.push(bytes.subarray(fragment.from, fragment.to))
    at = fragment.to
    if (fragment.type === full || fragment.type === last) {
      return { kind: 'record', record: parts.length === 1 ? parts[0]! : Buffer.concat(parts), next: at }
    }
  }
}

/** The last bytes of a block are empty when no header fits into them. */
const skipTrailer = (at: number) => (blockEnd(at) - at < headerBytes ? blockEnd(at) : at)
const blockEnd = (at: number) => at - (at % blockBytes) + blockBytes

/** The fragment whose header is at `at`; `undefined` when there is none that can be read. */
function fragmentAt(bytes: Uint8Array, at: number): { type: number; from: number; to: number } | undefined {
  const from = at + headerBytes
  if (from > Math.min(bytes.length, blockEnd(at))) return undefined
  const type = bytes[at + 6]!
  const to = from + lengthAt(bytes, at)
  if (type < full || type > last || to > Math.min(bytes.length, blockEnd(at))) return undefined
  return hasChecksum(bytes, at, to) ? { type, from, to } : undefined
}

/** Whether the checksum in the header at `at` is that of type and data up to `to`; it does not cover the length. */
function hasChecksum(bytes: Uint8Array, at: number, to: number): boolean {
  const stored = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  return unmasked(stored) === crc32c(bytes, at + 6, to)
}

const lengthAt = (bytes: Uint8Array, at: number) => bytes[at + 4]! + bytes[at + 5]! * 256

/**
 * Whether what cannot be read is only the last write, unfinished. A record behind it proves that this one had been synced
 * before. A write that did not finish is cut short, or lacks whole sectors.
 */
function isTorn(bytes: Uint8Array, badAt: number): boolean {
  if (nextRecord(bytes, badAt) !== undefined) return false
  return isCutShort(bytes, badAt) || hasBlankSector(bytes, badAt)
}

/** Where the first whole record behind `badAt` begins. In that block it can be anywhere: a length may be what is bad. */
function nextRecord(bytes: Uint8Array, badAt: number): number | undefined {
  const end = Math.min(blockEnd(badAt), bytes.length)
  for (let at = badAt + 1; at + headerBytes <= end; at++) if (isRecordAt(bytes, at)) return at
  for (let at = blockEnd(badAt); at < bytes.length; at = skipTrailer(fragmentAt(bytes, at)?.to ?? blockEnd(at))) {
    if (isRecordAt(bytes, at)) return at
  }
  return undefined
}

function isRecordAt(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at + 6]
  // Cheap to ask first: most places have no such type.
  return (type === full || type === first) && recordAt(bytes, at).kind === 'record'
}

function isCutShort(bytes: Uint8Array, at: number): boolean {
  if (at + headerBytes > bytes.length) return true
  const to = at + headerBytes + lengthAt(bytes, at)
  // A checksum that holds for what is there says that all of it is: then the length is what changed.
  return to > bytes.length && to <= blockEnd(at) && !hasChecksum(bytes, at, bytes.length)
}

function hasBlankSector(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; ) {
    const end = Math.min(at - (at % sectorBytes) + sectorBytes, bytes.length)
    if (end - at >= blankBytesMin && bytes.subarray(at, end).every((byte) => byte === 0)) return true
    at = end
  }
  return false
}

function writeLogFile(records: readonly Uint8Array[]): Uint8Array {
  const chunks: Uint8Array[] = []
  let at = 0
  const push = (chunk: Uint8Array) => {
    chunks.push(chunk)
    at += chunk.length
  }
  for (const record of records) {
    let from = 0
    // A header that just fits at the end of a block has nothing of the record behind it, and is its first all the same.
    let isFirst = true
    do {
      push(new Uint8Array(skipTrailer(at) - at))
      const to = Math.min(record.length, from + blockEnd(at) - at - headerBytes)
      push(fragmentOf(record.subarray(from, to), isFirst, to === record.length))
      from = to
      isFirst = false
    } while (from < record.length)
  }
  return Buffer.concat(chunks)
}

function fragmentOf(piece: Uint8Array, isFirst: boolean, isLast: boolean): Uint8Array {
  const fragment = Buffer.alloc(headerBytes + piece.length)
  fragment[6] = isFirst ? (isLast ? full : first) : isLast ? last : middle
  fragment.writeUInt16LE(piece.length, 4)
  fragment.set(piece, headerBytes)
  fragment.writeUInt32LE(masked(crc32c(fragment, 6, fragment.length)))
  return fragment
}
