// Time and chance as the provider asks for them, so that tests and the simulator can replace them. Knows no page.
import { limits } from '../../shared/limits.ts'

export interface Clock {
  /** ms since epoch. */
  now(): number
  /** Calls once after that many ms; the returned function takes it back. */
  after(ms: number, call: () => void): () => void
  /** Calls once at the next animation frame, or about `limits.frameMs` later where nothing is painted. */
  frame(call: () => void): () => void
  /** 0 ≤ x < 1. */
  random(): number
}

function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
}

function frame(call: () => void): () => void {
  if (typeof requestAnimationFrame !== 'function' || globalThis.document?.visibilityState !== 'visible') {
    return after(limits.frameMs, call)
  }
  // A page that is hidden in between is never painted again: the timer makes sure that the edits leave all the same.
  const cancel = () => {
    cancelAnimationFrame(painted)
    takeBack()
  }
  const once = () => {
    cancel()
    call()
  }
  const painted = requestAnimationFrame(once)
  const takeBack = after(4 * limits.frameMs, once)
  return cancel
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), after, frame, random: () => Math.random() }

/** Half to one and a half times as long, so that a thousand pages do not come back in the same moment. */
export const jitter = (ms: number, clock: Clock): number => Math.round(ms * (0.5 + clock.random()))
