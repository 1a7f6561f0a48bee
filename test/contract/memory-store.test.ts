import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../../server/store/memory.ts'
import type { StoreWrite } from '../../server/store/store.ts'

const key = (n: number) => Uint8Array.of(1, n >> 8, n & 255)
const put = (n: number, value = Uint8Array.of(n & 255)): StoreWrite => ({ type: 'put', key: key(n), value })

describe('a memory store with accidents', () => {
  test('after one failed commit every commit fails until it was reopened', async () => {
    const store = createMemoryStore()
    store.failNext(new Error('full'))
    await expect(store.commit([put(1)])).rejects.toMatchObject({ code: 'degraded', cause: { message: 'full' } })
    await expect(store.commit([put(2)])).rejects.toMatchObject({ code: 'degraded' })
    await store.reopen()
    await store.commit([put(3)])
    expect(await store.get(key(1))).toBeUndefined()
    expect(await store.get(key(3))).toEqual(Uint8Array.of(3))
  })

  test('a failure may leave the writes behind, as a failed fsync does', async () => {
    const store = createMemoryStore()
    store.failNext(new Error('fsync'), { carriedOut: true })
    await expect(store.commit([put(1)])).rejects.toMatchObject({ code: 'degraded' })
    expect(await store.get(key(1))).toEqual(Uint8Array.of(1))
  })

  test('while it is failing it cannot be reopened either', async () => {
    const store = createMemoryStore()
    store.failing = true
    await expect(store.commit([put(1)])).rejects.toMatchObject({ code: 'degraded' })
    await expect(store.reopen()).rejects.toMatchObject({ code: 'degraded' })
    store.failing = false
    await store.reopen()
    await store.commit([put(1)])
  })

  test('a held commit is not there, and not in a clone, before its release', async () => {
    const store = createMemoryStore()
    const release = store.hold()
    const commit = store.commit([put(1)])
    expect(await store.get(key(1))).toBeUndefined()
    const killed = store.clone()
    release()
    await commit
    expect(await store.get(key(1))).toBeDefined()
    expect(await killed.get(key(1))).toBeUndefined()
  })
})
