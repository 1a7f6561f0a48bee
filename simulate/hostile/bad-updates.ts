// Updates that no honest client sends, each made for the document it is to harm. Every one of them must be refused by
// the guard, and by a server that has one.
import * as Y from 'yjs'
import type { GuardReason } from '../../shared/guard.ts'
import { limits } from '../../shared/limits.ts'
import { type Content, deleted, type Place, rawText, string, struct, text, uint, update } from './update-writer.ts'

export type BadUpdate = {
  name: string
  /**
   * The bytes for a document like `doc` (only read), which has text of `otherClient` at clock 0 and beyond. The sender
   * may write as `ownClient` only.
   */
  make(doc: Y.Doc, ownClient: number, otherClient: number): Uint8Array
  /** Absent when it depends on the document which rule it breaks first. */
  reason?: GuardReason
}

const stateOf = (doc: Y.Doc, client: number): number => Y.getState(doc.store, client)

/** An update as a real client with this id makes it: some text, some deletions. */
export function honestUpdate(doc: Y.Doc, client: number): Uint8Array {
  const own = new Y.Doc()
  own.clientID = client
  Y.applyUpdate(own, Y.encodeStateAsUpdate(doc))
  const before = Y.encodeStateVector(own)
  const content = own.getText('content')
  content.insert(0, 'héllo 😀 ')
  content.insert(content.length, ' end')
  content.delete(2, 1)
  content.insert(2, 'x')
  return Y.encodeStateAsUpdate(own, before)
}

/** One structure of the own client, right behind what is known of it. */
const own =
  (content: Content, place: Place | ((doc: Y.Doc, ownClient: number, otherClient: number) => Place) = {}) =>
  (doc: Y.Doc, ownClient: number, otherClient: number): Uint8Array => {
    const where = typeof place === 'function' ? place(doc, ownClient, otherClient) : place
    return update([{ client: ownClient, clock: stateOf(doc, ownClient), structs: [struct(content, where)] }])
  }

const deletion =
  (range: (doc: Y.Doc, ownClient: number, otherClient: number) => [client: number, clock: number, length: number]) =>
  (doc: Y.Doc, ownClient: number, otherClient: number): Uint8Array => {
    const [client, clock, length] = range(doc, ownClient, otherClient)
    return update([], [{ client, ranges: [[clock, length]] }])
  }

const forged =
  (clockOf: (state: number) => number) =>
  (doc: Y.Doc, _own: number, client: number): Uint8Array =>
    update([{ client, clock: clockOf(stateOf(doc, client)), structs: [struct(text('forged'))] }])

const bytes =
  (...values: number[]) =>
  (): Uint8Array =>
    Uint8Array.from(values)

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

/** Bytes without sense, the same for the same seed. */
const noise = (seed: number, length: number): Uint8Array =>
  Uint8Array.from(many(length, (i) => Math.imul(seed * 65_537 + i * 2_654_435, 2_246_822_519) >>> 21))

