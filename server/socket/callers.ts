// Who is connected, by address: how many connections, and how much of the server's time their updates took.
import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import { TokenBucket } from '../token-bucket.ts'

type Caller = { connections: number; work: TokenBucket }

export class Callers {
  readonly #clock: Clock
  readonly #byAddress = new Map<string, Caller>()
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

  /** Server time that is left to this address. */
  workOf(address: string): TokenBucket {
    return this.#callerAt(address).work
  }

  #callerAt(address: string): Caller {
    let caller = this.#byAddress.get(address)
    if (caller === undefined) {
      const work = new TokenBucket(this.#clock, limits.workMsPerSecond, limits.workMsBurst)
      caller = { connections: 0, work }
      this.#byAddress.set(address, caller)
    }
    return caller
  }

  /** Not before its debt is paid: hanging up and coming back must not settle it. */
  #forget(address: string): void {
    const caller = this.#byAddress.get(address)
    if (caller === undefined || caller.connections > 0) return
    if (caller.work.isFull) this.#byAddress.delete(address)
    else this.#clock.after(limits.queueSampleMs * 10, () => this.#forget(address))
  }
}
