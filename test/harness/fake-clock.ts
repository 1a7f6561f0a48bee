// Time under control of a test: one clock that only moves when told, and one that runs and can be pushed forward.
import type { Clock } from '../../server/clock.ts'

type Timer = { at: number; call: () => void }

/** Stands still until `advance`. Starts at 1,000,000 ms since the epoch and monotonic 0. */
export class FakeClock implements Clock {
  #now = 0
  readonly #timers = new Set<Timer>()

  now(): number {
    return 1_000_000 + this.#now
  }

  monotonic(): number {
    return this.#now
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), call }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets time pass; timers that fall due are called in order, each at its own moment, also those set meanwhile. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.call()
    }
    this.#now = end
  }
}

/** The machine's time, and jumps: a server on it lives normally until a test lets half a minute pass at once. */
export class JumpingClock implements Clock {
  #jumped = 0
  readonly #timers = new Map<Timer, NodeJS.Timeout>()

  now(): number {
    return Date.now() + this.#jumped
  }

  monotonic(): number {
    return performance.now() + this.#jumped
  }

  after(ms: number, call: () => void): () => void {
    const timer = {
      at: this.monotonic() + ms,
      call: () => {
        this.#timers.delete(timer)
        call()
      },
    }
    this.#timers.set(timer, setTimeout(timer.call, ms).unref())
    return () => {
      clearTimeout(this.#timers.get(timer))
      this.#timers.delete(timer)
    }
  }

  /** Everything that is due in the next `ms` is called now, in order. */
  jump(ms: number): void {
    this.#jumped += ms
    const due = [...this.#timers.keys()].filter((timer) => timer.at <= this.monotonic()).sort((a, b) => a.at - b.at)
    for (const timer of due) {
      if (!this.#timers.has(timer)) continue
      clearTimeout(this.#timers.get(timer))
      timer.call()
    }
  }
}
