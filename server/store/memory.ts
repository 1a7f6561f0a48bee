// A store in memory, for tests and simulation: the same contract as the one on disk, plus the accidents of a disk on
// demand. What it holds is what a killed process would leave behind: only commits that were carried out.
import { AppError } from '../../shared/errors.ts'
import type { Store, StoreRange, StoreWrite } from './store.ts'

type Entry = { key: Uint8Array; value: Uint8Array }

/** An empty store in memory. */
export const createMemoryStore = (): MemoryStore => new MemoryStore()

/** Keeps copies: neither what is given to it nor what it gives can change its content later. */
export class MemoryStore implements Store {
  /** While true, every commit and every reopen fails, as on a full disk. */
  failing = false
  /** Calls of reopen(), failed ones too. */
  reopens = 0

  #entries: Entry[]
  #state: 'open' | 'failed' | 'closed' = 'open'
  #nextFailure: { error: Error; carriedOut: boolean } | undefined
  #gate: Promise<void> = Promise.resolve()
  #lastCommit: Promise<unknown> = Promise.resolve()

  constructor(entries: Entry[] = []) {
    this.#entries = entries
  }

  /**
   * The next commit fails with this as its cause. `carriedOut`: its writes are there all the same, as after a failed
   * fsync whose data reached the disk.
   */
  failNext(error: Error = new Error('the disk refused'), { carriedOut = false } = {}): void {
    this.#nextFailure = { error, carriedOut }
  }

  /** Commits wait, in order, until the returned function is called. */
  hold(): () => void {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#gate = Promise.all([this.#gate, held]).then(() => undefined)
    return release
  }

  /** A store with the content that this one has at this moment: what a process killed now would find again. */
  clone(): MemoryStore {
    // Entries are replaced, never changed, so that copies of the list can share them.
    return new MemoryStore([...this.#entries])
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertNotClosed()
    const index = this.#indexOf(key)
    const entry = this.#entries[index]
    return entry !== undefined && Buffer.compare(entry.key, key) === 0 ? entry.value.slice() : undefined
  }

  async *range({ gte, lt, reverse = false, limit }: StoreRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
    this.#assertNotClosed()
    const found = this.#entries.slice(this.#indexOf(gte), this.#indexOf(lt))
    if (reverse) found.reverse()
    for (const { key, value } of limit === undefined ? found : found.slice(0, limit)) {
      this.#assertNotClosed()
      yield [key.slice(), value.slice()]
    }
  }

  async commit(writes: StoreWrite[]): Promise<void> {
    this.#assertNotClosed()
    const copies = writes.map(copyWrite)
    const commit = Promise.all([this.#gate, this.#lastCommit]).then(() => this.#carryOut(copies))
    this.#lastCommit = commit.catch(() => undefined)
    return commit
  }

  async reopen(): Promise<void> {
    this.#assertNotClosed()
    this.reopens++
    await this.#lastCommit
    if (this.failing) throw degraded(new Error('the disk refused'))
    this.#state = 'open'
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    await this.#lastCommit
    this.#state = 'closed'
  }

  #carryOut(writes: StoreWrite[]): void {
    if (this.#state !== 'open') throw degraded(new Error(`the store is ${this.#state}`))
    const failure = this.#nextFailure
    this.#nextFailure = undefined
    const fails = failure !== undefined || this.failing
    if (!fails || failure?.carriedOut) for (const write of writes) this.#apply(write)
    if (!fails) return
    this.#state = 'failed'
    throw degraded(failure?.error ?? new Error('the disk refused'))
  }

  #apply(write: StoreWrite): void {
    const index = this.#indexOf(write.key)
    const entry = this.#entries[index]
    const exists = entry !== undefined && Buffer.compare(entry.key, write.key) === 0
    if (write.type === 'put') this.#entries.splice(index, exists ? 1 : 0, write)
    else if (exists) this.#entries.splice(index, 1)
  }

  /** Index of the first entry whose key is not below this one. */
  #indexOf(key: Uint8Array): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (Buffer.compare(this.#entries[middle]!.key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #assertNotClosed(): void {
    if (this.#state === 'closed') throw degraded(new Error('the store is closed'))
  }
}

const degraded = (cause: Error) => new AppError('degraded', 'The server cannot use its disk at the moment.', { cause })

const copyWrite = (write: StoreWrite): StoreWrite =>
  write.type === 'put'
    ? { type: 'put', key: write.key.slice(), value: write.value.slice() }
    : { type: 'del', key: write.key.slice() }
