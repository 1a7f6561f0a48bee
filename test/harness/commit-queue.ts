// A commit queue with a clock, a disk and rooms that the test moves.
import { CommitQueue, type CommitQueueOptions, type CommitSource } from '../../server/commit-queue.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import type { StoreWrite } from '../../server/store/store.ts'
import type { AppError } from '../../shared/errors.ts'
import { FakeClock } from './fake-clock.ts'

/** A room as the queue sees it: writes its seq under its name. */
export class FakeRoom implements CommitSource {
  seq = 0
  notBefore = 0
  readonly name: number
  readonly events: string[]
  breaks: 'form' | 'shape' | 'committed' | undefined
  failure: AppError | undefined
  onForm: () => void = () => undefined
  onCommitted: () => void = () => undefined

  constructor(name: number, events: string[]) {
    this.name = name
    this.events = events
  }
  form(): StoreWrite[] {
    if (this.breaks === 'form') throw new Error('a mistake')
    if (this.breaks === 'shape') return [{ type: 'put', key: Uint8Array.of(1) } as unknown as StoreWrite]
    this.events.push(`form ${this.name}.${++this.seq}`)
    this.onForm()
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
export async function settle(): Promise<void> {
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

export function setup(options: Partial<CommitQueueOptions> = {}) {
  const { store, commits } = recordingStore()
  const clock = new FakeClock()
  const events: string[] = []
  let workedMs = 0
  // Without a pause after what took no time: tests that ask for one say so.
  const limits = { commitCostMs: 0, ...options.limits }
  const queue = new CommitQueue({ store, clock, stopwatch: () => workedMs, ...options, limits })
  const rooms = [1, 2, 3].map((name) => new FakeRoom(name, events))
  queue.onChange((degraded) => events.push(degraded ? 'degraded' : 'ok'))
  const [a, b, c] = rooms as [FakeRoom, FakeRoom, FakeRoom]
  const work = (ms: number) => {
    workedMs += ms
  }
  return { store, commits, clock, events, queue, a, b, c, work }
}

export const write = (n: number): StoreWrite => ({ type: 'put', key: Uint8Array.of(9, n), value: Uint8Array.of(n) })
export const codeOf = (call: () => void): string | undefined => {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as AppError).code
  }
}
