// Memory that transfers may hold, for one address and for the process.
import { AppError } from '../shared/errors.ts'

/** Counts bytes up to a bound; a part of a larger budget when it has a parent. */
export class ByteBudget {
  readonly #bytesMax: number
  readonly #parent: ByteBudget | undefined
  #bytes = 0

  constructor(bytesMax: number, parent?: ByteBudget) {
    this.#bytesMax = bytesMax
    this.#parent = parent
  }

  /** Bytes that are counted now. */
  get bytes(): number {
    return this.#bytes
  }

  /** Throws `busy` when that would be too much here or in the parent; then nothing is counted. */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#bytesMax) {
      throw new AppError('busy', 'The server is moving many large texts at the moment.', { retryAfterMs: 2_000 })
    }
    this.#parent?.take(bytes)
    this.#bytes += bytes
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes
    this.#parent?.giveBack(bytes)
  }
}
