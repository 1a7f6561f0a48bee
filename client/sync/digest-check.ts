// Whether this text is the server's, asked when nothing has happened for a while [B7]: state vectors alone cannot see a
// deletion that was missed. Knows no connection.
import type { Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, Seq } from '../../shared/protocol.ts'
import { digestOf } from '../../shared/text.ts'
import type { Clock } from './clock.ts'
import type { LocalCopy } from './local-copy.ts'
import type { SeqLedger } from './seq-ledger.ts'

type DigestAnswer = Answer<{ same: boolean | null }>

export type DigestHost = {
  /** Joined, and nothing unacknowledged. */
  isAtRest(): boolean
  ask(claim: { seq: Seq; digest: string }, answered: (answer: DigestAnswer) => void): void
  rested(): void
  /** The texts differ: join again. */
  differed(): void
  /** They differ again right after that: for good. */
  diverged(refusal: Refusal): void
}

export class DigestCheck {
  private readonly parts: { copy: LocalCopy; ledger: SeqLedger; clock: Clock }
  private readonly host: DigestHost
  private cancelTimer: () => void = () => undefined
  private comparedSeq = -1
  private differedBefore = false

  constructor(parts: { copy: LocalCopy; ledger: SeqLedger; clock: Clock }, host: DigestHost) {
    this.parts = parts
    this.host = host
  }

  /** Waits for rest from now on; asks once per seq. */
  restart(): void {
    this.cancelTimer()
    this.cancelTimer = this.parts.clock.after(limits.digestRestMs, () => this.compare())
  }

  cancel(): void {
    this.cancelTimer()
  }

  private compare(): void {
    if (!this.host.isAtRest()) return
    this.host.rested()
    const seq = this.parts.ledger.last
    if (seq === this.comparedSeq && !this.differedBefore) return
    this.host.ask({ seq, digest: digestOf(this.parts.copy.text) }, (answer) => {
      // What came meanwhile makes the answer one about another text.
      if (!this.host.isAtRest() || seq !== this.parts.ledger.last) return
      if (answer.ok && answer.same !== null) this.compared(seq, answer.same)
    })
  }

  private compared(seq: Seq, same: boolean): void {
    this.comparedSeq = seq
    if (!same && this.differedBefore) {
      const message = 'This text and the one on the server are not the same. Yours is kept; compare the two.'
      this.host.diverged({ code: 'diverged', message })
      return
    }
    this.differedBefore = !same
    if (!same) this.host.differed()
  }
}
