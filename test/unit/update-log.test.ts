import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { decodeRecord, decodeSnapshot, encodeRecord, encodeSnapshot, type LogRecord } from '../../server/record.ts'
import { takeSnapshot } from '../../server/snapshot.ts'
import { encodeKey } from '../../server/store/key.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import { recordWrite, replay, snapshotWrite, UpdateLog } from '../../server/update-log.ts'
import type { DocumentId } from '../../shared/ids.ts'

const seeded = process.env.SEED ? { seed: Number(process.env.SEED) } : {}
const id = 'AAAAAAAAAAAAAAAA' as DocumentId
const otherId = 'AAAAAAAAAAAAAAAB' as DocumentId

/** Records that type one letter each: after commit n the text is the first n letters. */
function letters(text: string): LogRecord[] {
  const doc = new Y.Doc()
  const records: LogRecord[] = []
  doc.on('update', (bytes: Uint8Array) => {
    const seq = records.length + 1
    records.push({ seq, time: 1_700_000_000_000 + seq, parts: [{ clientId: doc.clientID, bytes }] })
  })
  for (const letter of text) doc.getText('content').insert(doc.getText('content').length, letter)
  return records
}

const records = letters('abcdef')
const textOf = (doc: Y.Doc) => doc.getText('content').toString()
const recordKey = (document: DocumentId, seq: number) => encodeKey(['doc', document, 'record', seq])
const snapshotKey = encodeKey(['doc', id, 'snapshot'])

const anyRecord = fc.record({
  seq: fc.integer({ min: 1, max: 2 ** 40 }),
  time: fc.integer({ min: 0, max: 2 ** 45 }),
  parts: fc.array(fc.record({ clientId: fc.integer({ min: 0, max: 2 ** 32 - 1 }), bytes: fc.uint8Array() }), {
    maxLength: 5,
  }),
})

describe('a record', () => {
  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeRecord(id, encodeRecord(id, record))).toEqual(record)
      }),
      seeded,
    )
  })

  test('is refused when any one bit of it is flipped, or it is cut or continued anywhere', () => {
    const bytes = encodeRecord(id, records[2]!)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => decodeRecord(id, flipped), `bit ${bit}`).toThrow(expect.objectContaining({ code: 'internal' }))
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(id, bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'internal' }))
    }
    expect(() => decodeRecord(id, Uint8Array.of(...bytes, 0))).toThrow(expect.objectContaining({ code: 'internal' }))
  })

  test('never passes when it is random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeRecord(id, Uint8Array.of(1, ...bytes))).toThrow(
          expect.objectContaining({ code: 'internal' }),
        )
      }),
      seeded,
    )
  })

  test("is refused under another document's id, and as a snapshot", () => {
    const bytes = encodeRecord(id, records[0]!)
    expect(() => decodeRecord(otherId, bytes)).toThrow('checksum')
    expect(() => decodeSnapshot(id, bytes)).toThrow('checksum')
  })

  test('refuses numbers that it could not give back', () => {
    for (const seq of [-1, 0.5, Number.NaN, 2 ** 53, 0]) {
      expect(() => recordWrite(id, { seq, time: 0, parts: [] }), String(seq)).toThrow(RangeError)
    }
  })

  test('costs at most 22 bytes beside its update', () => {
    const part = { clientId: 0xffff_ffff, bytes: new Uint8Array(1_000) }
    expect(encodeRecord(id, { seq: 100_000, time: 1_800_000_000_000, parts: [part] }).length).toBeLessThanOrEqual(1_022)
  })
})

describe('a snapshot', () => {
  test('decodes to what was encoded, with and without a digest', () => {
    const doc = replay({ tail: records, seq: 6, lastSeq: 6 })
    for (const snapshot of [takeSnapshot(doc, 6), { ...takeSnapshot(doc, 6), digest: 'digest', buildMs: 300 }]) {
      expect(decodeSnapshot(id, encodeSnapshot(id, snapshot))).toEqual(snapshot)
    }
    expect(takeSnapshot(doc, 6)).toMatchObject({ seq: 6, textLength: 6, structs: 1 })
  })
})