const brokenBytes: BadUpdate[] = [
  { name: 'nothing at all', make: bytes(), reason: 'malformed' },
  { name: 'one byte', make: bytes(0), reason: 'malformed' },
  { name: 'a byte after the end', make: bytes(0, 0, 0), reason: 'malformed' },
  ...many(60, (cut) => ({
    name: `an honest update without its last ${cut + 1} bytes`,
    make: (doc: Y.Doc, ownClient: number) => {
      const whole = honestUpdate(doc, ownClient)
      return whole.subarray(0, Math.max(0, whole.length - cut - 1))
    },
    reason: 'malformed' as const,
  })),
  {
    name: 'two updates one behind the other',
    make: (doc, ownClient) => {
      const whole = honestUpdate(doc, ownClient)
      return Uint8Array.from([...whole, ...whole])
    },
    reason: 'malformed',
  },
  ...many(40, (seed) => ({ name: `noise ${seed}`, make: () => noise(seed + 1, 16 + seed * 7) })),
  { name: 'a number that never ends', make: () => new Uint8Array(1000).fill(0xff), reason: 'malformed' },
  { name: 'four billion clients', make: bytes(...uint(0xffff_ffff), 0, 0, 0), reason: 'malformed' },
  { name: 'no clients but four billion deletions', make: bytes(0, ...uint(0xffff_ffff), 0, 0), reason: 'malformed' },
  {
    name: 'a billion structures claimed',
    make: (doc, client) => update([{ client, clock: stateOf(doc, client), structs: [struct(text('a'))], count: 1e9 }]),
    reason: 'malformed',
  },
  {
    name: 'a billion deletions claimed',
    make: (_doc, _own, client) => update([], [{ client, ranges: [[0, 1]], count: 1e9 }]),
    reason: 'malformed',
  },
  { name: 'a string of a claimed gigabyte', make: own({ ref: 4, bytes: [...uint(2 ** 30), 97] }), reason: 'malformed' },
  { name: 'a block without structures', make: (_doc, client) => update([{ client, clock: 0, structs: [] }]) },
  {
    name: 'two blocks of one client',
    make: (doc, client) => {
      const clock = stateOf(doc, client)
      const structs = [struct(text('a'))]
      return update([
        { client, clock, structs },
        { client, clock: clock + 1, structs },
      ])
    },
    reason: 'malformed',
  },
  {
    name: 'a client id above 32 bits',
    make: () => update([{ client: 2 ** 33, clock: 0, structs: [struct(text('a'))] }]),
  },
  {
    name: 'a clock above 31 bits',
    make: (_doc, client) => update([{ client, clock: 2 ** 31, structs: [struct(text('a'))] }]),
  },
  { name: 'a run that overflows the clock', make: own(deleted(2 ** 31)), reason: 'malformed' },
  { name: 'text of no length', make: own(text('')), reason: 'malformed' },
  { name: 'a deleted run of no length', make: own(deleted(0)), reason: 'malformed' },
  { name: 'a lone high surrogate', make: own(rawText([0xed, 0xa0, 0xbd])), reason: 'malformed' },
  { name: 'a lone low surrogate', make: own(rawText([0xed, 0xb8, 0x80])), reason: 'malformed' },
  { name: 'overlong UTF-8', make: own(rawText([0xc0, 0xaf])), reason: 'malformed' },
  { name: 'a letter beyond Unicode', make: own(rawText([0xf4, 0x90, 0x80, 0x80])), reason: 'malformed' },
  { name: 'half a letter', make: own(rawText([0xe2, 0x82])), reason: 'malformed' },
  { name: 'a stray continuation byte', make: own(rawText([0x61, 0x80])), reason: 'malformed' },
  { name: 'an unknown kind of content', make: own({ ref: 17, bytes: [1] }), reason: 'malformed' },
  {
    name: 'an unknown kind of parent',
    make: (doc, client) =>
      update([{ client, clock: stateOf(doc, client), structs: [[4, 2, ...string('content'), ...string('a')]] }]),
    reason: 'malformed',
  },
]

const foreignContent: BadUpdate[] = [
  {
    name: 'the seven bytes that break every later sync',
    make: bytes(0x01, 0x01, 0x4d, 0, 0, 0, 0),
    reason: 'foreign-content',
  },
  {
    name: 'a collected structure',
    make: (doc, client) => update([{ client, clock: stateOf(doc, client), structs: [[0, 5]] }]),
    reason: 'foreign-content',
  },
  {
    name: 'a skip',
    make: (doc, client) => update([{ client, clock: stateOf(doc, client), structs: [[10, 5], struct(text('a'))] }]),
    reason: 'gap',
  },
  { name: 'another root', make: own(text('a'), { parent: 'chat' }), reason: 'foreign-content' },
  { name: 'a root of no name', make: own(text('a'), { parent: '' }), reason: 'foreign-content' },
  {
    name: '900 roots',
    make: (doc, client) =>
      update([
        { client, clock: stateOf(doc, client), structs: many(900, (i) => struct(text('a'), { parent: `r${i}` })) },
      ]),
    reason: 'foreign-content',
  },
  {
    name: '20,000 roots',
    make: (doc, client) =>
      update([
        { client, clock: stateOf(doc, client), structs: many(20_000, (i) => struct(text('a'), { parent: `r${i}` })) },
      ]),
    reason: 'too-much-work',
  },
  {
    name: 'inside a nested type',
    make: own(text('a'), (_doc, _own, client) => ({ parent: { client, clock: 0 } })),
    reason: 'foreign-content',
  },
  { name: 'an entry of a map', make: own(text('a'), { parentSub: 'key' }), reason: 'foreign-content' },
  {
    name: 'a map flag on text beside text',
    make: own(text('a'), (_doc, _own, client) => ({ origin: { client, clock: 0 }, parentSub: 'key' })),
    reason: 'foreign-content',
  },
  { name: 'JSON', make: own({ ref: 2, bytes: [1, ...string('1')] }), reason: 'foreign-content' },
  { name: 'binary', make: own({ ref: 3, bytes: [1, 7] }), reason: 'foreign-content' },
  { name: 'an embed', make: own({ ref: 5, bytes: string('{}') }), reason: 'foreign-content' },
  { name: 'a format', make: own({ ref: 6, bytes: [...string('bold'), ...string('true')] }), reason: 'foreign-content' },
  { name: 'a nested text', make: own({ ref: 7, bytes: [2] }), reason: 'foreign-content' },
  { name: 'any value', make: own({ ref: 8, bytes: [1, 125, 1] }), reason: 'foreign-content' },
  { name: 'a subdocument', make: own({ ref: 9, bytes: [...string('guid'), 118, 0] }), reason: 'foreign-content' },
  { name: 'a carriage return', make: own(text('a\r\nb')), reason: 'foreign-content' },
]

