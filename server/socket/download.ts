// Sends a large state in slices, at most two unanswered ([J9]).
import { limits } from '../../shared/limits.ts'
import type { SliceHeader } from '../../shared/protocol.ts'
import type { ByteBudget } from '../byte-budget.ts'
import type { Clock } from '../clock.ts'

export type SendSlice = (header: SliceHeader, bytes: Uint8Array, answered: () => void) => void

export class Download {
  readonly #id: number
  #bytes: Uint8Array
  readonly #send: SendSlice
  readonly #clock: Clock
  readonly #budget: ByteBudget
  readonly #onStall: () => void
  #offset = 0
  #unanswered = 0
  #cancelStall: (() => void) | undefined
  #isOver = false

  /** Throws `busy` when the budget has no room for it. `onStall` is called once when nothing was answered for transferStallMs. */
  constructor(init: {
    id: number
    bytes: Uint8Array
    send: SendSlice
    clock: Clock
    budget: ByteBudget
    onStall: () => void
  }) {
    init.budget.take(init.bytes.length)
    this.#budget = init.budget
    this.#id = init.id
    this.#bytes = init.bytes
    this.#send = init.send
    this.#clock = init.clock
    this.#onStall = init.onStall
  }

  /** Sends as many slices as may be under way; the answers send the rest. */
  advance(): void {
    this.#watch()
    while (!this.#isOver && this.#unanswered < limits.slicesInFlightMax && this.#offset < this.#bytes.length) {
      const offset = this.#offset
      const slice = this.#bytes.subarray(offset, offset + limits.sliceBytes)
      this.#offset += slice.length
      this.#unanswered++
      let isAnswered = false
      this.#send({ transfer: this.#id, offset, bytes: this.#bytes.length }, slice, () => {
        if (isAnswered || this.#isOver) return
        isAnswered = true
        this.#unanswered--
        this.advance()
      })
    }
    if (this.#unanswered === 0) this.stop()
  }

  /** True from the first slice to the answer to the last. */
  get isUnderWay(): boolean {
    return !this.#isOver
  }

  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#budget.giveBack(this.#bytes.length)
    // Its seat keeps this object, and a state may be large.
    this.#bytes = new Uint8Array()
    this.#cancelStall?.()
  }

  #watch(): void {
    this.#cancelStall?.()
    this.#cancelStall = this.#clock.after(limits.transferStallMs, () => {
      this.stop()
      this.#onStall()
    })
  }
}
