// Those whose changes wait for a batch, in the order in which they came. Knows no store and no clock.
import type { CommitSource } from './commit-source.ts'

/** A source and how much of it waits; submitted again before its batch it is one entry. */
export type CommitEntry = { readonly source: CommitSource; bytes: number; parts: number }

export class CommitLine {
  readonly #entries = new Map<CommitSource, CommitEntry>()

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** The lowest `notBefore` of all that wait, ms; Infinity when nobody does. */
  get soonest(): number {
    let soonest = Number.POSITIVE_INFINITY
    for (const source of this.#entries.keys()) soonest = Math.min(soonest, source.notBefore ?? 0)
    return soonest
  }

  add(source: CommitSource, bytes: number, parts: number): void {
    const entry = this.#entries.get(source)
    if (entry === undefined) this.#entries.set(source, { source, bytes, parts })
    else {
      entry.bytes += bytes
      entry.parts += parts
    }
  }

  /** Takes out those that are ready at `until`, as many as fit into `bytesMax` together; the first always does. */
  take(until: number, bytesMax: number): CommitEntry[] {
    const taken: CommitEntry[] = []
    let bytes = 0
    for (const entry of this.#entries.values()) {
      const isReady = (entry.source.notBefore ?? 0) <= until
      if (!isReady || (bytes > 0 && bytes + entry.bytes > bytesMax)) continue
      bytes += entry.bytes
      taken.push(entry)
      this.#entries.delete(entry.source)
    }
    return taken
  }

  takeAll(): CommitEntry[] {
    return this.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  }
}
