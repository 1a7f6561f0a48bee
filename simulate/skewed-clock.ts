// A clock that a person, or a dying battery, has set: it tells another time than the others', and jumps.
import { type Clock, systemClock } from '../client/sync/clock.ts'

export class SkewedClock implements Clock {
  /** Ahead of the machine's clock by so much, ms. */
  private aheadMs = 0

  now(): number {
    return systemClock.now() + this.aheadMs
  }

  jump(ms: number): void {
    this.aheadMs += ms
  }

  readonly after = systemClock.after
  readonly frame = systemClock.frame
  readonly random = systemClock.random
}
