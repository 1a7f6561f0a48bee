// The server's time that the clients of one address may take with expensive requests. What is cheap is free: an office
// behind one address must not run out by typing.
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import { TokenBucket } from '../token-bucket.ts'

export class WorkBudget {
  readonly #clock: Clock
  readonly #bucket: TokenBucket

  constructor(clock: Clock) {
    this.#clock = clock
    this.#bucket = new TokenBucket(clock, limits.workMsPerSecond, limits.workMsBurst)
  }

  /** True when nothing is owed and nothing was taken for a while. */
  get isUntouched(): boolean {
    return this.#bucket.isFull
  }

  /**
   * Does something that cannot wait, and charges what it took beyond `freeMs`, whether it succeeded or not. Throws
   * `rate-limited` instead while the address owes time.
   */
  run<T>(freeMs: number, act: () => T): T {
    this.assertPaid()
    const start = this.#clock.monotonic()
    try {
      return act()
    } finally {
      this.#bucket.charge(Math.max(0, this.#clock.monotonic() - start - freeMs))
    }
  }

  /** Throws `rate-limited` while the address owes time. */
  assertPaid(): void {
    const retryAfterMs = this.#bucket.debtMs
    if (retryAfterMs === 0) return
    throw new AppError('rate-limited', 'That was too much at once; it will go on in a moment.', { retryAfterMs })
  }
}
