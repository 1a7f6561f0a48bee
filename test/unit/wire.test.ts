// The packet parser alone: what it writes, what it reads, what it refuses. Rules are numbered as in shared/wire's grammar.
import { describe, expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import {
  clientWireParser,
  createWireParser,
  decodeFrame,
  Encoder,
  encodeFrame,
  type Packet,
  serverWireParser,
  type WireParser,
} from '../../shared/wire.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const bytes = (...values: number[]) => Uint8Array.from(values)

/** What a decoder makes of one message: the packets it emitted, or what it threw. */
function read(message: unknown, parser: WireParser = serverWireParser): { packets: Packet[]; error?: unknown } {
  const packets: Packet[] = []
  const decoder = new parser.Decoder()
  decoder.on('decoded', (packet) => packets.push(packet))
  try {
    decoder.add(message)
    return { packets }
  } catch (error) {
    return { packets, error }
  }
}

function packetOf(message: unknown, parser?: WireParser): Packet {
  const { packets, error } = read(message, parser)
  expect(error).toBeUndefined()
  expect(packets).toHaveLength(1)
  return packets[0]!
}

function expectRefused(message: unknown, code = 'bad-request', parser?: WireParser) {
  const { packets, error } = read(message, parser)
  expect(packets).toEqual([])
  expect(error).toBeInstanceOf(AppError)
  expect((error as AppError).code).toBe(code)
}

/** A frame with any fields, right or wrong: kind, ack field, header, and what follows it. */
function frame(kind: number, ack: number[], header: string | Uint8Array, ...rest: number[]): Uint8Array {
  const text = typeof header === 'string' ? utf8(header) : header
  expect(text.length).toBeLessThan(128)
  return bytes(kind, ...ack, text.length, ...text, ...rest)
}

/** JSON arrays in each other; the outermost counts. */
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('text packets', () => {
  test.each([
    [{ type: 0, nsp: '/', data: { a: 1 } }, '0{"a":1}'],
    [{ type: 0, nsp: '/' }, '0'],
    [{ type: 1, nsp: '/' }, '1'],
    [{ type: 2, nsp: '/', data: ['chat', { text: 'é✓' }] }, '2["chat",{"text":"é✓"}]'],
    [{ type: 2, nsp: '/', data: ['chat'], id: 0 }, '20["chat"]'],
    [{ type: 3, nsp: '/', data: [], id: 9007199254740991 }, '39007199254740991[]'],
    [{ type: 4, nsp: '/', data: { message: 'no' } }, '4{"message":"no"}'],
    [{ type: 4, nsp: '/', data: 'no' }, '4"no"'],
  ])('[W1] a packet without bytes is the standard text packet: %j', (packet, text) => {
    expect(new Encoder().encode(packet)).toEqual([text])
    expect(packetOf(text)).toEqual(packet)
  })

  test.each([
    ['nothing', ''],
    ['an unknown type', '7["x"]'],
    ['a letter for a type', 'x["x"]'],
    ['the text form of a binary event', '51-["x",{"_placeholder":true,"num":0}]'],
    ['the text form of a binary ack', '61-0[{"_placeholder":true,"num":0}]'],
    ['another namespace', '2/admin,["x"]'],
    ['a connection to another namespace', '0/admin,'],
    ['the namespace with its name', '2/,["x"]'],
    ['JSON cut off', '2["x"'],
    ['two JSON texts', '2["x"]["y"]'],
    ['a byte order mark', '2\ufeff["x"]'],
    ['an event without data', '2'],
    ['an event with an object', '2{"0":"x"}'],
    ['an event with a string', '2"x"'],
    ['an event without a name', '2[]'],
    ['an event with a number for a name', '2[1]'],
    ['an event with an array for a name', '2[["x"]]'],
    ['an ack without an id', '3[]'],
    ['an ack without data', '31'],
    ['an ack with an object', '31{}'],
    ['a connection with an array', '0[]'],
    ['a connection with null', '0null'],
    ['a connection with an id', '01{}'],
    ['a disconnection with data', '1{}'],
    ['a disconnection with an id', '11'],
    ['a connection error without data', '4'],
    ['a connection error with a number in it', '41'],
    ['a connection error with an array', '4[]'],
    ['an ack id over the safe integers', '29007199254740992["x"]'],
    ['an ack id of a thousand digits', `2${'1'.repeat(1000)}["x"]`],
    ['a negative ack id', '2-1["x"]'],
    ['an ack id with a fraction', '21.5["x"]'],
    ['an ack id with an exponent', '21e3["x"]'],
  ])('[W2] %s is refused', (_what, text) => expectRefused(text))

  test.each(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener', 'error'])(
    '[W3] an event of the library itself cannot come from outside: %s',
    (name) => {
      expectRefused(`2["${name}"]`)
      expectRefused(encodeFrame('event', [name, bytes(1)]))
      expectRefused(`2["${name[0]}\\u${name.charCodeAt(1).toString(16).padStart(4, '0')}${name.slice(2)}"]`)
    },
  )

  test('[W4] text over the bound is refused, text at the bound is read', () => {
    const padded = (length: number) => `2["x","${'a'.repeat(length - 9)}"]`
    expect(padded(limits.textPacketLengthMax)).toHaveLength(limits.textPacketLengthMax)
    packetOf(padded(limits.textPacketLengthMax))
    expectRefused(padded(limits.textPacketLengthMax + 1), 'too-large')
    packetOf(padded(limits.messageBytesMax), clientWireParser)
    expectRefused(padded(limits.messageBytesMax + 1), 'too-large', clientWireParser)
  })
})

describe('JSON from outside', () => {
  test('[W5] nesting over the bound is refused before it is parsed, in text and in frames', () => {
    const fits = nested(limits.jsonDepthMax - 1)
    const tooDeep = nested(limits.jsonDepthMax)
    packetOf(`2["x",${fits}]`)
    packetOf(frame(5, [0], `["x",${fits}]`, 1, 0))
    expectRefused(`2["x",${tooDeep}]`)
    expectRefused(`2["x",${tooDeep.replaceAll('[', '{"":').replaceAll(']', '}')}]`)
    expectRefused(frame(5, [0], `["x",${tooDeep}]`, 1, 0))
    // Not JSON, and 60,000 deep: told apart from other malformed text by the message, as it must never reach JSON.parse.
    expect(read(`2["x",${'['.repeat(60_000)}`).error).toMatchObject({ message: expect.stringContaining('deep') })
    expect(read(`2["\\"",${'['.repeat(60_000)}`).error).toMatchObject({ message: expect.stringContaining('deep') })
  })

  test('[W5] brackets in strings are not nesting, and neither are those beside each other', () => {
    packetOf(`2["x","${'['.repeat(100)}\\"${'{'.repeat(100)}","\\\\"]`)
    packetOf(`2["x",[${Array(1000).fill('{}').join()}]]`)
  })

  test('[W5] the deepest honest packet, presence that rides in an update, fits', () => {
    const state = { cursor: { anchor: [2 ** 31, 12, 0], head: [0] }, idle: false }
    const header = { from: 1, to: 2, presence: { states: [[2 ** 31, state]] } }
    const [message] = new Encoder().encode({ type: 2, nsp: '/', data: ['update', header, bytes(1)] })
    expect(packetOf(message, clientWireParser).data).toEqual(['update', header, bytes(1)])
  })

  test.each([
    '["x",{"__proto__":{"admin":true}}]',
    '["x",[{"a":{"__proto__":1}}]]',
    '["x",{"\\u005f_proto__":{}}]',
    '["x",{"__\\u0070\\u0072oto__":{}}]',
  ])('[W6] a key __proto__ is refused however it is written: %s', (json) => {
    expectRefused(`2${json}`)
    expectRefused(`31${json}`)
    expectRefused(frame(5, [0], json, 1, 0))
    expectRefused(`0${json.slice(5, -1)}`)
  })

  test('[W6] __proto__ as text is text: people write about it', () => {
    expect(packetOf('2["chat",{"text":"{\\"__proto__\\":1} \\u0001"},"__proto__"]').data).toEqual([
      'chat',
      { text: '{"__proto__":1} \u0001' },
      '__proto__',
    ])
  })

  test('[W7] more arguments than the bound are refused, bytes counted', () => {
    const args = (count: number) => JSON.stringify(['x', ...Array(count - 1).fill(1)])
    const max = limits.packetArgumentsMax
    packetOf(`2${args(max)}`)
    packetOf(`31${args(max)}`)
    packetOf(frame(5, [0], args(max - 1), 1, 0))
    expectRefused(`2${args(max + 1)}`)
    expectRefused(`31${args(max + 1)}`)
    expectRefused(frame(5, [0], args(max), 1, 0))
    expectRefused(`2${args(30_000)}`)
  })
})

describe('frames', () => {
  test('[W8] a packet with bytes is one frame: kind, ack id + 1, header, lengths, bytes', () => {
    expect(encodeFrame('event', ['u', bytes(7, 8)])).toEqual(Buffer.from(frame(5, [0], '["u"]', 1, 2, 7, 8)))
    expect(encodeFrame('event', ['é', null, bytes(), bytes(9)], 0)).toEqual(
      Buffer.from(frame(5, [1], '["é",null]', 2, 0, 1, 9)),
    )
    expect(encodeFrame('event', ['u', undefined, () => 1, bytes()])).toEqual(
      Buffer.from(frame(5, [0], '["u",null,null]', 1, 0)),
    )
    expect(encodeFrame('ack', [bytes(1)], 127)).toEqual(Buffer.from(frame(6, [0x80, 1], '[]', 1, 1, 1)))
    expect(encodeFrame('ack', [{ ok: true }, bytes(1)], 2 ** 32 - 2)).toEqual(
      Buffer.from(frame(6, [0xff, 0xff, 0xff, 0xff, 0x0f], '[{"ok":true}]', 1, 1, 1)),
    )
  })

  test('[W8] it is read from a Buffer, a Uint8Array and an ArrayBuffer alike, wherever it lies in memory', () => {
    const whole = encodeFrame('event', ['update', { from: 1 }, bytes(1, 2, 3), bytes()], 5)
    const shifted = new Uint8Array(whole.length + 3)
    shifted.set(whole, 3)
    const expected = { type: 2, nsp: '/', data: ['update', { from: 1 }, bytes(1, 2, 3), bytes()], id: 5 }
    for (const message of [whole, Uint8Array.from(whole), Uint8Array.from(whole).buffer, shifted.subarray(3)]) {
      expect(packetOf(message)).toEqual(expected)
    }
  })

  test('[W8] byte strings are plain Uint8Array views of the frame, not copies', () => {
    const message = Buffer.from(encodeFrame('ack', [bytes(1, 2), bytes(3)], 1))
    const [first, second] = packetOf(message).data as [Uint8Array, Uint8Array]
    expect(first.constructor).toBe(Uint8Array)
    expect(first.buffer).toBe(message.buffer)
    expect(second.byteOffset).toBe(message.byteOffset + message.length - 1)
  })

  test('[W8] a packet of the largest size and a header past the short path come through', () => {
    const big = new Uint8Array(limits.updateBytesMax).fill(0xa5)
    const header = { names: Array(200).fill('Zoë ✍️'), pad: 'x'.repeat(5000) }
    const [message] = new Encoder().encode({ type: 2, nsp: '/', data: ['update', header, big] })
    const [name, read, whole] = packetOf(message).data as [string, object, Uint8Array]
    expect([name, read]).toEqual(['update', header])
    expect(Buffer.compare(whole, big)).toBe(0)
  })

  test('[W8] numbers may be padded, as LEB128 allows', () => {
    expect(packetOf(bytes(5, 0x81, 0, 0x85, 0x80, 0x80, 0x80, 0, ...utf8('["u"]'), 0x81, 0, 0x81, 0, 7))).toEqual({
      type: 2,
      nsp: '/',
      data: ['u', bytes(7)],
      id: 0,
    })
  })

  test.each<[string, Uint8Array]>([
    ['nothing', bytes()],
    ['only a kind', bytes(5)],
    ['the kind of a text event', frame(2, [0], '["u"]', 1, 0)],
    ['the text of a packet as bytes', utf8('2["u"]')],
    ['an ack that answers nothing', frame(6, [0], '[]', 1, 0)],
    ['an ack id cut off', bytes(5, 0x80)],
    ['an ack id over 32 bits', frame(5, [0xff, 0xff, 0xff, 0xff, 0x1f], '["u"]', 1, 0)],
    ['an ack id of six bytes', frame(5, [0x80, 0x80, 0x80, 0x80, 0x80, 0], '["u"]', 1, 0)],
    ['a header longer than the frame', bytes(5, 0, 6, ...utf8('["u"]'))],
    ['a header that claims 4 GB', bytes(5, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, ...utf8('["u"]'))],
    ['no header', bytes(5, 0, 0, 1, 0)],
    ['a header that is not UTF-8', frame(5, [0], bytes(0x5b, 0x22, 0xff, 0x22, 0x5d), 1, 0)],
    ['a header with an overlong character', frame(5, [0], bytes(0x5b, 0x22, 0xc0, 0x80, 0x22, 0x5d), 1, 0)],
    ['a header with a byte order mark', frame(5, [0], '\ufeff["u"]', 1, 0)],
    ['a header that is not JSON', frame(5, [0], '["u"', 1, 0)],
    ['a header with an object', frame(5, [0], '{"0":"u"}', 1, 0)],
    ['an event without a name', frame(5, [0], '[]', 1, 0)],
    ['an event with a number for a name', frame(5, [0], '[1]', 1, 0)],
    ['no count', frame(5, [0], '["u"]')],
    ['no byte strings', frame(5, [0], '["u"]', 0)],
    ['too many byte strings', frame(5, [0], '["u"]', limits.frameByteStringsMax + 1, 0, 0, 0, 0, 0)],
    ['4 G byte strings', frame(5, [0], '["u"]', 0xff, 0xff, 0xff, 0xff, 0x0f, 0)],
    ['a length cut off', frame(5, [0], '["u"]', 2, 0)],
    ['a byte string that is too short', frame(5, [0], '["u"]', 1, 3, 1, 2)],
    ['a byte string that claims 4 GB', frame(5, [0], '["u"]', 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1)],
    ['lengths that pass the end together', frame(5, [0], '["u"]', 2, 2, 2, 1, 2, 3)],
    ['one byte left over', frame(5, [0], '["u"]', 1, 1, 1, 2)],
  ])('[W9] a frame with %s is refused', (_what, message) => {
    expectRefused(message)
    expectRefused(Buffer.from(message), 'bad-request', clientWireParser)
  })

  test('[W10] a header over the bound is refused: 16 kB from a client, more from the server', () => {
    const withHeader = (length: number) => encodeFrame('event', ['u', 'a'.repeat(length - 8), bytes(1)])
    packetOf(withHeader(limits.clientFrameHeaderBytesMax))
    expectRefused(withHeader(limits.clientFrameHeaderBytesMax + 1))
    packetOf(withHeader(limits.frameHeaderBytesMax), clientWireParser)
    expectRefused(withHeader(limits.frameHeaderBytesMax + 1), 'bad-request', clientWireParser)
    const narrow = createWireParser({ textPacketLengthMax: 8, frameHeaderBytesMax: 8 })
    packetOf(withHeader(8), narrow)
    expectRefused(withHeader(9), 'bad-request', narrow)
    expect(() => decodeFrame(withHeader(9), 8)).toThrow(AppError)
  })

  test.each([null, undefined, 5, {}, [5, 0], new DataView(new ArrayBuffer(8)), { base64: true, data: 'x' }])(
    '[W11] a message that is neither text nor bytes is refused: %j',
    (message) => expectRefused(message),
  )
})
