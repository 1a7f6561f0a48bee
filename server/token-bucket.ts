// How many things a second one connection may do. Synchronous, because it stands before every packet.
import type { Clock } from './clock.ts'

/** Refills at `perMs`, holds at most `burst`. */
type Rate = { readonly perMs: number; readonly burst: number }

/** Waiting that is only asked for because numbers are rounded: after months a time is good to a millionth of a ms. */
const roundingMs = 0.001

/** What a bucket holds that is full at `fullAt`, ms on the monotonic clock; less than nothing while it owes. */
const tokensIn = ({ perMs, burst }: Rate, fullAt: number, now: number) => burst - Math.max(0, fullAt - now) * perMs

/** When it is full again after `cost` tokens were taken. */
const fullAfter = ({ perMs }: Rate, fullAt: number, now: number, cost: number) => Math.max(fullAt, now) + cost / perMs

/** 0 when a bucket with that many tokens has `cost` of them, else the ms until it will. */
function waitMs({ perMs, burst }: Rate, tokens: number, cost: number): number {
  if (cost - tokens <= roundingMs * perMs) return 0
  // Never 0, not even for what is more than a full bucket: that would say it was taken.
  return Math.max(1, Math.ceil((Math.min(cost, burst) - tokens) / perMs - roundingMs))
}

/** A token bucket (Turner, 1986): refills at `perSecond`, holds at most `burst`. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #rate: Rate
  #fullAt = 0

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock
    this.#rate = { perMs: perSecond / 1000, burst }
  }

  /** Milliseconds until it owes nothing; 0 when it does not. For work whose cost is known only afterwards: see `charge`. */
  get debtMs(): number {
    return waitMs(this.#rate, tokensIn(this.#rate, this.#fullAt, this.#clock.monotonic()), 0)
  }

  get isFull(): boolean {
    return this.#fullAt <= this.#clock.monotonic()
  }

  /** Takes `cost` tokens whether they are there or not. */
  charge(cost: number): void {
    this.#fullAt = fullAfter(this.#rate, this.#fullAt, this.#clock.monotonic(), cost)
  }

  /** Takes `cost` tokens. Returns 0, or the milliseconds after which they will be there; then nothing is taken. */
  take(cost = 1): number {
    const now = this.#clock.monotonic()
    const ms = waitMs(this.#rate, tokensIn(this.#rate, this.#fullAt, now), cost)
    if (ms === 0) this.#fullAt = fullAfter(this.#rate, this.#fullAt, now, cost)
    return ms
  }
}

/** The rates of one kind of connection, made once for all of them. */
export type Rates<Name extends string> = ReadonlyMap<Name, Rate & { readonly at: number }>

export function ratesOf<Name extends string>(
  rates: Readonly<Record<Name, { perSecond: number; burst: number }>>,
): Rates<Name> {
  const entries = Object.entries(rates) as [Name, { perSecond: number; burst: number }][]
  return new Map(entries.map(([name, { perSecond, burst }], at) => [name, { perMs: perSecond / 1000, burst, at }]))
}

/** One bucket for each rate. Every connection has all of them, and uses few: each is one number, no object of its own. */
export class TokenBuckets<Name extends string> {
  readonly #clock: Clock
  readonly #rates: Rates<Name>
  readonly #fullAt: number[]

  constructor(clock: Clock, rates: Rates<Name>) {
    this.#clock = clock
    this.#rates = rates
    this.#fullAt = new Array<number>(rates.size).fill(0)
  }

  /** As `take` of the bucket with that name. */
  take(name: Name, cost = 1): number {
    const rate = this.#rates.get(name)!
    const now = this.#clock.monotonic()
    const fullAt = this.#fullAt[rate.at]!
    const ms = waitMs(rate, tokensIn(rate, fullAt, now), cost)
    if (ms === 0) this.#fullAt[rate.at] = fullAfter(rate, fullAt, now, cost)
    return ms
  }
}