describe('the update log', () => {
  let store: MemoryStore
  let log: UpdateLog
  beforeEach(async () => {
    store = createMemoryStore()
    log = new UpdateLog(store)
    await store.commit([
      ...records.map((r) => recordWrite(id, r)),
      ...letters('xyz').map((r) => recordWrite(otherId, r)),
    ])
  })

  const loadedText = async () => textOf(replay(await log.load(id)))
  const snapshotAt = (seq: number) => takeSnapshot(replay({ tail: records, seq: 6, lastSeq: 6 }, seq), seq)
  const flip = async (key: Uint8Array) => {
    const value = (await store.get(key))!
    value[value.length - 1]! ^= 1
    await store.commit([{ type: 'put', key, value }])
  }

  test('of an unknown document is empty', async () => {
    expect(await log.load('CCCCCCCCCCCCCCCC' as DocumentId)).toEqual({ tail: [], seq: 0, lastSeq: 0 })
  })

  test('gives every record in order, and none of another document', async () => {
    expect(await log.load(id)).toEqual({ tail: records, seq: 6, lastSeq: 6 })
    expect(await loadedText()).toBe('abcdef')
  })

  test('starts from the snapshot and gives only what came after it', async () => {
    await store.commit([snapshotWrite(id, snapshotAt(4))])
    const loaded = await log.load(id)
    expect(loaded).toEqual({ snapshot: snapshotAt(4), tail: records.slice(4), seq: 6, lastSeq: 6 })
    expect(textOf(replay(loaded))).toBe('abcdef')
  })

  test('replays up to any commit, but not to one before the snapshot', async () => {
    const whole = await log.load(id)
    expect([0, 1, 3, 6].map((seq) => textOf(replay(whole, seq)))).toEqual(['', 'a', 'abc', 'abcdef'])
    await store.commit([snapshotWrite(id, snapshotAt(4))])
    const loaded = await log.load(id)
    expect(textOf(replay(loaded, 4))).toBe('abcd')
    expect(() => replay(loaded, 3)).toThrow(RangeError)
  })

  test('falls back to all records when the snapshot cannot be read, and loses nothing', async () => {
    await store.commit([snapshotWrite(id, snapshotAt(4))])
    await flip(snapshotKey)
    const loaded = await log.load(id)
    expect(loaded).toMatchObject({ tail: records, seq: 6, lastSeq: 6, damage: { kind: 'snapshot', lost: false } })
    expect(loaded.snapshot).toBeUndefined()
  })

  test('uses everything before a hole and nothing after it, and says so', async () => {
    await store.commit([{ type: 'del', key: recordKey(id, 3) }])
    const loaded = await log.load(id)
    expect(loaded).toMatchObject({ seq: 2, lastSeq: 6, damage: { kind: 'hole', seq: 3, lost: true } })
    expect(textOf(replay(loaded))).toBe('ab')
  })

  test('sees that the first records are missing, and those right after the snapshot', async () => {
    await store.commit([{ type: 'del', key: recordKey(id, 1) }])
    expect(await log.load(id)).toMatchObject({ tail: [], seq: 0, damage: { kind: 'hole', seq: 1 } })
    await store.commit([snapshotWrite(id, snapshotAt(4)), { type: 'del', key: recordKey(id, 5) }])
    expect(await log.load(id)).toMatchObject({ tail: [], seq: 4, lastSeq: 6, damage: { kind: 'hole', seq: 5 } })
  })

  test('uses everything before a record with a wrong checksum and nothing after it', async () => {
    await flip(recordKey(id, 5))
    const loaded = await log.load(id)
    expect(loaded).toMatchObject({ seq: 4, lastSeq: 6, damage: { kind: 'checksum', seq: 5, lost: true } })
    expect(textOf(replay(loaded))).toBe('abcd')
  })

  test("notices another document's record, and a record in the place of another", async () => {
    const value = (await store.get(recordKey(otherId, 2)))!
    await store.commit([{ type: 'put', key: recordKey(id, 2), value }])
    expect(await log.load(id)).toMatchObject({ seq: 1, damage: { kind: 'checksum', seq: 2 } })
    const twin = (await store.get(recordKey(id, 1)))!
    await store.commit([{ type: 'put', key: recordKey(id, 2), value: twin }])
    expect(await log.load(id)).toMatchObject({ seq: 1, damage: { kind: 'checksum', seq: 2 } })
  })

  test('goes on whole after a snapshot at the last seq: nothing overwritten, nothing behind the damage applied', async () => {
    await store.commit([{ type: 'del', key: recordKey(id, 3) }])
    const damaged = await log.load(id)
    await store.commit([snapshotWrite(id, takeSnapshot(replay(damaged), damaged.lastSeq))])
    const healed = await log.load(id)
    expect(healed.damage).toBeUndefined()
    expect(healed.seq).toBe(6)
    const doc = replay(healed)
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(2, '!')
    const bytes = Y.encodeStateAsUpdate(doc, before)
    await store.commit([recordWrite(id, { seq: 7, time: 1, parts: [{ clientId: doc.clientID, bytes }] })])
    expect(await loadedText()).toBe('ab!')
    expect(await store.get(recordKey(id, 6))).toBeDefined()
  })

  test('fails when a record with a right checksum is no update', async () => {
    const parts = [{ clientId: 1, bytes: Uint8Array.of(1, 2, 3) }]
    await store.commit([recordWrite(id, { seq: 7, time: 1, parts })])
    const loaded = await log.load(id)
    expect(() => replay(loaded)).toThrow(expect.objectContaining({ code: 'internal' }))
    expect(textOf(replay(loaded, 6))).toBe('abcdef')
  })

  test('gives the journal from one commit to another, and stops with an error at damage', async () => {
    const seqs = async (range?: { from?: number; to?: number }) => {
      const found: number[] = []
      for await (const record of log.records(id, range)) found.push(record.seq)
      return found
    }
    await store.commit([snapshotWrite(id, snapshotAt(4))])
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6])
    expect(await seqs({ from: 2, to: 4 })).toEqual([2, 3, 4])
    await flip(recordKey(id, 3))
    expect(await seqs({ from: 4 })).toEqual([4, 5, 6])
    await expect(seqs()).rejects.toMatchObject({ code: 'internal' })
  })

  test('knows the time of a commit, unless its record is missing or damaged', async () => {
    expect(await log.timeOf(id, 2)).toBe(1_700_000_000_002)
    expect(await log.timeOf(id, 7)).toBeUndefined()
    await flip(recordKey(id, 2))
    expect(await log.timeOf(id, 2)).toBeUndefined()
  })

  test('is refused as degraded when the store is', async () => {
    await store.close()
    await expect(log.load(id)).rejects.toMatchObject({ code: 'degraded' })
  })
})
