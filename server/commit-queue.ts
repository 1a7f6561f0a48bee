// Group commit: everything that waits, of all rooms, becomes one batch of the store; while one is being written the next
// gathers. Knows no documents. Nothing is told committed before it is durable; a failed batch is written again as it is.
import { toAppError } from '../shared/errors.ts'
import { limits as defaultLimits, type Limits } from '../shared/limits.ts'
import type { Clock } from './clock.ts'
import { CommitLine } from './commit-line.ts'
import { busyRefusal, closedRefusal, degradedRefusal } from './commit-refusals.ts'
import { assertWrite, type CommitSource, OwnWrite, writeBytes } from './commit-source.ts'
import type { Store, StoreWrite } from './store/store.ts'

export type { CommitSource } from './commit-source.ts'

type QueueLimits = Pick<Limits, Extract<keyof Limits, `commit${string}` | `reopen${string}`>>

export type CommitQueueOptions = {
  store: Store
  clock: Clock
  limits?: { [Name in keyof QueueLimits]?: number }
  /**
   * Milliseconds that count as work while a batch is formed and while it is told; default the clock's. Not the CPU of the
   * process: to ask the kernel for that costs as much as a few edits, and it includes the work of everybody else.
   */
  stopwatch?: () => number
  /**
   * Calls at the end of this turn of the event loop; default setImmediate, which comes after all sockets that are
   * readable now were read (a microtask comes after each), so that one fsync serves them all.
   */
  turn?: (call: () => void) => void
  log?: { error(details: object, message: string): void; info(details: object, message: string): void }
}

/** Timers count whole milliseconds; half of one is not worth waiting for. */
const pauseMsMin = 0.5

/** `workMs`: what counts of forming and telling it. */
type Batch = { formed: CommitSource[]; writes: StoreWrite[]; bytes: number; parts: number; workMs: number }

export class CommitQueue {
  /** Since the start, but for `waiting…` (not durable yet) and `last…`. */
  readonly stats = {
    batches: 0,
    writes: 0,
    bytes: 0,
    failures: 0,
    waitingBytes: 0,
    waitingParts: 0,
    lastBatchWrites: 0,
    lastBatchMs: 0,
    lastBatchWorkMs: 0,
  }

  readonly #store: Store
  readonly #clock: Clock
  readonly #limits: { [Name in keyof QueueLimits]: number }
  readonly #stopwatch: () => number
  readonly #turn: (call: () => void) => void
  readonly #log: CommitQueueOptions['log']
  readonly #waiting = new CommitLine()
  readonly #listeners = new Set<(degraded: boolean) => void>()
  #idleWaiters: (() => void)[] = []
  #state: 'idle' | 'due' | 'writing' = 'idle'
  #degraded = false
  #closed = false
  /** clock.monotonic() before which no batch starts. */
  #notBefore = 0
  /** Set during the pause before the next batch, which starts at `until`, ms; `cancel` ends the pause without one. */
  #pause: { until: number; cancel: () => void } | undefined
  /** Ends the wait before the next attempt. */
  #cutWait: (() => void) | undefined

  constructor(options: CommitQueueOptions) {
    this.#store = options.store
    this.#clock = options.clock
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#stopwatch = options.stopwatch ?? (() => options.clock.monotonic())
    this.#turn = options.turn ?? setImmediate
    this.#log = options.log
  }

  /** Whether a batch failed and is being tried again. */
  get degraded(): boolean {
    return this.#degraded
  }

