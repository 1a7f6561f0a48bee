// Which commits of the document this client has [B4]. Pure bookkeeping: knows no bytes and no connection.
import type { Seq } from '../../shared/protocol.ts'

/** What to do with a broadcast: apply it, ignore it (had it), or join again because something is missing. */
export type BroadcastVerdict = 'apply' | 'ignore' | 'gap'

export class SeqLedger {
  private lastSeq: Seq = 0
  /** Commits above `last` that hold nothing but this client's own updates. */
  private readonly own = new Set<Seq>()

  /** Everything up to here is in the document. */
  get last(): Seq {
    return this.lastSeq
  }

  /** A join answer: everything up to `seq` is there. May go back, when the server answers from disk [J10]. */
  reset(seq: Seq): void {
    this.lastSeq = seq
    for (const one of this.own) if (one <= seq) this.own.delete(one)
    this.fill()
  }

  /** A new connection: what was acknowledged on the old one is in the next join's answer. */
  forgetOwn(): void {
    this.own.clear()
  }

  /**
   * An own update was acknowledged in commit `seq`. Only a commit that nobody else wrote in may be filled in: another
   * one still has to come as a broadcast, with the others' text.
   */
  acknowledged(seq: Seq, alone: boolean): void {
    if (!alone || seq <= this.lastSeq) return
    this.own.add(seq)
    this.fill()
  }

  /** Judges a broadcast of the commits `from`–`to`, and counts it as had when the verdict is `apply`. */
  broadcast(from: Seq, to: Seq): BroadcastVerdict {
    if (to <= this.lastSeq) return 'ignore'
    if (from > this.lastSeq + 1) return 'gap'
    this.lastSeq = to
    for (const one of this.own) if (one <= to) this.own.delete(one)
    this.fill()
    return 'apply'
  }

  /** Whether the server has broadcast something that this client does not have [B6]. */
  isBehind(seq: Seq): boolean {
    return seq > this.lastSeq
  }

  private fill(): void {
    while (this.own.delete(this.lastSeq + 1)) this.lastSeq++
  }
}
