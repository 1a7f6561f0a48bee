// How many things a second one connection may do. Synchronous, because it stands before every packet.
import type { Clock } from './clock.ts'

/** A token bucket (Turner, 1986): refills at `perSecond`, holds at most `burst`. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = clock.monotonic()
  }

  /** Milliseconds until it owes nothing; 0 when it does not. For work whose cost is known only afterwards: see `charge`. */
  get debtMs(): number {
    this.#refill()
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }

  get isFull(): boolean {
    this.#refill()
    return this.#tokens >= this.#burst
  }

  /** Takes `cost` tokens whether they are there or not. */
  charge(cost: number): void {
    this.#refill()
    this.#tokens -= cost
  }

  /** Takes `cost` tokens. Returns 0, or the milliseconds after which they will be there; then nothing is taken. */
  take(cost = 1): number {
    this.#refill()
    if (this.#tokens >= cost) {
      this.#tokens -= cost
      return 0
    }
    // Never 0, not even for what is more than a full bucket: that would say it was taken.
    return Math.max(1, Math.ceil((Math.min(cost, this.#burst) - this.#tokens) / this.#perMs))
  }

  #refill(): void {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs)
    this.#at = now
  }
}
