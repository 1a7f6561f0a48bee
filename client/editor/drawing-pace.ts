// When others' movements are drawn: in drawings that happen anyway where there are some, and else in drawings of their own, the
// more seldom the dearer they are. Knows no editor.
import { limits } from '../../shared/limits.ts'

/** Ms that only go forward, and timers. */
export type PaceClock = { monotonic(): number; after(ms: number, call: () => void): () => void }

export const browserPaceClock: PaceClock = {
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Movements are drawn again after this many times what it cost, */
const restFactor = 20
/** but never later than this, ms: people are still seen to move. */
const restMsMax = 250
/** So long after a change of the text the next one is expected, ms: the rest is long meanwhile, */
const busyMs = 300
/** and movements wait so long for a drawing of it, ms. */
const patienceMs = 80

export class DrawingPace {
  private readonly clock: PaceClock
  private readonly draw: () => void
  private restUntil = 0
  private busyUntil = 0
  private cancel: (() => void) | undefined

  /** `draw`: something waits, and nobody else draws. */
  constructor(clock: PaceClock, draw: () => void) {
    this.clock = clock
    this.draw = draw
  }

  /** Something waits to be drawn: now, when it has rested and the text does too. */
  wait(): void {
    if (this.cancel !== undefined) return
    const now = this.clock.monotonic()
    const patience = now < this.busyUntil ? patienceMs : 0
    this.cancel = this.clock.after(Math.max(0, this.restUntil - now) + patience, () => {
      this.cancel = undefined
      this.draw()
    })
  }

  /** The text was changed, which is drawn in a moment. */
  textChanged(): void {
    this.busyUntil = this.clock.monotonic() + busyMs
  }

  /** Asked in a drawing that happens anyway: whether what waits goes along. It is then taken to be drawn. */
  goesAlong(): boolean {
    if (this.cancel === undefined || this.clock.monotonic() < this.restUntil) return false
    this.stop()
    return true
  }

  /** Movements were drawn, and cost so many ms. */
  rest(costMs: number): void {
    const now = this.clock.monotonic()
    const ms = Math.min(restMsMax, Math.max(limits.presenceIntervalMs, costMs * restFactor))
    this.restUntil = now + (now < this.busyUntil ? restMsMax - patienceMs : ms)
  }

  stop(): void {
    this.cancel?.()
    this.cancel = undefined
  }
}
