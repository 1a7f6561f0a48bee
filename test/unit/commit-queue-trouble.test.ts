import { describe, expect, test } from 'vitest'
import { codeOf, settle, setup, write } from '../harness/commit-queue.ts'

describe('a commit queue in trouble', () => {
  test('a failed batch is told to nobody, and written again byte for byte after the store was reopened', async () => {
    const { queue, store, commits, clock, events, a } = setup()
    store.failNext()
    queue.submit(a, 1)
    const written = queue.write([write(1)])
    await settle()
    expect(queue.degraded).toBe(true)
    expect(events).toEqual(['form 1.1', 'degraded'])
    clock.advance(99)
    await settle()
    expect(store.reopens).toBe(0)
    clock.advance(1)
    await settle()
    await written
    expect(store.reopens).toBe(1)
    expect(commits).toHaveLength(2)
    expect(commits[1]).toEqual(commits[0])
    expect(events).toEqual(['form 1.1', 'degraded', 'committed 1.1', 'ok'])
    expect(queue.degraded).toBe(false)
  })

  test('a batch that reached the disk although its commit failed is the same after the retry', async () => {
    const { queue, store, clock, a } = setup()
    store.failNext(new Error('fsync'), { carriedOut: true })
    queue.submit(a, 1)
    await settle()
    clock.advance(100)
    await settle()
    const entries = []
    for await (const [key] of store.range({ gte: Uint8Array.of(0), lt: Uint8Array.of(255) })) entries.push([...key])
    expect(entries).toEqual([[1, 1]])
  })

  test('tries again after 100, 200, 400 … ms, at most 5 s, whether reopening or writing fails', async () => {
    const { queue, store, clock, a } = setup()
    store.failing = true
    queue.submit(a, 1)
    await settle()
    const delays: number[] = []
    for (let attempt = 0; attempt < 8; attempt++) {
      const before = store.reopens
      const from = clock.monotonic()
      while (store.reopens === before && clock.monotonic() - from < 6_000) {
        clock.advance(100)
        await new Promise((resolve) => setImmediate(resolve))
      }
      delays.push(clock.monotonic() - from)
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  })

  test('while degraded new submits are refused, and what waited already is formed afterwards', async () => {
    const { queue, store, clock, events, a, b, c } = setup()
    const release = store.hold()
    store.failNext()
    queue.submit(a, 1)
    await settle()
    queue.submit(b, 1)
    const written = queue.write([write(1)])
    release()
    await settle()
    expect(codeOf(() => queue.submit(c, 1))).toBe('degraded')
    await expect(queue.write([write(2)])).rejects.toMatchObject({ code: 'degraded' })
    clock.advance(100)
    await settle()
    await written
    queue.submit(c, 1)
    await settle()
    expect(events).toEqual([
      ...['form 1.1', 'degraded', 'committed 1.1', 'ok'],
      ...['form 2.1', 'committed 2.1', 'form 3.1', 'committed 3.1'],
    ])
  })

  test('takes submits again in the committed() that ends the trouble', async () => {
    const { queue, store, clock, a, b } = setup()
    store.failNext()
    a.onCommitted = () => queue.submit(b, 1)
    queue.submit(a, 1)
    await settle()
    clock.advance(100)
    await settle()
    expect(b.seq).toBe(1)
  })

  test.each(['form', 'shape'] as const)('a source that fails at %s is told, and harms no other', async (breaks) => {
    const { queue, events, a, b } = setup()
    a.breaks = breaks
    queue.submit(a, 5)
    queue.submit(b, 5)
    await settle()
    expect(events).toEqual(['form 2.1', 'committed 2.1'])
    expect(a.failure?.code).toBe('internal')
    expect(queue.degraded).toBe(false)
    expect(queue.stats.waitingBytes).toBe(0)
    a.breaks = undefined
    queue.submit(a, 5)
    await settle()
    expect(events.at(-1)).toBe('committed 1.1')
  })

  test('a source or listener that throws when told harms no other', async () => {
    const { queue, store, clock, events, a, b } = setup()
    queue.onChange(() => {
      throw new Error('a mistake')
    })
    queue.onChange((degraded) => events.push(`second ${degraded}`))
    a.breaks = 'committed'
    store.failNext()
    queue.submit(a, 1)
    queue.submit(b, 1)
    await settle()
    clock.advance(100)
    await settle()
    expect(events.slice(2)).toEqual(['degraded', 'second true', 'committed 1.1', 'committed 2.1', 'ok', 'second false'])
    queue.submit(b, 1)
    await settle()
    expect(b.seq).toBe(2)
  })

  test('close gives up what waits and stops retrying; writes are told', async () => {
    const { queue, store, clock, events, a } = setup()
    store.failing = true
    queue.submit(a, 1)
    const first = queue.write([write(1)])
    await settle()
    const failed = expect(first).rejects.toMatchObject({ code: 'draining' })
    queue.close()
    await failed
    await queue.whenIdle()
    expect(clock.pending).toBe(0)
    expect(store.reopens).toBe(0)
    expect(events).toEqual(['form 1.1', 'degraded'])
    expect(codeOf(() => queue.submit(a, 1))).toBe('draining')
  })

  test('close still tells the batch that is being written when it is durable, and drops what waits', async () => {
    const { queue, store, events, a, b } = setup()
    const release = store.hold()
    queue.submit(a, 1)
    await settle()
    queue.submit(b, 1)
    queue.close()
    release()
    await queue.whenIdle()
    expect(events).toEqual(['form 1.1', 'committed 1.1'])
    expect(queue.stats.waitingBytes).toBe(0)
  })
})
