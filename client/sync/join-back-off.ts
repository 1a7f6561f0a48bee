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

  /** ms to wait after a refusal that may pass; never less than it names [E2]. */
  afterRefusal(retryAfterMs = 0): number {
    return retryAfterMs + this.wait(this.fruitless++)
  }

  /** ms to wait when something is missing: none the first two times. */
  afterGap(): number {
    return this.fruitless++ < 2 ? 0 : this.wait(this.fruitless - 3)
  }

  private wait(doublings: number): number {
    const ms = jitter(limits.refusalDelayMs * 2 ** Math.min(doublings, 3), this.clock)
    return Math.min(ms, limits.reconnectDelayMsMax)
  }
}
