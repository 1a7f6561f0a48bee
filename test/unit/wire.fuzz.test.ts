// The packet parser under random and hostile input. `SEED=… LONG=1 npx vitest run test/unit/wire.fuzz.test.ts`
import fc from 'fast-check'
import * as stock from 'socket.io-parser'
import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { Encoder, encodeFrame, type Packet, packetTypes, serverWireParser, type WireParser } from '../../shared/wire.ts'

const runs = (short: number) => ({
  numRuns: process.env.LONG ? 1_000_000 : short,
  ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
})

const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'error', 'newListener', 'removeListener']

const bytes = fc.uint8Array({ maxLength: 300 })
/** JSON as the other side will see it, within the nesting that is allowed; its keys and texts may be anything else. */
const json = fc
  .jsonValue({ maxDepth: limits.jsonDepthMax - 2, depthSize: 'small' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => !hasProtoKey(value))
const name = fc.oneof(
  fc.constantFrom('update', 'presence', 'join'),
  fc.string({ unit: 'binary' }).filter((text) => !reserved.includes(text) && !/\p{Surrogate}/u.test(text)),
)
const args = fc.array(json, { maxLength: 4 })
const byteStrings = fc.array(bytes, { maxLength: limits.frameByteStringsMax })
const ackId = fc.oneof(fc.nat(300), fc.nat(0xffff_fffe))

const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc
    .tuple(name, args, byteStrings, fc.option(ackId, { nil: undefined }))
    .map(([event, json, strings, id]) => ({ type: 2, nsp: '/', data: [event, ...json, ...strings], id })),
  fc
    .tuple(args, byteStrings, ackId)
    .map(([json, strings, id]) => ({ type: 3, nsp: '/', data: [...json, ...strings], id })),
  fc
    .dictionary(fc.string(), json, { maxKeys: 3 })
    .filter((data) => !hasProtoKey(data))
    .map((data) => ({ type: 0, nsp: '/', data })),
  fc.constant({ type: 1, nsp: '/' }),
  fc.string().map((message) => ({ type: 4, nsp: '/', data: { message } })),
)

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).includes('__proto__') || Object.values(value).some(hasProtoKey)
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** The value after one more journey as JSON; bytes stay what they are. */
function repeated(value: unknown): unknown {
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(repeated)
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** The packet a decoder makes of a message, or undefined when it refuses; fails when it does neither, or both. */
function decode(message: string | Uint8Array, parser: WireParser = serverWireParser): Packet | undefined {
  const emitted: Packet[] = []
  const decoder = new parser.Decoder()
  decoder.on('decoded', (packet) => emitted.push(packet))
  try {
    decoder.add(message)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect(emitted).toEqual([])
    return undefined
  }
  expect(emitted).toHaveLength(1)
  return emitted[0]!
}

const encode = (packet: Packet) => new Encoder().encode(packet)[0]

/** What every handler may rely on, whatever came in. */
function expectWellFormed(packet: Packet, message: string | Uint8Array) {
  expect(packet.nsp).toBe('/')
  expect(depthOf(packet.data)).toBeLessThanOrEqual(limits.jsonDepthMax)
  expect(hasProtoKey(packet.data)).toBe(false)
  if (packet.id !== undefined) expect(Number.isSafeInteger(packet.id) && packet.id >= 0).toBe(true)
  const data = packet.data as unknown[]
  if (packet.type === packetTypes.event || packet.type === packetTypes.ack) {
    expect(Array.isArray(data)).toBe(true)
    expect(data.length).toBeLessThanOrEqual(limits.packetArgumentsMax)
  }
  if (packet.type === packetTypes.event) {
    expect(typeof data[0]).toBe('string')
    expect(reserved).not.toContain(data[0])
  }
  if (packet.type === packetTypes.ack) expect(packet.id).toBeTypeOf('number')
  if (typeof message !== 'string') expectViewsOnly(data, message)
  // Reading is settled: writing the packet again and reading that gives the same, but for the two numbers that JSON can
  // say and not repeat (1e999 is Infinity, -0 is -0).
  expect(decode(encode(packet))).toEqual({ ...packet, data: repeated(packet.data) })
}

/** The bytes are views that fit into the message side by side, so nothing was allocated for them. */
function expectViewsOnly(data: unknown[], message: Uint8Array) {
  const strings = data.filter((argument) => argument instanceof Uint8Array)
  expect(strings.length).toBeGreaterThanOrEqual(1)
  expect(strings.length).toBeLessThanOrEqual(limits.frameByteStringsMax)
  expect(strings.every((string) => string.buffer === message.buffer)).toBe(true)
  expect(strings.reduce((sum, string) => sum + string.length, 0)).toBeLessThan(message.length)
  const last = strings.at(-1)!
  expect(last.byteOffset + last.length).toBe(message.byteOffset + message.length)
}

function expectHarmless(message: string | Uint8Array) {
  const packet = decode(message)
  if (packet) expectWellFormed(packet, message)
}

test('[W1] [W8] every packet comes out as it went in, in one message', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const messages = new Encoder().encode(packet)
      expect(messages).toHaveLength(1)
      expect(decode(messages[0])).toEqual(packet)
      expectWellFormed(packet, '')
    }),
    runs(2_000),
  )
})

