// When a room's commits are told to its sessions: at once while that is cheap, else a little later and together. It
// knows seqs and update bytes, and neither sockets nor the document.
import { limits } from '../shared/limits.ts'
import { mergeUpdates } from '../shared/merge.ts'
import type { Seq } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'

/** The commits `from` to `to`, as one update; `author` is set when one session alone wrote them. */
export type Broadcast<Author> = { from: Seq; to: Seq; bytes: Uint8Array; author: Author | undefined }

export class Fanout<Author> {
  readonly #clock: Clock
  readonly #send: (broadcast: Broadcast<Author>) => void
  #waiting: { from: Seq; to: Seq; updates: Uint8Array[]; author: Author | undefined } | undefined
  #earliest = 0
  #cancelTimer: (() => void) | undefined
  #sentSeq: Seq

  /** `send` writes to the sockets; what it costs decides when it is called next. */
  constructor(clock: Clock, seq: Seq, send: (broadcast: Broadcast<Author>) => void) {
    this.#clock = clock
    this.#sentSeq = seq
    this.#send = send
  }

  /** The last seq that was broadcast. */
  get sentSeq(): Seq {
    return this.#sentSeq
  }

  /** Takes a durable commit; broadcasts it now or, with those after it, within fanoutDelayMsMax. */
  add(seq: Seq, updates: readonly Uint8Array[], author: Author | undefined): void {
    if (this.#waiting === undefined) {
      this.#waiting = { from: seq, to: seq, updates: [...updates], author }
    } else {
      this.#waiting.to = seq
      this.#waiting.updates.push(...updates)
      if (this.#waiting.author !== author) this.#waiting.author = undefined
    }
    if (this.#cancelTimer !== undefined) return
    const waitMs = this.#earliest - this.#clock.monotonic()
    if (waitMs <= 0) this.flush()
    else this.#cancelTimer = this.#clock.after(waitMs, () => this.flush())
  }

  /** Broadcasts what waits, whatever the pace. */
  flush(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    const start = this.#clock.monotonic()
    const bytes = mergeUpdates(waiting.updates)
    this.#sentSeq = waiting.to
    this.#send({ from: waiting.from, to: waiting.to, bytes, author: waiting.author })
    const end = this.#clock.monotonic()
    this.#earliest = end + Math.min(limits.fanoutDelayMsMax, limits.fanoutPaceFactor * (end - start))
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#waiting = undefined
  }
}
