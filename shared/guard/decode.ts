// Reads the bytes of a Yjs v1 update in one pass without believing any length it claims. It knows no document.
// Format: yjs 13.6 src/utils/encoding.js (readClientsStructRefs), src/structs/Item.js (write) and
// src/utils/DeleteSet.js (writeDeleteSet); numbers and strings as in lib0 encoding.
import { clientIdMax } from '../ids.ts'
import { limits } from '../limits.ts'
import { textName } from '../protocol.ts'
import { Refused } from './refusal.ts'

export type Id = { client: number; clock: number }

/** One structure of an update. `length` in clock units, for text the same as UTF-16 units. */
export type NewStruct = Id & {
  length: number
  origin: Id | null
  rightOrigin: Id | null
  /** Text; otherwise a run that was deleted before it was sent. */
  isText: boolean
  /** Encoded size. */
  bytes: number
}

/** The structures of one client, without holes, from `clock` to `end` (excluded). */
export type Block = Id & { end: number; structs: NewStruct[] }

export type DeleteRange = Id & { end: number }

/** `isShortest`: numbers are in their shortest form and deletions that touch are one, as Yjs itself writes them. */
export type DecodedUpdate = { blocks: Block[]; deletions: DeleteRange[]; isShortest: boolean }

const itemRef = { gc: 0, deleted: 1, string: 4, skip: 10 }
const foreignRefs: ReadonlySet<number> = new Set([2, 3, 5, 6, 7, 8, 9])
const hasOrigin = 0x80
const hasRightOrigin = 0x40
const hasParentSub = 0x20
const textNameBytes = new TextEncoder().encode(textName)

/** Throws Refused for whatever Yjs would misread and for whatever no honest client of a text document writes. */
export function decodeUpdate(bytes: Uint8Array): DecodedUpdate {
  const reader = new Reader(bytes)
  const blocks = readBlocks(reader)
  const deletions = readDeletions(reader)
  if (reader.position !== bytes.length) throw new Refused('malformed', 'bytes after the end')
  return { blocks, deletions, isShortest: reader.isShortest }
}

function readBlocks(reader: Reader): Block[] {
  const blocks: Block[] = []
  const seen = new Set<number>()
  let structs = 0
  // A block takes at least 3 bytes of header and 2 of content, a structure at least 2.
  for (let left = reader.count(5); left > 0; left--) {
    const count = reader.count(2)
    structs += count
    if (structs > limits.guardStructsMax) throw new Refused('too-much-work', 'too many structures in one update')
    const client = reader.client()
    // Yjs keeps only the last block of a client and silently drops those before it.
    if (count === 0 || seen.has(client)) throw new Refused('malformed', 'an empty or repeated block of a client')
    seen.add(client)
    const block: Block = { client, clock: reader.clock(), end: 0, structs: [] }
    block.end = block.clock
    for (let i = 0; i < count; i++) {
      const struct = readStruct(reader, client, block.end)
      block.structs.push(struct)
      block.end += struct.length
      if (block.end > limits.clockMax) throw new Refused('malformed', 'a clock beyond its bound')
    }
    blocks.push(block)
  }
  return blocks
}

function readStruct(reader: Reader, client: number, clock: number): NewStruct {
  const start = reader.position
  const info = reader.byte()
  const ref = info & 0x1f
  if (ref === itemRef.skip) throw new Refused('gap', 'a hole between structures')
  if (ref === itemRef.gc || foreignRefs.has(ref)) throw new Refused('foreign-content', `content of kind ${ref}`)
  if (ref !== itemRef.string && ref !== itemRef.deleted) throw new Refused('malformed', 'an unknown kind of content')
  if (info & hasParentSub) throw new Refused('foreign-content', 'an entry of a map')
  const origin = info & hasOrigin ? { client: reader.client(), clock: reader.clock() } : null
  const rightOrigin = info & hasRightOrigin ? { client: reader.client(), clock: reader.clock() } : null
  if (origin === null && rightOrigin === null) readParent(reader)
  const isText = ref === itemRef.string
  const length = isText ? reader.text() : reader.clock()
  if (length < 1) throw new Refused('malformed', 'a structure without length')
  return { client, clock, length, origin, rightOrigin, isText, bytes: reader.position - start }
}