test('[W1] a packet without bytes is letter for letter what the stock parser writes, and is read alike', () => {
  const isText = (packet: Packet) =>
    !(Array.isArray(packet.data) && packet.data.some((value) => value instanceof Uint8Array))
  fc.assert(
    fc.property(packets.filter(isText), (packet) => {
      const theirs = new stock.Encoder().encode(packet as stock.Packet)
      expect(theirs).toEqual([encode(packet)])
      const decoded: unknown[] = []
      const decoder = new stock.Decoder()
      decoder.on('decoded', (their) => decoded.push(their))
      decoder.add(theirs[0])
      expect(decoded).toEqual([decode(theirs[0])])
    }),
    runs(1_000),
  )
})

test('[W9] random bytes are refused or make a well-formed packet', () => {
  const kind = fc.constantFrom(5, 6)
  fc.assert(
    fc.property(fc.tuple(kind, fc.uint8Array({ maxLength: 200 })), ([first, rest]) =>
      expectHarmless(Uint8Array.from([first, ...rest])),
    ),
    runs(2_000),
  )
})

test('[W2] random text is refused or makes a well-formed packet', () => {
  const piece = fc.constantFrom(
    ...[
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '9007199254740992',
      '[',
      ']',
      '{',
      '}',
      '"',
      '\\',
      '\\u005f',
      '__proto__',
      ':',
      ',',
    ],
    ...['/', 'x', '["x"', '"error"', 'null', '-', '1e9', ' ', '\n', '\ufeff', '\ud800', '[[[[[[[[', '{"a":'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => expectHarmless(pieces.join(''))),
    runs(3_000),
  )
})

/** Numbers that a hostile frame claims: around every size of the encoding, and as many bytes of nothing. */
const claims = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0x07],
  [0xff, 0x7f],
  [0x80],
  [0],
]

type Damage = { at: number; kind: 'flip' | 'cut' | 'insert' | 'splice'; value: number }
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(1_000),
  kind: fc.constantFrom('flip', 'cut', 'insert', 'splice'),
  value: fc.nat(1_000),
})

function hurt(frame: Uint8Array, other: Uint8Array, { at, kind, value }: Damage): Uint8Array {
  // Half of the damage goes to the first bytes, where the lengths are.
  const offset = at % (at % 2 ? Math.min(24, frame.length + 1) : frame.length + 1)
  switch (kind) {
    case 'flip':
      return frame.map((byte, i) => (i === offset ? byte ^ (1 << (value % 8)) : byte))
    case 'cut':
      return frame.slice(0, offset)
    case 'insert':
      return Uint8Array.from([...frame.slice(0, offset), ...claims[value % claims.length]!, ...frame.slice(offset)])
    case 'splice':
      return Uint8Array.from([...frame.slice(0, offset), ...other.slice(value % (other.length + 1))])
  }
}

test('[W9] a valid frame that was flipped, cut, spliced or made to claim too much is refused or well-formed', () => {
  const frames = fc
    .tuple(name, args, fc.array(bytes, { minLength: 1, maxLength: limits.frameByteStringsMax }), ackId)
    .map(([event, json, strings, id]) => encodeFrame('event', [event, ...json, ...strings], id))
  let accepted = 0
  let refused = 0
  fc.assert(
    fc.property(frames, frames, fc.array(damage, { minLength: 1, maxLength: 3 }), (frame, other, damages) => {
      const message = damages.reduce<Uint8Array>((bytes, one) => hurt(bytes, other, one), new Uint8Array(frame))
      if (decode(message)) accepted++
      else refused++
      expectHarmless(message)
    }),
    runs(3_000),
  )
  // The damage is of both sorts, or this test would not test.
  expect(Math.min(accepted, refused)).toBeGreaterThan(50)
})

test('[W2] a valid text packet with letters lost, doubled or exchanged is refused or well-formed', () => {
  const texts = packets.map(encode).filter((message) => typeof message === 'string')
  const edit = fc.tuple(
    fc.nat(1_000),
    fc.nat(3),
    fc.constantFrom('', '"', '[', ']', '{', '}', '\\', '1', '/', '__proto__'),
  )
  fc.assert(
    fc.property(texts, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      const hurt = edits.reduce((result, [at, drop, put]) => {
        const offset = at % (result.length + 1)
        return result.slice(0, offset) + put + result.slice(offset + drop)
      }, text)
      expectHarmless(hurt)
    }),
    runs(2_000),
  )
})
