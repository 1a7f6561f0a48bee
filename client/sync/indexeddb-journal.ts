// The journal in IndexedDB. Knows no document and no connection; how writes become transactions is in write-queue.
//
// What is where: `bases` has the last state of which every letter was acknowledged. It is shared by all tabs, so it may
// never contain what is unacknowledged: another tab would load that as if the server had it. What comes after the base
// (remote, acknowledged and own updates) is appended to the tab's rows, since an unacknowledged update can only be
// applied on top of all that was there when it was made; a record beside them lists which rows are unacknowledged.

import { limits } from '../../shared/limits.ts'
import { type Adopter, adoptGone, loadJournal } from './adoption.ts'
import type { Clock } from './clock.ts'
import {
  type Adopted,
  type Base,
  type Journal,
  type JournalOwner,
  type Loaded,
  nothingLoaded,
  type TextAside,
} from './journal.ts'
import {
  type JournalDatabase,
  type JournalRecord,
  newJournalRecord,
  openJournalDatabase,
  quiet,
  withPrefix,
} from './journal-database.ts'
import { putAside, putBase, putRows, type Step } from './journal-steps.ts'
import type { OutboxRow } from './outbox.ts'
import { RollCall } from './roll-call.ts'
import { WriteQueue } from './write-queue.ts'

export class IndexedDbJournal implements Journal {
  kept = true
  onKept: () => void = () => undefined
  private readonly documentId: string
  private readonly clock: Clock
  private readonly rollCall: RollCall
  private readonly database: Promise<JournalDatabase | undefined>
  /** The same, once it is open. */
  private opened: JournalDatabase | undefined
  private record: JournalRecord
  private readonly unacknowledged = new Set<number>()
  /** Rows in the database or on their way there. */
  private written = 0
  /** Received updates that no local update stands on yet. */
  private unwritten: OutboxRow[] = []
  private readonly queue: WriteQueue
  private stopLease: () => void = () => undefined
  private closed = false
  /** What is here is for others to send. */
  private left = false

  /** `tabId`: the same before and after a reload of one tab. */
  constructor(documentId: string, tabId: string, clock: Clock) {
    this.documentId = documentId
    this.clock = clock
    this.record = newJournalRecord(documentId, tabId)
    this.rollCall = new RollCall(this.record.journalId, clock)
    const open = async () => {
      this.opened = await openJournalDatabase(() => this.setKept(false))
      return this.opened
    }
    this.database = open().catch(() => {
      this.setKept(false)
      return undefined
    })
    this.queue = new WriteQueue(this.database, documentId, {
      record: () => this.record,
      unacknowledged: this.unacknowledged,
      kept: (kept) => this.setKept(kept),
    })
    this.renewLease()
  }

  get rowCount(): number {
    return this.written + this.unwritten.length
  }

  async load(nextN: () => number): Promise<Loaded> {
    const claimsMax = limits.clientsPerJoinMax - 2
    return this.read((database) => loadJournal(database, this.adopter(), nextN, claimsMax), nothingLoaded)
  }

  async adopt(nextN: () => number, claimsMax: number): Promise<Adopted | undefined> {
    return this.read((database) => adoptGone(database, this.adopter(), nextN, claimsMax), undefined)
  }

  setOwner(owner: JournalOwner): void {
    this.record = { ...this.record, ...owner }
    this.renew()
  }

  add(row: OutboxRow): void {
    const rows = [...this.unwritten, row]
    this.unwritten = []
    this.unacknowledged.add(row.n)
    this.written += rows.length
    this.write((transaction) => putRows(transaction, this.record, rows))
  }

  received(bytes: Uint8Array, n: number): void {
    // Who adopted what this stands on has it, too.
    if (this.left && this.unacknowledged.size > 0) return
    const row = { n, bytes, at: this.clock.now() }
    if (this.unacknowledged.size === 0) {
      this.unwritten.push(row)
      return
    }
    this.written++
    this.write((transaction) => putRows(transaction, this.record, [row]))
  }

  acknowledged(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.unacknowledged.delete(row.n)
    this.write(() => undefined)
  }

  fold(added: OutboxRow, removed: readonly OutboxRow[]): void {
    for (const row of removed) this.unacknowledged.delete(row.n)
    this.unacknowledged.add(added.n)
    this.written -= removed.length
    const { documentId, journalId } = this.record
    this.write((transaction) => {
      putRows(transaction, this.record, [added])
      for (const { n } of removed) quiet(transaction.objectStore('rows').delete([documentId, journalId, n]))
    })
  }