function readParent(reader: Reader): void {
  const kind = reader.uint(clientIdMax)
  if (kind === 0) throw new Refused('foreign-content', 'a nested type')
  if (kind !== 1) throw new Refused('malformed', 'an unknown kind of parent')
  const name = reader.bytes(reader.uint(clientIdMax))
  if (name.length !== textNameBytes.length || name.some((byte, i) => byte !== textNameBytes[i])) {
    throw new Refused('foreign-content', 'a root type that is not the text')
  }
}

function readDeletions(reader: Reader): DeleteRange[] {
  const deletions: DeleteRange[] = []
  const seen = new Set<number>()
  for (let left = reader.count(4); left > 0; left--) {
    const client = reader.client()
    const count = reader.count(2)
    if (count === 0 || seen.has(client)) throw new Refused('malformed', 'empty or repeated deletions of a client')
    seen.add(client)
    if (deletions.length + count > limits.guardDeleteRangesMax) {
      throw new Refused('too-much-work', 'too many deletions in one update')
    }
    let last = 0
    for (let i = 0; i < count; i++) {
      const clock = reader.clock()
      const end = clock + reader.clock()
      // Every encoder writes them sorted and merged; overlapping ones would make Yjs walk the same items again and again.
      if (end === clock || clock < last) throw new Refused('malformed', 'deletions empty or out of order')
      if (i > 0 && clock === last) reader.isShortest = false
      deletions.push({ client, clock, end })
      last = end
    }
  }
  return deletions
}

class Reader {
  readonly #bytes: Uint8Array
  position = 0
  isShortest = true

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const byte = this.#bytes[this.position++]
    if (byte === undefined) throw new Refused('malformed', 'it ends too early')
    return byte
  }

  /** An unsigned number of at most five bytes, seven bits each, lowest first (lib0 writeVarUint). */
  uint(max: number): number {
    let value = 0
    for (let factor = 1; factor <= 0x1000_0000; factor *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (byte === 0 && factor > 1) this.isShortest = false
        if (value > max) throw new Refused('malformed', 'a number beyond its bound')
        return value
      }
    }
    throw new Refused('malformed', 'a number of too many bytes')
  }

  client = () => this.uint(clientIdMax)
  clock = () => this.uint(limits.clockMax)

  /** A count of things that take at least so many bytes each: never more than the rest can hold. */
  count(bytesEach: number): number {
    const count = this.uint(clientIdMax)
    if (count * bytesEach > this.#bytes.length - this.position)
      throw new Refused('malformed', 'a count beyond its bytes')
    return count
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.position) throw new Refused('malformed', 'it ends too early')
    this.position += length
    return this.#bytes.subarray(this.position - length, this.position)
  }

  /** Passes over a string; its length in UTF-16 units. Yjs would throw at bad UTF-8 in the middle of a transaction. */
  text(): number {
    return utf16Length(this.bytes(this.uint(clientIdMax)))
  }
}

/** UTF-16 length of well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without U+000D. */
function utf16Length(bytes: Uint8Array): number {
  let units = 0
  let i = 0
  while (i < bytes.length) {
    const lead = bytes[i++]!
    units++
    if (lead < 0x80) {
      // Two editors count a CR LF differently, which moves every later position: text has \n only.
      if (lead === 0x0d) throw new Refused('foreign-content', 'a carriage return')
      continue
    }
    if (lead < 0xc2 || lead > 0xf4) throw new Refused('malformed', 'broken UTF-8')
    const second = bytes[i++] ?? 0
    const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < lowest || second > highest) throw new Refused('malformed', 'broken UTF-8')
    for (let more = lead < 0xe0 ? 0 : lead < 0xf0 ? 1 : 2; more > 0; more--) {
      if (((bytes[i++] ?? 0) & 0xc0) !== 0x80) throw new Refused('malformed', 'broken UTF-8')
    }
    if (lead >= 0xf0) units++
  }
  return units
}