const foreignPlaces: BadUpdate[] = [
  { name: 'text of another client at its clock', make: forged((state) => state), reason: 'foreign-client' },
  { name: 'text of another client before its clock', make: forged(() => 0), reason: 'foreign-client' },
  { name: 'text of another client past its clock', make: forged((state) => state + 7), reason: 'foreign-client' },
  {
    name: 'the whole state, resent by one client',
    make: (doc) => Y.encodeStateAsUpdate(doc),
    reason: 'foreign-client',
  },
  {
    name: 'text of nobody',
    make: () => update([{ client: 4242, clock: 0, structs: [struct(text('a'))] }]),
    reason: 'foreign-client',
  },
  {
    name: 'a gap before the first structure',
    make: (doc, client) => update([{ client, clock: stateOf(doc, client) + 1, structs: [struct(text('a'))] }]),
    reason: 'gap',
  },
  {
    name: 'a place right of what nobody wrote',
    make: own(text('a'), (doc, _own, client) => ({ origin: { client, clock: stateOf(doc, client) } })),
    reason: 'unknown-origin',
  },
  {
    name: 'a place left of what nobody wrote',
    make: own(text('a'), (doc, _own, client) => ({ rightOrigin: { client, clock: stateOf(doc, client) } })),
    reason: 'unknown-origin',
  },
  {
    name: 'a place beside an unknown client',
    make: own(text('a'), { origin: { client: 4242, clock: 0 } }),
    reason: 'unknown-origin',
  },
  {
    name: 'a structure beside itself',
    make: own(text('a'), (doc, client) => ({ origin: { client, clock: stateOf(doc, client) } })),
    reason: 'unknown-origin',
  },
  {
    name: 'two structures beside each other',
    make: (doc, client) => {
      const clock = stateOf(doc, client)
      const structs = [
        struct(text('a'), { rightOrigin: { client, clock: clock + 1 } }),
        struct(text('b'), { origin: { client, clock } }),
      ]
      return update([{ client, clock, structs }])
    },
    reason: 'unknown-origin',
  },
  {
    name: 'a place whose right side is its left side',
    make: own(text('a'), (_doc, _own, client) => ({ origin: { client, clock: 0 }, rightOrigin: { client, clock: 0 } })),
    reason: 'unknown-origin',
  },
  {
    name: 'deletes what another client has not written yet',
    make: deletion((doc, _own, client) => [client, stateOf(doc, client), 1]),
    reason: 'unknown-deletion',
  },
  {
    name: 'deletes past the clock of another client',
    make: deletion((doc, _own, client) => [client, 0, stateOf(doc, client) + 1]),
    reason: 'unknown-deletion',
  },
  {
    name: 'deletes up to the last clock there is',
    make: deletion((_doc, _own, client) => [client, 0, 2 ** 31 - 1]),
    reason: 'unknown-deletion',
  },
  { name: 'deletes of an unknown client', make: deletion(() => [4242, 0, 1]), reason: 'unknown-deletion' },
  {
    name: 'deletes its own future',
    make: deletion((doc, client) => [client, stateOf(doc, client), 1]),
    reason: 'unknown-deletion',
  },
  { name: 'deletes nothing', make: deletion((_doc, _own, client) => [client, 0, 0]), reason: 'malformed' },
]

const bombs: BadUpdate[] = [
  {
    name: 'more structures than one update may have',
    make: (doc, client) =>
      update([
        { client, clock: stateOf(doc, client), structs: many(limits.guardStructsMax + 1, () => struct(deleted(1))) },
      ]),
    reason: 'too-much-work',
  },
  {
    name: 'more deletions than one update may have',
    make: (_doc, _own, client) => update([], [{ client, ranges: many(limits.guardDeleteRangesMax + 1, () => [0, 1]) }]),
    reason: 'too-much-work',
  },
  {
    name: 'more text than a document may have',
    make: (doc, client, other) => own(text('z'.repeat(limits.textLengthMax + 1)))(doc, client, other),
    reason: 'too-large',
  },
]
export const badUpdates: BadUpdate[] = [...brokenBytes, ...foreignContent, ...foreignPlaces, ...bombs]
