// Time as the server asks for it, so that a simulation can replace it.

export interface Clock {
  /** Milliseconds since the epoch: for records and people. */
  now(): number
  /** Milliseconds that never go back: for waiting and measuring. */
  monotonic(): number
  /** Calls once after that many milliseconds; the returned function takes it back. */
  after(ms: number, call: () => void): () => void
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
