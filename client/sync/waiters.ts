// Promises that many may wait for, settled once. An unheard rejection is nobody's unhandled one.

export class Latch {
  readonly promise: Promise<void>
  resolve: () => void = () => undefined
  reject: (error: Error) => void = () => undefined

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(() => undefined)
  }
}

/** Waits for a condition that is looked at whenever something changed. */
export class Waiters {
  private waiting: { isMet: () => boolean; latch: Latch }[] = []

  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve()
    const latch = new Latch()
    this.waiting.push({ isMet, latch })
    return latch.promise
  }

  look(): void {
    const met = this.waiting.filter(({ isMet }) => isMet())
    this.waiting = this.waiting.filter((one) => !met.includes(one))
    for (const { latch } of met) latch.resolve()
  }

  reject(error: Error): void {
    const all = this.waiting
    this.waiting = []
    for (const { latch } of all) latch.reject(error)
  }
}
