// Time of the simulation: a list of what happens when. Everything that would wait for the machine waits here instead, so
// that one seed is exactly one order of events.
import type { Clock as ClientClock } from '../../client/sync/clock.ts'
import type { Clock as ServerClock } from '../../server/clock.ts'
import { Random } from '../harness/random.ts'

type Entry = { at: number; order: number; call: (() => void) | undefined }

/**
 * Resolves when no microtask is left, without going through the event loop: Node runs a tick only once all microtasks are
 * done, those that they made included.
 */
export const drained = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(() => resolve())))

export class Timeline {
  /** Virtual ms since the beginning; fractions count. */
  now = 0
  /** Chance for everything but the steps of a life, which have their own. */
  readonly random: Random
  /** Of all that was noted, in order: two runs that differ anywhere differ here. */
  digest = 0x811c9dc5
  /** Told of every note, for people. */
  listener: ((line: string) => void) | undefined
  #heap: Entry[] = []
  #order = 0

  constructor(seed: number) {
    this.random = new Random(seed ^ 0x51a7)
  }

  /** 0 ≤ x < `end`, with fractions, so that two delays are hardly ever the same. */
  between(least: number, most: number): number {
    return least + ((most - least) * this.random.below(2 ** 20)) / 2 ** 20
  }

  /** Calls at that moment, or now if it is over; the returned function takes it back. */
  at(time: number, call: () => void): () => void {
    const entry: Entry = { at: Math.max(time, this.now), order: this.#order++, call }
    this.#push(entry)
    return () => {
      entry.call = undefined
    }
  }

  /** Computing takes time, too: what is due meanwhile is late. */
  spend(ms: number): void {
    this.now += ms
  }

  /** Lets everything happen up to that moment. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.at > end) break
      this.#pop()
      if (next.call === undefined) continue
      this.now = Math.max(this.now, next.at)
      next.call()
      await drained()
    }
    this.now = Math.max(this.now, end)
  }

  /** Adds what happened to the digest. */
  note(what: string, bytes?: string | Uint8Array): void {
    let hash = this.digest
    const add = (value: number) => {
      hash = Math.imul(hash ^ value, 0x01000193)
    }
    add(Math.floor(this.now * 1000))
    for (let i = 0; i < what.length; i++) add(what.charCodeAt(i))
    if (typeof bytes === 'string') for (let i = 0; i < bytes.length; i++) add(bytes.charCodeAt(i))
    else if (bytes !== undefined) for (const byte of bytes) add(byte)
    this.digest = hash >>> 0
    this.listener?.(`${this.now.toFixed(2).padStart(10)}  ${what}${typeof bytes === 'string' ? ` ${bytes}` : ''}`)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(heap[index]!, heap[parent]!)) break
      swap(heap, index, parent)
      index = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    for (let index = 0; ; ) {
      let least = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child
      }
      if (least === index) break
      swap(heap, index, least)
      index = least
    }
  }
}

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order)

function swap(heap: Entry[], a: number, b: number): void {
  const entry = heap[a]!
  heap[a] = heap[b]!
  heap[b] = entry
}

/** ms since the epoch at which every life begins. */
export const epochMs = 1_700_000_000_000

/** The clock of one process, as both sides of the product ask for it. A process that was killed hears of nothing more. */
export class ProcessClock implements ServerClock, ClientClock {
  readonly #timeline: Timeline
  readonly #skewMs: number
  /** What asking for the monotonic time costs at most, ms: stands for the work between two questions. */
  readonly #workMs: number
  #stopped = false

  constructor(timeline: Timeline, { skewMs = 0, workMs = 0 } = {}) {
    this.#timeline = timeline
    this.#skewMs = skewMs
    this.#workMs = workMs
  }

  get stopped(): boolean {
    return this.#stopped
  }

  now(): number {
    return epochMs + this.#skewMs + Math.floor(this.#timeline.now)
  }

  monotonic(): number {
    if (this.#workMs > 0) this.#timeline.spend(this.#timeline.between(0, this.#workMs))
    return this.#timeline.now
  }

  after(ms: number, call: () => void): () => void {
    return this.#timeline.at(this.#timeline.now + Math.max(0, ms), () => {
      if (!this.#stopped) call()
    })
  }

  frame(call: () => void): () => void {
    return this.after(this.#timeline.between(1, 17), call)
  }

  random(): number {
    return this.#timeline.between(0, 1)
  }

  /** Resolves after that long; never in a process that is killed meanwhile. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** The process is gone: no timer of it is called any more. */
  stop(): void {
    this.#stopped = true
  }
}
