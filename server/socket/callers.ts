// Who is connected, by address: how many connections there are, and what all of them together may take.
import { limits } from '../../shared/limits.ts'
import { ByteBudget } from '../byte-budget.ts'
import type { Clock } from '../clock.ts'
import { TokenBucket } from '../token-bucket.ts'
import { WorkBudget } from './work-budget.ts'

/** What the connections of one address share. */
export type Shares = {
  /** Server time for updates and joins. */
  work: WorkBudget
  /** Memory that unfinished uploads and unanswered downloads hold. */
  uploads: ByteBudget
  downloads: ByteBudget
  /** Chat lines, deletions of them and changes of settings, whatever the number of connections. */
  chat: TokenBucket
  /** What each of many connections may do now and then, all of them together may not do all the time. */
  updateBytes: TokenBucket
  joins: TokenBucket
  history: TokenBucket
}
type Caller = { connections: number; shares: Shares }

export class Callers {
  readonly #clock: Clock
  readonly #byAddress = new Map<string, Caller>()
  readonly #uploads = new ByteBudget(limits.uploadBytesPerProcessMax)
  readonly #downloads = new ByteBudget(limits.downloadBytesPerProcessMax)
  #connections = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get connections(): number {
    return this.#connections
  }

  /** Whether this address may open another connection ([C4]). */
  mayConnect(address: string): boolean {
    const own = this.#byAddress.get(address)?.connections ?? 0
    return this.#connections < limits.connectionsMax && own < limits.connectionsPerAddressMax
  }

  /** Counts a connection; returns what to call when it is over. */
  add(address: string): () => void {
    const caller = this.#callerAt(address)
    caller.connections++
    this.#connections++
    return () => {
      caller.connections--
      this.#connections--
      this.#forget(address)
    }
  }

  sharesOf(address: string): Shares {
    return this.#callerAt(address).shares
  }

  #callerAt(address: string): Caller {
    let caller = this.#byAddress.get(address)
    if (caller === undefined) {
      caller = {
        connections: 0,
        shares: {
          work: new WorkBudget(this.#clock),
          uploads: new ByteBudget(limits.uploadBytesPerAddressMax, this.#uploads),
          downloads: new ByteBudget(limits.downloadBytesPerAddressMax, this.#downloads),
          chat: new TokenBucket(this.#clock, limits.chatPerSecondPerAddress, limits.chatBurstPerAddress),
          updateBytes: new TokenBucket(
            this.#clock,
            limits.updateBytesPerSecondPerAddress,
            limits.updateBytesBurstPerAddress,
          ),
          joins: new TokenBucket(this.#clock, limits.joinsPerSecondPerAddress, limits.joinsBurstPerAddress),
          history: new TokenBucket(this.#clock, limits.historyPerSecondPerAddress, limits.historyBurstPerAddress),
        },
      }
      this.#byAddress.set(address, caller)
    }
    return caller
  }

  /** Not before its debt is paid: hanging up and coming back must not settle it. */
  #forget(address: string): void {
    const caller = this.#byAddress.get(address)
    if (caller === undefined || caller.connections > 0) return
    const { work, chat, updateBytes, joins, history, uploads, downloads } = caller.shares
    const isPaid = work.isUntouched && chat.isFull && updateBytes.isFull && joins.isFull && history.isFull
    const isSettled = isPaid && uploads.bytes === 0 && downloads.bytes === 0
    if (isSettled) this.#byAddress.delete(address)
    else this.#clock.after(limits.forgetAddressMs, () => this.#forget(address))
  }
}
