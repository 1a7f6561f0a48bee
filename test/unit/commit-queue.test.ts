import { describe, expect, test } from 'vitest'
import type { Clock } from '../../server/clock.ts'
import { CommitQueue, type CommitQueueOptions, type CommitSource } from '../../server/commit-queue.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import type { StoreWrite } from '../../server/store/store.ts'
import type { AppError } from '../../shared/errors.ts'

/** Time that the test moves. */
class FakeClock implements Clock {
  time = 0
  timers: { at: number; call: () => void }[] = []
  now = () => this.time
  monotonic = () => this.time
  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + ms, call }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }
  advance(ms: number): void {
    this.time += ms
    const due = this.timers.filter(({ at }) => at <= this.time)
    this.timers = this.timers.filter(({ at }) => at > this.time)
    for (const { call } of due) call()
  }
}

/** A room as the queue sees it: writes its seq under its name. */
class FakeRoom implements CommitSource {
  seq = 0
  readonly name: number
  readonly events: string[]
  breaks: 'form' | 'shape' | 'committed' | undefined
  failure: AppError | undefined
  onCommitted: () => void = () => undefined

  constructor(name: number, events: string[]) {
    this.name = name
    this.events = events
  }
  form(): StoreWrite[] {
    if (this.breaks === 'form') throw new Error('a mistake')
    if (this.breaks === 'shape') return [{ type: 'put', key: Uint8Array.of(1) } as unknown as StoreWrite]
    this.events.push(`form ${this.name}.${++this.seq}`)
    return [{ type: 'put', key: Uint8Array.of(this.name, this.seq), value: Uint8Array.of(this.seq) }]
  }
  committed(): void {
    this.events.push(`committed ${this.name}.${this.seq}`)
    this.onCommitted()
    if (this.breaks === 'committed') throw new Error('a mistake')
  }
  failed(error: AppError): void {
    this.failure = error
  }
}

/** Lets everything run that does not wait for the clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A memory store that remembers what each commit was given. */
function recordingStore(): { store: MemoryStore; commits: StoreWrite[][] } {
  const store = createMemoryStore()
  const commits: StoreWrite[][] = []
  const commit = store.commit.bind(store)
  store.commit = (writes) => {
    commits.push(writes)
    return commit(writes)
  }
  return { store, commits }
}

function setup(options: Partial<CommitQueueOptions> = {}) {
  const { store, commits } = recordingStore()
  const clock = new FakeClock()
  const events: string[] = []
  let cpu = 0
  const queue = new CommitQueue({ store, clock, cpu: () => cpu, ...options })
  const rooms = [1, 2, 3].map((name) => new FakeRoom(name, events))
  queue.onChange((degraded) => events.push(degraded ? 'degraded' : 'ok'))
  const [a, b, c] = rooms as [FakeRoom, FakeRoom, FakeRoom]
  const spend = (microseconds: number) => {
    cpu += microseconds
  }
  return { store, commits, clock, events, queue, a, b, c, spend }
}

const write = (n: number): StoreWrite => ({ type: 'put', key: Uint8Array.of(9, n), value: Uint8Array.of(n) })
const codeOf = (call: () => void): string | undefined => {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as AppError).code
  }
}

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

  test('waits the pace factor times the CPU of the last batch, counted from its end, and no more than the limit', async () => {
    const { queue, clock, commits, spend, a } = setup()
    a.onCommitted = () => spend(1_500)
    queue.submit(a, 1)
    await settle()
    clock.advance(2)
    queue.submit(a, 1)
    await settle()
    expect(commits).toHaveLength(1)
    clock.advance(3.9)
    await settle()
    expect(commits).toHaveLength(1)
    a.onCommitted = () => spend(1_000_000)
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

  test('starts at once when the pause passed with nothing waiting', async () => {
    const { queue, clock, commits, spend, a } = setup()
    a.onCommitted = () => spend(1_500)
    queue.submit(a, 1)
    await settle()
    clock.advance(6)
    queue.submit(a, 1)
    await settle()
    expect(commits).toHaveLength(2)
  })

  test('whenIdle ends the pauses and resolves when nothing waits or is being written', async () => {
    const { queue, store, commits, spend, a } = setup()
    await queue.whenIdle()
    a.onCommitted = () => spend(2_000)
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
      const from = clock.time
      while (store.reopens === before && clock.time - from < 6_000) {
        clock.advance(100)
        await new Promise((resolve) => setImmediate(resolve))
      }
      delays.push(clock.time - from)
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
    expect(clock.timers).toEqual([])
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
