// Puts an update together that came in slices ([U9]). Allocates what has come, never what was announced.
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { SliceHeader } from '../../shared/protocol.ts'
import type { ByteBudget } from '../byte-budget.ts'
import type { Clock } from '../clock.ts'

export class Upload {
  readonly #budget: ByteBudget
  readonly #clock: Clock
  #transfer: number | undefined
  #bytes = 0
  #slices: Uint8Array[] = []
  #received = 0
  #cancelStall: (() => void) | undefined

  constructor(budget: ByteBudget, clock: Clock) {
    this.#budget = budget
    this.#clock = clock
  }

  /**
   * Takes the next slice. Returns the whole once the last one is there, else `undefined`. A slice out of order, or of
   * another length than announced, drops the upload and throws `bad-request`; too much at once throws `busy`.
   */
  take(header: SliceHeader, slice: Uint8Array): Uint8Array | undefined {
    if (header.offset === 0) this.#start(header)
    const isNext =
      this.#transfer === header.transfer && this.#bytes === header.bytes && this.#received === header.offset
    const end = header.offset + slice.length
    const isRight =
      slice.length > 0 && end <= header.bytes && (end === header.bytes || slice.length === limits.sliceBytes)
    if (!isNext || !isRight) {
      this.drop()
      throw new AppError('bad-request', 'The pieces of an upload do not fit together; it has to start again.')
    }
    try {
      this.#budget.take(slice.length)
    } catch (error) {
      this.drop()
      throw error
    }
    this.#received = end
    this.#slices.push(slice)
    this.#watch()
    if (end < header.bytes) return undefined
    const whole = Buffer.concat(this.#slices)
    this.drop()
    return whole
  }

  /** Forgets what has come. */
  drop(): void {
    this.#cancelStall?.()
    this.#cancelStall = undefined
    this.#budget.giveBack(this.#received)
    this.#transfer = undefined
    this.#slices = []
    this.#received = 0
  }

  #start(header: SliceHeader): void {
    this.drop()
    this.#transfer = header.transfer
    this.#bytes = header.bytes
  }

  #watch(): void {
    this.#cancelStall?.()
    this.#cancelStall = this.#clock.after(limits.transferStallMs, () => this.drop())
  }
}
