// The journal's writes: queued in the order they are asked for, and everything that waits goes into one transaction, so that
// a burst of typing costs a few of them. Knows what a full storage is, and nothing of what is written.
import { limits } from '../../shared/limits.ts'
import type { JournalDatabase, JournalRecord } from './journal-database.ts'
import { commitSteps, type Step } from './journal-steps.ts'
import { isFull, makeRoom } from './kept-bases.ts'

export type WriteHost = {
  /** Of the journal as it is now. */
  record(): JournalRecord
  readonly unacknowledged: ReadonlySet<number>
  /** Whether what was asked for is written, or cannot be. */
  kept(kept: boolean): void
}

export class WriteQueue {
  /** What transactions that run at the moment will say is unacknowledged. */
  readonly saying = new Set<Set<number>>()
  private readonly database: Promise<JournalDatabase | undefined>
  private readonly documentId: string
  private readonly host: WriteHost
  private steps: Step[] = []
  /** There was no room for the newest base. */
  private givenUp: Step | undefined
  /** Steps are lost that later ones stand on, until a base is written. */
  private isTorn = false
  /** Those of the steps that can be done without. */
  private readonly baseSteps = new WeakSet<Step>()
  private writing: Promise<void> | undefined

  constructor(database: Promise<JournalDatabase | undefined>, documentId: string, host: WriteHost) {
    this.database = database
    this.documentId = documentId
    this.host = host
  }

  /** `isBase`: nobody typed what it keeps, so it goes when there is no room. */
  push(step: Step, isBase: boolean): void {
    if (isBase) {
      this.baseSteps.add(step)
      this.forgetBase()
    }
    this.steps.push(step)
    this.writing ??= this.writeAll()
  }

  /** A base for which there was no room is tried again with the next write: what is typed can only be shown on top of it. */
  retryBase(): void {
    if (this.givenUp !== undefined) this.steps.unshift(this.givenUp)
    this.forgetBase()
  }

  /** A base that waits for room is not wanted any more. */
  forgetBase(): void {
    this.givenUp = undefined
  }

  /** Without waiting for the end of an earlier transaction. */
  writeNow(database: JournalDatabase): void {
    if (this.steps.length > 0) void this.writeWaiting(database)
  }

  /** Resolves when everything so far is written, or cannot be. */
  async flushed(): Promise<void> {
    while (this.writing !== undefined) await this.writing
  }

  private async writeAll(): Promise<void> {
    const database = await this.database
    while (this.steps.length > 0) {
      if (database === undefined) this.steps = []
      else if (!(await this.writeWaiting(database))) break
    }
    this.writing = undefined
  }

  /** Everything that waits, in one transaction; false when it could not be written. */
  private async writeWaiting(database: JournalDatabase): Promise<boolean> {
    const { steps } = this
    this.steps = []
    try {
      await this.writeSteps(database, steps)
      if (steps.some((step) => this.baseSteps.has(step))) this.isTorn = false
      this.host.kept(!this.isTorn)
      return true
    } catch (error) {
      // Full, forbidden or closed: the save state says so. The steps go first the next time, since later ones stand
      // on them; when there are too many, storage has failed for good and everything lives on in memory only.
      this.isTorn ||= steps.length >= 2 * limits.journalRowsMax
      this.steps = steps.length < 2 * limits.journalRowsMax ? [...steps, ...this.steps] : []
      if (isFull(error) && (await this.makeRoom(database))) return true
      this.host.kept(false)
      return false
    }
  }

  /** What nobody typed goes first: other documents' bases, then this one's. False when that did not help. */
  private async makeRoom(database: JournalDatabase): Promise<boolean> {
    if (await makeRoom(database, this.documentId)) return true
    const needed = this.steps.filter((step) => !this.baseSteps.has(step))
    const isLess = needed.length < this.steps.length
    this.givenUp = this.steps.findLast((step) => this.baseSteps.has(step)) ?? this.givenUp
    this.steps = needed
    return isLess
  }

  private async writeSteps(database: JournalDatabase, steps: readonly Step[]): Promise<void> {
    // As it is with these steps: what happens meanwhile is in the next transaction, which may never come.
    const unacknowledged = new Set(this.host.unacknowledged)
    this.saying.add(unacknowledged)
    try {
      await commitSteps(database, steps, () => ({ ...this.host.record(), unacknowledged: [...unacknowledged] }))
    } finally {
      this.saying.delete(unacknowledged)
    }
  }
}
