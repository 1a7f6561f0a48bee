// A disk as a server process sees it, and the accidents of one. What was written survives the death of a process; only
// what was synced survives a power cut. A batch is there whole or not at all, as LevelDB promises.
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import type { Store, StoreRange, StoreWrite } from '../../server/store/store.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProcessClock, Timeline } from './timeline.ts'

/** What the disk does wrong at the moment: `full` takes nothing, `fsync` takes it but will not promise it. */
export type Trouble = 'none' | 'full' | 'fsync' | 'unreadable'

export class VirtualDisk {
  trouble: Trouble = 'none'
  /** ms that a write and an fsync take at most. */
  slownessMs = 2
  /** Every mark that was ever synced. */
  readonly marks = new Set<string>()
  readonly #timeline: Timeline
  #written: MemoryStore = createMemoryStore()
  #synced: MemoryStore = createMemoryStore()
  /** Written, not yet synced, in order. */
  #tail: StoreWrite[][] = []

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  /** What a process that starts now would find. Only to be read. */
  get content(): Store {
    return this.#written
  }

  /** What is safe even from a power cut. Only to be read. */
  get safeContent(): Store {
    return this.#synced
  }

  /** For a process; it lives as long as its clock. */
  async open(clock: ProcessClock): Promise<Store> {
    const store = new VirtualStore(this, clock, this.#timeline)
    // It is open when what the last process left is safe: LevelDB writes the recovered log into a table and syncs that.
    while (!(await store.recovered())) await clock.pause(200)
    return store
  }

  async write(writes: StoreWrite[]): Promise<void> {
    this.#timeline.note(`disk write ${writes.length}`)
    this.#tail.push(writes)
    await this.#written.commit(writes)
  }

  async sync(): Promise<void> {
    this.#timeline.note(`disk sync ${this.#tail.length}`)
    await this.#makeSafe(this.#tail.splice(0))
  }

  /** Of what was not synced the first `kept` batches happen to be there afterwards. No process may be running. */
  async powerCut(kept: number): Promise<void> {
    await this.#makeSafe(this.#tail.splice(0).slice(0, kept))
    this.#written = this.#synced.clone()
  }

  /** Something other than the product removes an entry. No process may be running. */
  async lose(key: Uint8Array): Promise<void> {
    for (const store of [this.#written, this.#synced]) await store.commit([{ type: 'del', key }])
  }

  async #makeSafe(batches: readonly StoreWrite[][]): Promise<void> {
    for (const writes of batches) {
      await this.#synced.commit(writes)
      for (const write of writes) if (write.type === 'put') this.#noteMarks(write.value)
    }
  }

  #noteMarks(value: Uint8Array): void {
    const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
    for (const mark of text.match(/\[\d+\]/g) ?? []) this.marks.add(mark)
  }
}

class VirtualStore implements Store {
  readonly #disk: VirtualDisk
  readonly #clock: ProcessClock
  readonly #timeline: Timeline
  #state: 'open' | 'failed' | 'closed' = 'open'
  #last: Promise<unknown> = Promise.resolve()

  constructor(disk: VirtualDisk, clock: ProcessClock, timeline: Timeline) {
    this.#disk = disk
    this.#clock = clock
    this.#timeline = timeline
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#read()
    return this.#disk.content.get(key)
  }

  async *range(range: StoreRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
    await this.#read()
    yield* this.#disk.content.range(range)
  }

  commit(writes: StoreWrite[]): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(refusal())
    const copies = writes.map((write) =>
      write.type === 'put'
        ? { type: write.type, key: write.key.slice(), value: write.value.slice() }
        : { type: write.type, key: write.key.slice() },
    )
    const commit = this.#last.then(() => this.#carryOut(copies))
    this.#last = commit.catch(() => undefined)
    return commit
  }

  async reopen(): Promise<void> {
    await this.#last
    if (!(await this.recovered())) throw refusal()
  }

  /** Reads and writes from now on, if the disk lets it. */
  async recovered(): Promise<boolean> {
    await this.#work()
    if (this.#disk.trouble !== 'none') return false
    await this.#disk.sync()
    this.#state = 'open'
    return true
  }

  async close(): Promise<void> {
    await this.#last
    this.#state = 'closed'
  }

  async #carryOut(writes: StoreWrite[]): Promise<void> {
    await this.#work()
    if (this.#state !== 'open') throw refusal()
    if (this.#disk.trouble === 'full') throw this.#failed()
    await this.#disk.write(writes)
    await this.#work()
    if (this.#disk.trouble === 'fsync') throw this.#failed()
    await this.#disk.sync()
  }

  async #read(): Promise<void> {
    if (this.#state === 'closed') throw refusal()
    await this.#clock.pause(this.#timeline.between(0, 0.5))
    if (this.#disk.trouble === 'unreadable') throw refusal()
  }

  #failed(): AppError {
    this.#state = 'failed'
    return refusal()
  }

  #work(): Promise<void> {
    return this.#clock.pause(this.#timeline.between(0, this.#disk.slownessMs))
  }
}

const refusal = () => new AppError('degraded', 'The server cannot use its disk at the moment.')
