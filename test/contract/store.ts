// What every store promises, as a suite: call it with a name and a factory of empty stores.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store, StoreRange, StoreWrite } from '../../server/store/store.ts'

/** One fresh, empty store. The suite closes it; `remove` then takes its files away. */
export type StoreFixture = { store: Store; remove?: () => Promise<void> }

const bytes = (...values: number[]) => Uint8Array.from(values)
const put = (key: Uint8Array, value: Uint8Array): StoreWrite => ({ type: 'put', key, value })
const del = (key: Uint8Array): StoreWrite => ({ type: 'del', key })
const everything: StoreRange = { gte: bytes(), lt: bytes(255, 255, 255, 255) }

async function list(store: Store, range: StoreRange = everything): Promise<[number[], number[]][]> {
  const entries: [number[], number[]][] = []
  for await (const [key, value] of store.range(range)) entries.push([[...key], [...value]])
  return entries
}

const keysOf = async (store: Store, range?: StoreRange) => (await list(store, range)).map(([key]) => key)

export function storeContract(name: string, make: () => Promise<StoreFixture>): void {
  describe(`a ${name} store`, () => {
    let fixture: StoreFixture
    let store: Store

    beforeEach(async () => {
      fixture = await make()
      store = fixture.store
    })
    afterEach(async () => {
      await store.close()
      await fixture.remove?.()
    })

    test('is empty at first: no value, no entries', async () => {
      expect(await store.get(bytes(1))).toBeUndefined()
      expect(await list(store)).toEqual([])
    })

    test('gives back the value that was committed, an empty one too, and tells it from none', async () => {
      await store.commit([put(bytes(1), bytes(7, 0, 255)), put(bytes(2), bytes())])
      expect([...(await store.get(bytes(1)))!]).toEqual([7, 0, 255])
      expect([...(await store.get(bytes(2)))!]).toEqual([])
      expect(await store.get(bytes(3))).toBeUndefined()
    })

    test('replaces a value, and forgets a deleted one', async () => {
      await store.commit([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))])
      await store.commit([put(bytes(1), bytes(9)), del(bytes(2)), del(bytes(3))])
      expect(await list(store)).toEqual([[[1], [9]]])
    })

    test('applies the writes of one commit in order', async () => {
      await store.commit([put(bytes(1), bytes(1)), del(bytes(1)), put(bytes(2), bytes(1)), put(bytes(2), bytes(2))])
      expect(await list(store)).toEqual([[[2], [2]]])
    })

    test('orders binary keys by unsigned bytes, a prefix before what continues it', async () => {
      const keys = [[0x80], [0xff, 0], [0], [0, 0], [1, 255], [0x7f, 1], [0xff], [1]]
      await store.commit(keys.map((key) => put(Uint8Array.from(key), bytes(1))))
      expect(await keysOf(store)).toEqual([[0], [0, 0], [1], [1, 255], [0x7f, 1], [0x80], [0xff], [0xff, 0]])
    })

    test('a range has its first bound, not its last; reversed it starts at the end; limit counts from the start', async () => {
      await store.commit([1, 2, 3, 4, 5].map((key) => put(bytes(key), bytes(key))))
      const range = { gte: bytes(2), lt: bytes(5) }
      expect(await keysOf(store, range)).toEqual([[2], [3], [4]])
      expect(await keysOf(store, { ...range, reverse: true })).toEqual([[4], [3], [2]])
      expect(await keysOf(store, { ...range, limit: 2 })).toEqual([[2], [3]])
      expect(await keysOf(store, { ...range, reverse: true, limit: 1 })).toEqual([[4]])
      expect(await keysOf(store, { ...range, limit: 0 })).toEqual([])
      expect(await keysOf(store, { gte: bytes(6), lt: bytes(9) })).toEqual([])
      expect(await keysOf(store, { gte: bytes(4), lt: bytes(2) })).toEqual([])
    })

    test('agrees with a sorted map after any commits, for any range', async () => {
      const key = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((k) => k.map((b) => b % 4))
      const write = fc.oneof(
        fc.record({ type: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 3 }) }),
        fc.record({ type: fc.constant('del' as const), key }),
      )
      const ranges = fc.record({ gte: key, lt: key, reverse: fc.boolean(), limit: fc.integer({ min: 0, max: 5 }) })
      const model = new Map<string, [number[], number[]]>()
      await fc.assert(
        fc.asyncProperty(fc.array(write, { maxLength: 8 }), ranges, async (writes, range) => {
          await store.commit(writes)
          for (const w of writes) {
            if (w.type === 'put') model.set(String(w.key), [[...w.key], [...w.value]])
            else model.delete(String(w.key))
          }
          const sorted = [...model.values()].sort((a, b) => Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])))
          expect(await list(store)).toEqual(sorted)
          const inside = sorted.filter(
            ([k]) => Buffer.compare(Buffer.from(k), range.gte) >= 0 && Buffer.compare(Buffer.from(k), range.lt) < 0,
          )
          if (range.reverse) inside.reverse()
          expect(await list(store, range)).toEqual(inside.slice(0, range.limit))
        }),
        { numRuns: 60, ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
      )
    })

    test('a range sees one moment: what is committed while it runs is not in it', async () => {
      const many = Array.from({ length: 2_500 }, (_, i) => put(bytes(1, i >> 8, i & 255), bytes(1)))
      await store.commit(many)
      let count = 0
      for await (const [, value] of store.range(everything)) {
        if (count++ === 0) await store.commit([...many.map(({ key }) => put(key, bytes(2))), put(bytes(9), bytes(2))])
        expect(value[0]).toBe(1)
      }
      expect(count).toBe(2_500)
      expect((await list(store)).every(([, value]) => value[0] === 2)).toBe(true)
    })

    test('a range may be left early, and the store still closes', async () => {
      await store.commit([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))])
      for await (const [key] of store.range(everything)) {
        expect([...key]).toEqual([1])
        break
      }
    })

    test('keeps a copy: bytes changed by the caller afterwards, or by a reader, change nothing in it', async () => {
      const key = bytes(1)
      const value = bytes(1, 2, 3)
      const committing = store.commit([put(key, value)])
      key.fill(9)
      value.fill(9)
      await committing
      const read = (await store.get(bytes(1)))!
      read.fill(8)
      expect(await list(store)).toEqual([[[1], [1, 2, 3]]])
    })

    test('gives plain Uint8Arrays, whose slice() copies', async () => {
      await store.commit([put(bytes(1), bytes(1))])
      expect((await store.get(bytes(1)))!.constructor).toBe(Uint8Array)
      for await (const [key, value] of store.range(everything)) {
        expect([key.constructor, value.constructor]).toEqual([Uint8Array, Uint8Array])
      }
    })

    test('takes a value of 8 MB', async () => {
      const value = new Uint8Array(8 * 1024 * 1024).map((_, i) => (i * 2_654_435_761) >>> 13)
      await store.commit([put(bytes(1), value)])
      expect(Buffer.compare((await store.get(bytes(1)))!, value)).toBe(0)
    })

    test('commits made at once all arrive, the last of them winning', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => store.commit([put(bytes(1), bytes(i)), put(bytes(2, i), bytes(i))])),
      )
      expect([...(await store.get(bytes(1)))!]).toEqual([49])
      expect((await keysOf(store)).length).toBe(51)
    })

    test('reads run at the same time as commits, and see a commit whole or not at all', async () => {
      const rounds = Array.from({ length: 30 }, (_, i) =>
        store.commit([put(bytes(1), bytes(i)), put(bytes(2), bytes(i))]),
      )
      const reads = Array.from({ length: 30 }, () => list(store))
      for (const entries of await Promise.all(reads)) expect(entries[0]?.[1]).toEqual(entries[1]?.[1])
      await Promise.all(rounds)
    })

    test('an empty commit is carried out', async () => {
      await store.commit([])
      expect(await list(store)).toEqual([])
    })

    test('holds the same content after reopen, and takes commits again', async () => {
      await store.commit([put(bytes(1), bytes(1))])
      await Promise.all([store.reopen(), store.reopen()])
      await store.commit([put(bytes(2), bytes(2))])
      expect(await keysOf(store)).toEqual([[1], [2]])
    })

    test('close waits for the commits that are under way; closing again does nothing', async () => {
      const settled: string[] = []
      const commits = [1, 2, 3].map((key) =>
        store.commit([put(bytes(key), new Uint8Array(100_000))]).then(() => settled.push('commit')),
      )
      await store.close().then(() => settled.push('close'))
      await Promise.all(commits)
      expect(settled).toEqual(['commit', 'commit', 'commit', 'close'])
      await store.close()
    })

    test('refuses everything after close as degraded', async () => {
      await store.close()
      await expect(store.commit([put(bytes(1), bytes(1))])).rejects.toMatchObject({ code: 'degraded' })
      await expect(store.get(bytes(1))).rejects.toMatchObject({ code: 'degraded' })
      await expect(list(store)).rejects.toMatchObject({ code: 'degraded' })
      await expect(store.reopen()).rejects.toMatchObject({ code: 'degraded' })
    })
  })
}
