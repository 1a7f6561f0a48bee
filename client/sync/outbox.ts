// Local updates that the server has not acknowledged, in order. Pure: knows no document, no connection and no storage.
import { limits } from '../../shared/limits.ts'
import { mergeUpdates } from '../../shared/merge.ts'

/** One local change as it stands in the journal. `n` counts up; `at`: ms since epoch; `bytes`: a Yjs v1 update. */
export type OutboxRow = { n: number; bytes: Uint8Array; at: number }

/** Rows on their way together: one update on the wire. */
export type Packet = { rows: OutboxRow[]; bytes: Uint8Array }

/** An update without structures and deletions, as Yjs encodes it: two zero counts. */
export const isEmptyUpdate = (bytes: Uint8Array): boolean => bytes.length === 2 && bytes[0] === 0 && bytes[1] === 0

export class Outbox {
  private pending: OutboxRow[] = []
  private inFlight: Packet[] = []
  private lastN = 0

  /** The next number for a row, or for any other row of the same journal. */
  nextN(): number {
    return ++this.lastN
  }

  add(bytes: Uint8Array, at: number): OutboxRow {
    const row = { n: this.nextN(), bytes, at }
    this.pending.push(row)
    return row
  }

  /** Takes in rows of an earlier life of this or another tab, numbered by `nextN`. */
  restore(rows: readonly OutboxRow[]): void {
    this.pending = [...rows, ...this.pending]
  }

  get count(): number {
    return this.inFlight.reduce((sum, packet) => sum + packet.rows.length, this.pending.length)
  }

  get inFlightCount(): number {
    return this.inFlight.length
  }

  /** ms since epoch of the oldest unacknowledged change. */
  get since(): number | undefined {
    const at = this.rows().reduce((oldest, row) => Math.min(oldest, row.at), Number.POSITIVE_INFINITY)
    return Number.isFinite(at) ? at : undefined
  }

  /** Number of the newest change made so far; see `isSettled`. */
  get newestN(): number {
    return this.lastN
  }

  /** Whether nothing up to that number is unacknowledged. */
  isSettled(n: number): boolean {
    const isLater = (row: OutboxRow) => row.n > n
    return this.inFlight.every(({ rows }) => rows.every(isLater)) && this.pending.every(isLater)
  }

  /** Everything unacknowledged, oldest first. */
  rows(): OutboxRow[] {
    return [...this.inFlight.flatMap((packet) => packet.rows), ...this.pending]
  }

  /**
   * Takes what waits, merged into one update of at most `bytesMax`, as being on its way. `undefined`: nothing waits, or
   * the line is full; what comes meanwhile merges with it.
   */
  take(bytesMax: number = limits.stateBytesMax): Packet | undefined {
    if (this.pending.length === 0 || this.inFlight.length >= limits.updatesInFlightMax) return undefined
    let count = 1
    let bytes = this.pending[0]!.bytes.length
    while (count < this.pending.length && bytes + this.pending[count]!.bytes.length <= bytesMax) {
      bytes += this.pending[count++]!.bytes.length
    }
    const rows = this.pending.splice(0, count)
    const packet = { rows, bytes: mergeUpdates(rows.map((row) => row.bytes)) }
    this.inFlight.push(packet)
    return packet
  }

  /** The packet is durable. False: it is not on its way any more (answered late, on an older join). */
  settle(packet: Packet): boolean {
    const index = this.inFlight.indexOf(packet)
    if (index === -1) return false
    this.inFlight.splice(index, 1)
    return true
  }

  /** The line was cut, or a join begins: everything on its way waits again, in order. Sending twice is harmless [U5]. */
  takeBack(): void {
    this.pending = this.rows()
    this.inFlight = []
  }

  /**
   * Folds what waits into one row once there are too many; returns what a journal has to change, or `undefined`. Rows
   * on their way stay as they are.
   */
  fold(): { added: OutboxRow; removed: OutboxRow[] } | undefined {
    if (this.pending.length < limits.outboxRowsMax) return undefined
    const removed = this.pending
    const at = Math.min(...removed.map((row) => row.at))
    // With a higher number `isSettled` would be true of changes that are in this very row.
    const n = Math.min(...removed.map((row) => row.n))
    const added = { n, bytes: mergeUpdates(removed.map((row) => row.bytes)), at }
    this.pending = [added]
    return { added, removed: removed.filter((row) => row.n !== n) }
  }
}
