// Which tabs of this browser live. A lease alone cannot tell a tab whose timers the browser throttles from one that is
// gone. Where the browser has locks (only over HTTPS or on localhost), a living tab holds one, and it falls when the tab
// does, however that ends; everywhere, tabs are asked by name over a BroadcastChannel.
import { limits } from '../../shared/limits.ts'
import type { Clock } from './clock.ts'

type RollMessage = { ask: string[] } | { alive: string }

const lockOf = (name: string): string => `scriptorium.${name}`

export class RollCall {
  /** This tab's lock stands: from now on its absence says that the tab is gone. */
  isLocked = false
  private readonly channel: BroadcastChannel | undefined
  private readonly locks: LockManager | undefined
  private readonly heard = new Set<string>()
  private readonly name: string
  private readonly clock: Clock
  private unlock: () => void = () => undefined
  private closed = false

  /** Answers for `name` from now on. */
  constructor(name: string, clock: Clock) {
    this.name = name
    this.clock = clock
    this.locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks
    this.locks?.request(lockOf(name), () => this.hold()).catch(() => undefined)
    if (typeof BroadcastChannel !== 'function') return
    this.channel = new BroadcastChannel('scriptorium')
    this.channel.onmessage = (event) => this.hear((event as MessageEvent<RollMessage>).data)
  }

  /** Whether asking means anything here. */
  get canAsk(): boolean {
    return this.channel !== undefined
  }

  /** Those of the names that answer within `limits.aliveAnswerMs`. */
  async alive(names: string[]): Promise<Set<string>> {
    if (this.channel === undefined || names.length === 0) return new Set()
    for (const name of names) this.heard.delete(name)
    this.channel.postMessage({ ask: names } satisfies RollMessage)
    await new Promise<void>((resolve) => this.clock.after(limits.aliveAnswerMs, resolve))
    return new Set(names.filter((name) => this.heard.has(name)))
  }

  /** Those of the names, each of which had its lock once, that hold it no more: they are gone for certain. */
  async fallen(names: string[]): Promise<Set<string>> {
    if (this.locks === undefined || names.length === 0) return new Set()
    const standing = await this.locks.query().catch(() => undefined)
    const held = new Set(standing?.held?.map((lock) => lock.name))
    return new Set(standing && names.filter((name) => !held.has(lockOf(name))))
  }

  close(): void {
    this.closed = true
    this.unlock()
    this.channel?.close()
  }

  /** The lock stands until this resolves. */
  private hold(): Promise<void> | undefined {
    if (this.closed) return undefined
    this.isLocked = true
    return new Promise((resolve) => {
      this.unlock = resolve
    })
  }

  private hear(message: RollMessage): void {
    if ('alive' in message) this.heard.add(message.alive)
    else if (message.ask.includes(this.name)) this.channel?.postMessage({ alive: this.name } satisfies RollMessage)
  }
}
