// Packets with bytes: one binary frame each. It knows no text packets. shared/wire.ts has the grammar.
import { AppError } from '../errors.ts'
import { limits } from '../limits.ts'
import { parseUntrustedJson } from './json.ts'
import { checkAckData, checkArgumentCount, checkEventData, type Packet, packetTypes } from './packet.ts'

/** Highest ack id that fits: the frame carries it plus one, as an unsigned 32-bit number. */
const ackIdMax = 0xffff_fffe
/** Headers up to this many characters are written by hand, which beats the call of TextEncoder. */
const shortHeaderLength = 96

const textEncoder = new TextEncoder()
// ignoreBOM keeps a byte order mark where it is, so that JSON.parse refuses it.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Uninitialised memory, every byte of which gets written. In Node from Buffer's pool, ten times cheaper than a
 * Uint8Array for a small frame.
 */
const allocate: (length: number) => Uint8Array =
  typeof Buffer === 'function' ? (length) => Buffer.allocUnsafe(length) : (length) => new Uint8Array(length)

/**
 * Index of the first byte argument in `args`, `args.length` when there is none. Throws TypeError when an argument that is
 * not bytes follows one that is: bytes come last.
 */
export function bytesStart(args: readonly unknown[]): number {
  let start = args.length
  while (start > 0 && isBytes(args[start - 1])) start--
  for (let i = 0; i < start; i++) {
    if (isBytes(args[i])) throw new TypeError('Bytes must be the last arguments of a packet')
  }
  return start
}

function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return typeof value === 'object' && value !== null && (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
}

/**
 * One frame for an event (`args` is `[name, ...json, ...bytes]`) or an ack (`[...json, ...bytes]`) whose bytes begin at
 * `start`. Bytes are Uint8Array, Buffer or ArrayBuffer, and copied. In Node the frame is a Buffer, which engine.io sends as
 * a binary message. Throws TypeError for what no frame can carry: our mistake, never a peer's.
 */
export function encodeFrame(
  type: 'event' | 'ack',
  args: readonly unknown[],
  id?: number,
  start = bytesStart(args),
): Uint8Array {
  const count = args.length - start
  if (count < 1 || count > limits.frameByteStringsMax) throw new TypeError(`A frame cannot carry ${count} byte strings`)
  if (type === 'event' && start === 0) throw new TypeError('An event needs a name')
  if (type === 'ack' && id === undefined) throw new TypeError('An ack needs an id')
  if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id <= ackIdMax))
    throw new TypeError('Ack id out of range')

  const header = stringifyFirst(args, start)
  const utf8 = isShortAscii(header) ? undefined : textEncoder.encode(header)
  const headerLength = utf8?.length ?? header.length
  const idField = id === undefined ? 0 : id + 1
  let length = 1 + varuintLength(idField) + varuintLength(headerLength) + headerLength + varuintLength(count)
  for (let i = start; i < args.length; i++) {
    const byteLength = toUint8Array(args[i]).length
    length += varuintLength(byteLength) + byteLength
  }

  const frame = allocate(length)
  frame[0] = type === 'event' ? packetTypes.binaryEvent : packetTypes.binaryAck
  let at = writeVaruint(frame, writeVaruint(frame, 1, idField), headerLength)
  if (utf8) frame.set(utf8, at)
  else for (let i = 0; i < headerLength; i++) frame[at + i] = header.charCodeAt(i)
  at = writeVaruint(frame, at + headerLength, count)
  for (let i = start; i < args.length; i++) at = writeVaruint(frame, at, toUint8Array(args[i]).length)
  for (let i = start; i < args.length; i++) {
    const bytes = toUint8Array(args[i])
    frame.set(bytes, at)
    at += bytes.length
  }
  return frame
}

/**
 * Reads a frame from outside; the byte strings of `data` are views of `frame`. Throws AppError `bad-request` for anything
 * but a well-formed frame whose header has at most `headerBytesMax` bytes. Allocates no more than the frame's own size.
 */
export function decodeFrame(frame: Uint8Array, headerBytesMax: number): Packet {
  const type = frame[0]
  if (type !== packetTypes.binaryEvent && type !== packetTypes.binaryAck) throw malformed('has an unknown type')
  const reader = new FrameReader(frame, 1)
  const idField = reader.varuint()
  if (type === packetTypes.binaryAck && idField === 0) throw malformed('answers nothing')
  const headerLength = reader.varuint()
  if (headerLength > headerBytesMax) throw malformed('has too long a header')
  const header = parseUntrustedJson(decodeUtf8(reader.take(headerLength)))
  const data = type === packetTypes.binaryEvent ? checkEventData(header) : checkAckData(header)
  appendBytes(data, reader)
  const id = idField === 0 ? undefined : idField - 1
  return { type: type === packetTypes.binaryEvent ? packetTypes.event : packetTypes.ack, nsp: '/', data, id }
}

function appendBytes(data: unknown[], reader: FrameReader): void {
  const count = reader.varuint()
  if (count < 1 || count > limits.frameByteStringsMax) throw malformed('has a wrong number of byte strings')
  checkArgumentCount(data.length + count)
  const lengths: number[] = []
  for (let i = 0; i < count; i++) lengths.push(reader.varuint())
  for (const length of lengths) data.push(reader.take(length))
  if (!reader.atEnd) throw malformed('does not end with its last byte string')
}

/** Walks through a frame; every step throws AppError `bad-request` rather than leave it. */
class FrameReader {
  private readonly frame: Uint8Array
  private at: number

  constructor(frame: Uint8Array, at: number) {
    this.frame = frame
    this.at = at
  }

  get atEnd(): boolean {
    return this.at === this.frame.length
  }

  /** An unsigned 32-bit number in LEB128; padding zeros are let through within its five bytes. */
  varuint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.frame[this.at++]
      if (byte === undefined) throw malformed('ends too early')
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw malformed('has a number over 32 bits')
  }

  /** A view of the next `length` bytes; a plain Uint8Array also when the frame is a Buffer. */
  take(length: number): Uint8Array {
    if (length > this.frame.length - this.at) throw malformed('ends too early')
    const view = new Uint8Array(this.frame.buffer, this.frame.byteOffset + this.at, length)
    this.at += length
    return view
  }
}

function malformed(what: string, cause?: unknown): AppError {
  return new AppError('bad-request', `A binary packet ${what}.`, { cause })
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes)
  } catch (cause) {
    throw malformed('has a header that is not UTF-8', cause)
  }
}

/** JSON of the first `count` arguments as an array; half the time of cutting the array off first. */
function stringifyFirst(args: readonly unknown[], count: number): string {
  let json = ''
  // What JSON has no word for (undefined, a function) is null in an array.
  for (let i = 0; i < count; i++) json += `${i === 0 ? '' : ','}${JSON.stringify(args[i]) ?? 'null'}`
  return `[${json}]`
}

function isShortAscii(text: string): boolean {
  if (text.length > shortHeaderLength) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function toUint8Array(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw new TypeError('Bytes are a Uint8Array or an ArrayBuffer')
}

function varuintLength(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/** Returns the offset after the number. */
function writeVaruint(target: Uint8Array, offset: number, value: number): number {
  let at = offset
  let rest = value
  for (; rest >= 0x80; rest >>>= 7) target[at++] = rest | 0x80
  target[at++] = rest
  return at
}
