// Memory that long answers hold until they are read, for one address and for the process. Knows no routes.
import type { ServerResponse } from 'node:http'
import { limits } from '../../shared/limits.ts'
import { ByteBudget } from '../byte-budget.ts'

export class UnreadAnswers {
  readonly #process = new ByteBudget(limits.unreadAnswerBytesPerProcessMax)
  readonly #byAddress = new Map<string, ByteBudget>()

  /** Counts bytes until the answer was sent or given up. Throws `busy` when the address or the process has too many. */
  hold(address: string, bytes: number, response: ServerResponse): void {
    // Its `close` was told already, and would never give the bytes back.
    if (response.closed) return
    const budget = this.#byAddress.get(address) ?? new ByteBudget(limits.unreadAnswerBytesPerAddressMax, this.#process)
    budget.take(bytes)
    this.#byAddress.set(address, budget)
    response.once('close', () => {
      budget.giveBack(bytes)
      if (budget.bytes === 0) this.#byAddress.delete(address)
    })
  }
}
