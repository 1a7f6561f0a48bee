// How much of a large change goes at once: less and less while the server finds it too much work.
import { limits } from '../../shared/limits.ts'

const divisor = 4
/** Divided from the first time on. */
const clocksMax = 262_144

export class PieceSize {
  private divided = 1

  /** Structures and deletions. */
  get steps(): number {
    return Math.max(1, Math.floor(limits.updateStepsMax / this.divided))
  }

  /** Deleted clocks, all deletions of the piece together. */
  get clocks(): number {
    return this.divided === 1 ? Infinity : Math.max(1, Math.floor(clocksMax / this.divided))
  }

  /** From now on pieces are smaller; false: there is nothing smaller. */
  shrink(): boolean {
    if (this.clocks === 1) return false
    this.divided *= divisor
    return true
  }
}
