// Those who wait until a commit is durable.
import type { Seq } from '../shared/protocol.ts'

export class SeqWaiters {
  #waiting: { seq: Seq; resolve: (durable: boolean) => void }[] = []

  /** True once `reached` tells of this seq or a later one; false when `giveUp` comes before. */
  wait(seq: Seq): Promise<boolean> {
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }))
  }

  reached(seq: Seq): void {
    if (this.#waiting.length === 0) return
    const due = this.#waiting.filter((waiter) => waiter.seq <= seq)
    this.#waiting = this.#waiting.filter((waiter) => waiter.seq > seq)
    for (const waiter of due) waiter.resolve(true)
  }

  giveUp(): void {
    const all = this.#waiting
    this.#waiting = []
    for (const waiter of all) waiter.resolve(false)
  }
}
