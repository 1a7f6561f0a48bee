import { describe, expect, test } from 'vitest'
import { codeOf, settle, setup, write } from '../harness/commit-queue.ts'

describe('the commit queue', () => {
  test('makes one batch of all that is submitted in one turn, each source once', async () => {
    const { queue, commits, events, a, b } = setup()
    queue.submit(a, 1)
    queue.submit(b, 1)
    queue.submit(a, 1)
    const written = queue.write([write(1)])
    await settle()
    await written
    expect(commits.map((writes) => writes.length)).toEqual([3])
    expect(events).toEqual(['form 1.1', 'form 2.1', 'committed 1.1', 'committed 2.1'])
  })

  test('also when the submits come from different callbacks of the same turn', async () => {
    const { queue, commits, a, b } = setup()
    await new Promise<void>((resolve) => {
      process.nextTick(() => queue.submit(a, 1))
      queueMicrotask(() => queue.submit(b, 1))
      resolve()
    })
    await settle()
    expect(commits).toHaveLength(1)
  })

  test('tells nobody before the batch is durable; the next one gathers meanwhile', async () => {
    const { queue, store, commits, events, a, b } = setup()
    const release = store.hold()
    queue.submit(a, 1)
    await settle()
    queue.submit(b, 1)
    queue.submit(a, 1)
    await settle()
    expect(events).toEqual(['form 1.1'])
    release()
    await settle()
    expect(events).toEqual(['form 1.1', 'committed 1.1', 'form 2.1', 'form 1.2', 'committed 2.1', 'committed 1.2'])
    expect(commits).toHaveLength(2)
  })

  test('takes what a source submits in committed() into the next batch', async () => {
    const { queue, events, a } = setup()
    a.onCommitted = () => {
      a.onCommitted = () => undefined
      queue.submit(a, 1)
    }
    queue.submit(a, 1)
    await settle()
    expect(events).toEqual(['form 1.1', 'committed 1.1', 'form 1.2', 'committed 1.2'])
  })

  test('waits the pace factor times what the last batch cost, counted from its end, and no more than the limit', async () => {
    const { queue, clock, commits, work, a } = setup({ limits: { commitCostMs: 0.4, commitShareMsMax: 1_000 } })
    a.onForm = () => work(1)
    a.onCommitted = () => work(0.1)
    queue.submit(a, 1)
    await settle()
    clock.advance(2)
    queue.submit(a, 1)
    await settle()
    expect(commits).toHaveLength(1)
    clock.advance(3.9)
    await settle()
    expect(commits).toHaveLength(1)
    a.onForm = () => work(1_000)
    clock.advance(0.1)
    await settle()
    expect(commits).toHaveLength(2)
    queue.submit(a, 1)
    await settle()
    clock.advance(9)
    await settle()
    expect(commits).toHaveLength(2)
    clock.advance(1)
    await settle()
    expect(commits).toHaveLength(3)
  })

  test.each(['onForm', 'onCommitted'] as const)(
    'lets nobody wait for a room whose %s took long: such a one pauses by itself',
    async (step) => {
      const { queue, clock, commits, work, a, b } = setup({ limits: { commitCostMs: 0.4 } })
      a[step] = () => work(2)
      queue.submit(a, 1)
      await settle()
      queue.submit(b, 1)
      clock.advance(1.9)
      await settle()
      expect(commits).toHaveLength(1)
      clock.advance(0.1)
      await settle()
      expect(commits).toHaveLength(2)
    },
  )

  test('starts at once when the pause passed with nothing waiting', async () => {
    const { queue, clock, commits, work, a } = setup()
    a.onForm = () => work(1.5)
    queue.submit(a, 1)
    await settle()
    clock.advance(6)
    queue.submit(a, 1)
    await settle()
    expect(commits).toHaveLength(2)
  })

  test('whenIdle ends the pauses and resolves when nothing waits or is being written', async () => {
    const { queue, store, commits, work, a } = setup()
    await queue.whenIdle()
    a.onForm = () => work(2)
    queue.submit(a, 1)
    await settle()
    queue.submit(a, 1)
    const release = store.hold()
    let idle = false
    const waiting = queue.whenIdle().then(() => {
      idle = true
    })
    await settle()
    expect(commits).toHaveLength(2)
    expect(idle).toBe(false)
    queue.submit(a, 1)
    release()
    await waiting
    expect(commits).toHaveLength(3)
  })

  test('refuses as busy what would pass the bound of bytes or parts, until commits are durable', async () => {
    const { queue, store, a, b } = setup({ limits: { commitQueueBytesMax: 100, commitQueuePartsMax: 3 } })
    const release = store.hold()
    queue.submit(a, 60)
    await settle()
    expect(codeOf(() => queue.submit(b, 41))).toBe('busy')
    queue.submit(b, 40)
    expect(codeOf(() => queue.submit(b, 0, 2))).toBe('busy')
    await expect(queue.write([write(1)])).rejects.toMatchObject({ code: 'busy' })
    expect([queue.stats.waitingBytes, queue.stats.waitingParts]).toEqual([100, 2])
    release()
    await settle()
    expect([queue.stats.waitingBytes, queue.stats.waitingParts]).toEqual([0, 0])
    queue.submit(a, 100, 3)
  })

  test('splits what waits into batches of bounded size, in order', async () => {
    const { queue, events, commits, a, b, c } = setup({ limits: { commitBatchBytesMax: 10 } })
    queue.submit(a, 6)
    queue.submit(b, 6)
    queue.submit(c, 60)
    await settle()
    expect(commits).toHaveLength(3)
    expect(events.filter((event) => event.startsWith('form'))).toEqual(['form 1.1', 'form 2.1', 'form 3.1'])
    expect(queue.stats.waitingBytes).toBe(0)
  })

  test('leaves a source that gathers out until its time, and holds up nobody else for it', async () => {
    const { queue, clock, events, a, b } = setup()
    a.notBefore = 10
    queue.submit(a, 1)
    await settle()
    // It sleeps until then, and does not look again and again.
    expect(clock.pending).toBe(1)
    clock.advance(4)
    queue.submit(b, 1)
    await settle()
    expect(events).toEqual(['form 2.1', 'committed 2.1'])
    clock.advance(5)
    queue.submit(a, 1)
    await settle()
    expect(events).toHaveLength(2)
    clock.advance(1)
    await settle()
    expect(events.slice(2)).toEqual(['form 1.1', 'committed 1.1'])
    expect([queue.stats.batches, clock.pending]).toEqual([2, 0])
  })

  test('keeps to its own pause with a source that may start before that', async () => {
    const { queue, clock, events, work, a, b } = setup({ limits: { commitShareMsMax: 10 } })
    b.onForm = () => work(1.5)
    queue.submit(b, 1)
    await settle()
    b.notBefore = 10
    queue.submit(b, 1)
    a.notBefore = 2
    queue.submit(a, 1)
    clock.advance(5)
    await settle()
    expect(events).toHaveLength(2)
    clock.advance(1)
    await settle()
    expect(events.slice(2)).toEqual(['form 1.1', 'committed 1.1'])
    clock.advance(4)
    await settle()
    expect(events.slice(4)).toEqual(['form 2.2', 'committed 2.2'])
  })

  test('gathers no longer when it shall become idle, or close', async () => {
    const { queue, events, a, b } = setup()
    a.notBefore = 1_000
    queue.submit(a, 1)
    await queue.whenIdle()
    expect(events).toEqual(['form 1.1', 'committed 1.1'])
    b.notBefore = 1_000
    queue.submit(b, 1)
    queue.close()
    await queue.whenIdle()
    expect(events).toHaveLength(2)
    expect(queue.stats.waitingBytes).toBe(0)
  })
})
