// Packets that no honest client sends: events with arguments that no event takes, frames that are no packets, and requests
// to join with one wrong field.
import { limits } from '../../shared/limits.ts'

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: [nested(depth - 1)] })

/** Arguments that no event takes. */
export const wrongArguments: [name: string, args: unknown[]][] = [
  ['nothing', []],
  ['null', [null]],
  ['a number', [42]],
  ['text', ['text']],
  ['true', [true]],
  ['an array', [[]]],
  ['an empty object', [{}]],
  ['an object full of nulls', [{ documentId: null, key: null, clients: null, person: null, id: null, text: null }]],
  ['nested objects', [nested(3)]],
  ['many arguments', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['bytes', [new Uint8Array([1, 2, 3])]],
  ['two byte strings', [{}, new Uint8Array(10), new Uint8Array(10)]],
  ['a constructor', [{ constructor: { prototype: { polluted: 1 } } }]],
  ['large text', ['x'.repeat(60_000)]],
  ['large bytes', [new Uint8Array(limits.updateBytesMax + 1)]],
  ['negative and fractional numbers', [{ transfer: -1, offset: 0.5, bytes: 1e300, seq: -1, digest: 4 }]],
]

/** Events that are answered. */
export const answeredEvents = [
  'join',
  'update',
  'slice',
  'person',
  'chat',
  'chat-history',
  'settings',
  'digest',
] as const

/** What is no packet, as text or bytes of one WebSocket message. */
export const badFrames: [name: string, frame: string | Uint8Array][] = [
  ['a binary event of the default parser', '451-["update",{"_placeholder":true,"num":0}]'],
  ['an unknown packet type', '49'],
  ['broken JSON', '42["join",'],
  ['no array', '42{"a":1}'],
  ['an empty array', '42[]'],
  ['a number for a name', '42[1]'],
  ['a reserved name', '42["disconnect"]'],
  ['a reserved name, connect_error', '42["connect_error",1]'],
  ['a key __proto__', '42["join",{"__proto__":{"polluted":1}}]'],
  ['deep nesting', `42["join",${'['.repeat(200)}${']'.repeat(200)}]`],
  ['ten thousand arguments', `42["join"${',1'.repeat(10_000)}]`],
  ['an ack nobody asked for', '4399[1]'],
  ['another namespace', '42/admin,["join"]'],
  ['an empty frame', new Uint8Array()],
  ['a frame of an unknown type', new Uint8Array([9, 0, 0])],
  ['a frame whose header is longer than it', new Uint8Array([5, 0, 0xff, 0xff, 3])],
  ['a frame whose lengths do not add up', new Uint8Array([5, 0, 2, 0x5b, 0x5d, 1, 200, 1])],
  ['noise', new Uint8Array(1000).fill(0xa5)],
]

/** Fields that make a request to join wrong. */
export const wrongJoins: [name: string, request: object][] = [
  ['clients with an id that is none', { clients: [{ id: 0 }] }],
  ['clients with a negative id', { clients: [{ id: -1 }] }],
  ['clients with an id over 32 bits', { clients: [{ id: 2 ** 32 }] }],
  ['clients with a token that is no text', { clients: [{ id: 5, token: { length: 22 } }] }],
  ['a person without a secret', { person: { name: 'A', color: 1 } }],
  ['a short secret', { person: { secret: 'short', name: 'A', color: 1 } }],
  ['a colour outside the palette', { person: { secret: 'A'.repeat(22), name: 'A', color: 12 } }],
  ['a colour as CSS', { person: { secret: 'A'.repeat(22), name: 'A', color: 'red;x:y' } }],
  ['a name that is an object', { person: { secret: 'A'.repeat(22), name: {}, color: 1 } }],
  ['a huge name', { person: { secret: 'A'.repeat(22), name: 'x'.repeat(2_000), color: 1 } }],
  ['a lineage that is none', { lineage: '../x' }],
  ['a key that is none', { key: ['a'] }],
  ['textOnly that is no boolean', { textOnly: 'yes' }],
]
