// Which tabs of this browser live: asked by name over a BroadcastChannel, because a lease alone cannot tell a tab whose
// timers the browser throttles from one that is gone (and plain http has no navigator.locks).
import { limits } from '../../shared/limits.ts'
import type { Clock } from './clock.ts'

type RollMessage = { ask: string[] } | { alive: string }

export class RollCall {
  private readonly channel: BroadcastChannel | undefined
  private readonly heard = new Set<string>()
  private readonly name: string
  private readonly clock: Clock

  /** Answers for `name` from now on. */
  constructor(name: string, clock: Clock) {
    this.name = name
    this.clock = clock
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

  close(): void {
    this.channel?.close()
  }

  private hear(message: RollMessage): void {
    if ('alive' in message) this.heard.add(message.alive)
    else if (message.ask.includes(this.name)) this.channel?.postMessage({ alive: this.name } satisfies RollMessage)
  }
}