  saveBase(base: Base, n: number): void {
    this.unwritten = this.unwritten.filter((row) => row.n > n)
    this.written = 0
    const { documentId, lineage, journalId } = this.record
    const record = { documentId, lineage, ...base, at: this.clock.now(), bytes: base.state.length }
    this.write((transaction) => putBase(transaction, journalId, record, n), { isBase: true })
  }

  setAside(text: TextAside, dropBase: boolean): void {
    this.unacknowledged.clear()
    this.unwritten = []
    this.written = 0
    this.queue.forgetBase()
    const { documentId, lineage, journalId } = this.record
    this.write(async (transaction) => {
      quiet(transaction.objectStore('rows').delete(withPrefix(documentId, journalId)))
      if (dropBase) quiet(transaction.objectStore('bases').delete([documentId, lineage]))
      await putAside(transaction, text)
    })
  }

  async listAside(): Promise<TextAside[]> {
    const all = await this.read((database) => database.getAll('aside', withPrefix(this.documentId)), [])
    return all.sort((a, b) => a.at - b.at)
  }

  async forgetAside(id: string): Promise<void> {
    await this.read((database) => database.delete('aside', [this.documentId, id]), undefined)
  }

  flushed(): Promise<void> {
    return this.queue.flushed()
  }

  release(): void {
    this.endLease()
    // The page may be gone in a moment: what waits must not wait for an earlier transaction's end.
    if (this.opened !== undefined) this.queue.writeNow(this.opened)
  }

  leave(): void {
    if (this.left || this.unacknowledged.size === 0) return
    this.endLease()
    this.left = true
  }

  resume(): void {
    this.stopLease()
    this.renewLease()
    this.renew()
  }

  async close(): Promise<void> {
    if (this.closed) return this.flushed()
    this.endLease()
    await this.crash()
  }

  /** Ends without a word, as a crashed tab does; what is queued is still written. For tests. */
  async crash(): Promise<void> {
    this.closed = true
    this.stopLease()
    await this.flushed()
    this.rollCall.close()
    ;(await this.database)?.close()
  }

  /** Appends a step; every transaction also renews the record and its lease, so that no rows are without one. */
  private write(step: Step, { lease = this.left ? 0 : this.clock.now(), isBase = false } = {}): void {
    if (this.closed) return
    this.record = { ...this.record, lease, locked: this.rollCall.isLocked }
    this.queue.push(step, isBase)
  }

  private adopter(): Adopter {
    return {
      record: this.record,
      now: () => this.clock.now(),
      rollCall: this.rollCall,
      takeIn: (adopted) => this.takeIn(adopted),
      giveBack: ({ rows, acknowledged }) => {
        for (const { n } of rows) this.unacknowledged.delete(n)
        this.written -= rows.length + acknowledged.length
      },
      failed: () => this.setKept(false),
    }
  }

  private takeIn({ rows, acknowledged, ...adopted }: Adopted): JournalRecord {
    // Transactions that were made after the adoption's come after it, and replace its record.
    for (const numbers of [this.unacknowledged, ...this.queue.saying]) for (const { n } of rows) numbers.add(n)
    this.written += rows.length + acknowledged.length
    const known = new Set(this.record.claims.map((claim) => claim.id))
    const claims = [...this.record.claims, ...adopted.claims.filter((claim) => !known.has(claim.id))]
    const lineage = this.record.lineage || adopted.lineage
    this.record = { ...this.record, claims, lineage, lease: this.left ? 0 : this.clock.now() }
    return { ...this.record, unacknowledged: [...this.unacknowledged] }
  }

  private async read<T>(ask: (database: JournalDatabase) => Promise<T>, otherwise: T): Promise<T> {
    try {
      const database = await this.database
      return database === undefined || this.closed ? otherwise : await ask(database)
    } catch {
      this.setKept(false)
      return otherwise
    }
  }

  private endLease(): void {
    this.stopLease()
    this.renew(0)
  }

  private renewLease(): void {
    this.stopLease = this.clock.after(limits.leaseRenewMs, () => {
      if (this.written > 0 && !this.left) this.queue.retryBase()
      this.renew()
      this.renewLease()
    })
  }

  /** Without text of its own there is nothing to own: a reader's journal, and one that is left, stays unwritten. */
  private renew(lease = this.clock.now()): void {
    if (this.written > 0 && !this.left) this.write(() => undefined, { lease })
  }

  private setKept(kept: boolean): void {
    if (this.kept === kept) return
    this.kept = kept
    this.onKept()
  }
}