  /**
   * Puts the source into the next batch (once, however often it is called before that). `bytes` and `parts`: what is
   * added to what waits. Throws AppError `degraded`, `busy` when it would be more than the limits, `draining` when closed.
   */
  submit(source: CommitSource, bytes: number, parts = 1): void {
    if (this.#closed) throw closedRefusal()
    if (this.#degraded) throw degradedRefusal()
    const { stats } = this
    if (
      stats.waitingBytes + bytes > this.#limits.commitQueueBytesMax ||
      stats.waitingParts + parts > this.#limits.commitQueuePartsMax
    ) {
      throw busyRefusal()
    }
    stats.waitingBytes += bytes
    stats.waitingParts += parts
    this.#waiting.add(source, bytes, parts)
    const mayStartAt = Math.max(this.#notBefore, source.notBefore ?? 0)
    if (this.#state === 'idle' || (this.#pause !== undefined && mayStartAt < this.#pause.until)) this.#schedule()
  }

  /**
   * A commit of the caller's own making that joins the same batches; the bytes must not change until it is durable.
   * Resolves when it is; rejects as submit() throws. While a failed batch is tried again it stays pending.
   */
  write(writes: StoreWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = writes.reduce((sum, write) => sum + writeBytes(write), 0)
      this.submit(new OwnWrite(writes, resolve, reject), bytes)
    })
  }

  /** Listens to ok → degraded (true) and back (false). Returns the unsubscribe. */
  onChange(listener: (degraded: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when nothing waits or is being written. Until then batches follow each other without pauses. */
  whenIdle(): Promise<void> {
    if (this.#state === 'idle') return Promise.resolve()
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
      if (this.#pause !== undefined) this.#schedule()
    })
  }

  /**
   * Takes nothing more and stops retrying and pacing. What waits is lost (it was never acknowledged): write() rejects with
   * `draining`. A batch that is being written is still told committed if it succeeds.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#dropWaiting()
    this.#cutWait?.()
    if (this.#pause !== undefined) this.#schedule()
  }

  /** Called again when what came may not wait as long as the others, or nobody may any more. */
  #schedule(): void {
    this.#state = 'due'
    this.#pause?.cancel()
    this.#pause = undefined
    const until = this.#mayPause ? Math.max(this.#notBefore, this.#waiting.soonest) : 0
    const ms = until - this.#clock.monotonic()
    if (ms < pauseMsMin) this.#turn(() => void this.#run())
    else this.#pause = { until, cancel: this.#clock.after(Math.round(ms), () => void this.#run()) }
  }

  get #mayPause(): boolean {
    return this.#idleWaiters.length === 0 && !this.#waiting.isEmpty
  }

  async #run(): Promise<void> {
    this.#state = 'writing'
    this.#pause = undefined
    const startedAt = this.#clock.monotonic()
    const batch = this.#form()
    const recovered = batch.formed.length === 0 ? false : await this.#makeDurable(batch.writes)
    // Open for what the acks below bring, and for what was refused meanwhile.
    const healed = recovered && this.#degraded
    if (healed) this.#degraded = false
    this.stats.waitingBytes -= batch.bytes
    this.stats.waitingParts -= batch.parts
    if (recovered) {
      this.#count(batch)
      for (const source of batch.formed) batch.workMs += this.#tellCommitted(source)
    } else {
      for (const source of batch.formed) if (source instanceof OwnWrite) source.failed(closedRefusal())
    }
    if (healed) this.#tell()
    this.#pace(startedAt, batch.workMs)
    if (!this.#waiting.isEmpty) this.#schedule()
    else this.#becomeIdle()
  }

  /** What counts of the time that it took, ms. */
  #tellCommitted(source: CommitSource): number {
    const startedAt = this.#stopwatch()
    this.#guarded('committed() failed', () => source.committed())
    return this.#shareOf(startedAt)
  }

  /** What counts of one source's time since then. */
  #shareOf(startedAt: number): number {
    return Math.min(this.#stopwatch() - startedAt, this.#limits.commitShareMsMax)
  }

  /** Takes what waits and is ready, in order, up to the size of one batch. A source that fails to form harms only itself. */
  #form(): Batch {
    const batch: Batch = { formed: [], writes: [], bytes: 0, parts: 0, workMs: 0 }
    const until = this.#mayPause ? this.#clock.monotonic() + pauseMsMin : Number.POSITIVE_INFINITY
    for (const { source, bytes, parts } of this.#waiting.take(until, this.#limits.commitBatchBytesMax)) {
      batch.bytes += bytes
      batch.parts += parts
      const startedAt = this.#stopwatch()
      try {
        const writes = source.form()
        // The store would refuse the whole batch for one of these, and go on doing so.
        for (const write of writes) assertWrite(write)
        for (const write of writes) batch.writes.push(write)
        batch.formed.push(source)
      } catch (error) {
        this.#log?.error({ err: error }, 'form() failed')
        this.#guarded('failed() failed', () => source.failed?.(toAppError(error)))
      }
      batch.workMs += this.#shareOf(startedAt)
    }
    return batch
  }

  /** Commits until it works. `false`: the queue was closed before. */
  async #makeDurable(writes: StoreWrite[]): Promise<boolean> {
    let delayMs = this.#limits.reopenDelayMsMin
    let reopened = true
    for (;;) {
      try {
        if (!reopened) await this.#store.reopen()
        reopened = true
        if (writes.length > 0) await this.#store.commit(writes)
        return true
      } catch (error) {
        reopened = false
        this.#fail(error)
      }
      if (this.#closed) return false
      await this.#wait(delayMs)
      if (this.#closed) return false
      delayMs = Math.min(delayMs * 2, this.#limits.reopenDelayMsMax)
    }
  }

  #fail(error: unknown): void {
    this.stats.failures++
    this.#log?.error({ err: error }, 'a commit failed; it is kept and tried again')
    if (this.#degraded) return
    this.#degraded = true
    this.#tell()
  }

  #tell(): void {
    if (!this.#degraded) this.#log?.info({}, 'commits work again')
    for (const listener of [...this.#listeners]) this.#guarded('a listener failed', () => listener(this.#degraded))
  }

  #count(batch: Batch): void {
    this.stats.batches++
    this.stats.writes += batch.writes.length
    this.stats.bytes += batch.bytes
    this.stats.lastBatchWrites = batch.writes.length
  }

  /** The pause counts from the end of a batch: a commit in a quiet moment starts at once. */
  #pace(startedAt: number, workMs: number): void {
    const { commitCostMs, commitPaceFactor, commitDelayMsMax } = this.#limits
    const now = this.#clock.monotonic()
    this.stats.lastBatchMs = now - startedAt
    this.stats.lastBatchWorkMs = workMs
    this.#notBefore = now + Math.min((commitCostMs + workMs) * commitPaceFactor, commitDelayMsMax)
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        this.#cutWait = undefined
        resolve()
      }
      const cancel = this.#clock.after(ms, end)
      this.#cutWait = end
    })
  }

  #becomeIdle(): void {
    this.#state = 'idle'
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #dropWaiting(): void {
    for (const { source, bytes, parts } of this.#waiting.takeAll()) {
      this.stats.waitingBytes -= bytes
      this.stats.waitingParts -= parts
      if (source instanceof OwnWrite) source.failed(closedRefusal())
    }
  }

  #guarded(message: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#log?.error({ err: error }, message)
    }
  }
}
