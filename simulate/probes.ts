// How long an edit takes to reach the others: now and then one is followed into every other copy. Knows Yjs, no network.
import * as Y from 'yjs'

/** Edits that are followed at a time, and the least pause between two. */
const probesMax = 8
const pauseMs = 40
/** An edit that somebody still waits for after this is not followed any more. */
const followedMsMax = 60_000

type Probe = { client: number; clock: number; at: number; waiting: Set<Y.Doc> }

export class Probes {
  private readonly probes: Probe[] = []
  private readonly docs = new Set<Y.Doc>()
  private readonly seen: (ms: number) => void
  private lastAt = 0

  constructor(seen: (ms: number) => void) {
    this.seen = seen
  }

  /** From now on this copy is listened to; returns what ends that. */
  watch(doc: Y.Doc): () => void {
    const listen = (transaction: Y.Transaction) => {
      if (!transaction.local) this.arrived(doc)
    }
    this.docs.add(doc)
    doc.on('afterTransaction', listen)
    return () => {
      doc.off('afterTransaction', listen)
      this.docs.delete(doc)
      for (const probe of this.probes) probe.waiting.delete(doc)
    }
  }

  /** Text was just typed in this copy. */
  typed(doc: Y.Doc): void {
    const at = performance.now()
    this.forgetDone(at)
    if (at - this.lastAt < pauseMs || this.probes.length >= probesMax) return
    this.lastAt = at
    const waiting = new Set(this.docs)
    waiting.delete(doc)
    this.probes.push({ client: doc.clientID, clock: Y.getState(doc.store, doc.clientID), at, waiting })
  }

  private arrived(doc: Y.Doc): void {
    for (const { client, clock, at, waiting } of this.probes) {
      if (!waiting.has(doc) || Y.getState(doc.store, client) < clock) continue
      waiting.delete(doc)
      this.seen(performance.now() - at)
    }
  }

  private forgetDone(now: number): void {
    for (let i = this.probes.length - 1; i >= 0; i--) {
      const { waiting, at } = this.probes[i]!
      if (waiting.size === 0 || now - at > followedMsMax) this.probes.splice(i, 1)
    }
  }
}
