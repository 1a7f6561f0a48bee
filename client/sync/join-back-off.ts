// How long a session waits before it joins again. Knows no connection and sets no timer.
import { limits } from '../../shared/limits.ts'
import { type Clock, jitter } from './clock.ts'

export class JoinBackOff {
  private readonly clock: Clock
  /** Joins in a row that led to nothing; each waits longer, after a gap from the third on. */
  private fruitless = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** An update went through, or nothing was wrong for long enough: the joins before were no circle. */
  reset(): void {
    this.fruitless = 0
  }

  /** ms to wait after a refusal that may pass. */
  afterRefusal(retryAfterMs = 0): number {
    return this.wait(Math.max(retryAfterMs, limits.refusalDelayMs * 2 ** Math.min(this.fruitless++, 3)))
  }

  /** ms to wait when something is missing: none the first two times. */
  afterGap(): number {
    return this.fruitless++ < 2 ? 0 : this.wait(limits.refusalDelayMs * 2 ** Math.min(this.fruitless - 3, 3))
  }

  private wait(ms: number): number {
    return Math.min(jitter(ms, this.clock), Math.max(ms, limits.reconnectDelayMsMax))
  }
}
