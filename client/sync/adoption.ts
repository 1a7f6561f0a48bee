// How a tab takes over what tabs that are gone left in the browser's database, in one transaction, so that two tabs
// never both do. Knows the database, not the provider.
import { limits } from '../../shared/limits.ts'
import type { ClientClaim } from '../../shared/protocol.ts'
import { type Adopted, type JournalLineage, type Loaded, nothingLoaded } from './journal.ts'
import {
  type BaseRecord,
  type JournalDatabase,
  type JournalRecord,
  quiet,
  type RowRecord,
  withPrefix,
} from './journal-database.ts'
import { isFull } from './kept-bases.ts'
import type { OutboxRow } from './outbox.ts'
import type { RollCall } from './roll-call.ts'

/** The journal that adopts. */
export type Adopter = {
  readonly record: JournalRecord
  now(): number
  readonly rollCall: Pick<RollCall, 'canAsk' | 'alive' | 'fallen'>
  /** Takes rows and claims in, before they are stored; returns its record as it has to be stored with them. */
  takeIn(adopted: Adopted): JournalRecord
  /** They could not be stored after all, and are where they were. */
  giveBack(adopted: Adopted): void
  /** The database would not have it. */
  failed(): void
}

/** Without a channel to ask over, a tab whose timers are throttled to one a minute must not be taken for gone. */
const unaskedLeaseMs = 8 * limits.leaseMs

/** The newest base, and everything of tabs that are gone that belongs on it. */
export async function loadJournal(
  database: JournalDatabase,
  adopter: Adopter,
  nextN: () => number,
  claimsMax: number,
): Promise<Loaded> {
  const { documentId } = adopter.record
  const bases = (await database.getAll('bases', withPrefix(documentId))).sort((a, b) => b.at - a.at)
  const gone = await goneJournals(database, adopter)
  const lineage = lineageToLoad(adopter.record.tabId, gone, bases)
  const adopted = await takeOver(database, adopter, gone, lineage, nextN, claimsMax).catch((error: unknown) => {
    // The base can be shown all the same; the rest stays for later, and without room for a move also where it is.
    adopter.failed()
    const nothing: Adopted = { ...nothingLoaded, lineage }
    return isFull(error) ? readOver(database, gone, nothing, nextN, claimsMax) : nothing
  })
  return { ...adopted, base: bases.find((base) => base.lineage === lineage) }
}

/** As above for a document that is open already; `undefined` when nobody left anything. */
export async function adoptGone(
  database: JournalDatabase,
  adopter: Adopter,
  nextN: () => number,
  claimsMax: number,
): Promise<Adopted | undefined> {
  const gone = await goneJournals(database, adopter)
  if (gone.length === 0) return undefined
  const adopted = await takeOver(database, adopter, gone, adopter.record.lineage, nextN, claimsMax)
  return adopted.rows.length + adopted.acknowledged.length > 0 ? adopted : undefined
}

/** Unacknowledged text decides, this tab's own first: it must be offered even when the document went on without it. */
function lineageToLoad(tabId: string, gone: JournalRecord[], bases: BaseRecord[]): JournalLineage {
  const unsaved = gone.filter((journal) => journal.unacknowledged.length > 0 && journal.lineage !== '')
  const first = unsaved.find((journal) => journal.tabId === tabId) ?? unsaved[0]
  return first?.lineage ?? bases[0]?.lineage ?? ''
}

async function goneJournals(database: JournalDatabase, adopter: Adopter): Promise<JournalRecord[]> {
  const { documentId, journalId, tabId } = adopter.record
  const others = (await database.getAll('journals', withPrefix(documentId))).filter(
    (journal) => journal.journalId !== journalId,
  )
  const { rollCall } = adopter
  const fallen = await rollCall.fallen(others.filter(({ locked }) => locked).map((journal) => journal.journalId))
  const quiet = rollCall.canAsk ? limits.leaseMs : unaskedLeaseMs
  // The machine's clock may have been set back: a lease from the future is no proof of life.
  const isGone = ({ lease, journalId: other }: JournalRecord) => lease === 0 || fallen.has(other)
  const maybeGone = others.filter(
    (other) => isGone(other) || other.tabId === tabId || Math.abs(adopter.now() - other.lease) > quiet,
  )
  const living = await rollCall.alive(maybeGone.filter((other) => !isGone(other)).map((journal) => journal.journalId))
  return maybeGone.filter((journal) => !living.has(journal.journalId))
}

/**
 * What gone tabs left, without taking it from anybody: whoever else does so sends the same updates, which is harmless, but
 * nobody goes on under their ids. It is there again for the next who comes, until somebody has room to take it over.
 */
async function readOver(
  database: JournalDatabase,
  gone: JournalRecord[],
  nothing: Adopted,
  nextN: () => number,
  claimsMax: number,
): Promise<Adopted> {
  const adopted: Adopted = { ...nothing, acknowledged: [], rows: [], claims: [] }
  for (const journal of gone) {
    if (journal.lineage !== nothing.lineage && journal.lineage !== '') continue
    if (adopted.claims.length + journal.claims.length > claimsMax) continue
    take(adopted, await database.getAll('rows', withPrefix(journal.documentId, journal.journalId)), journal, nextN)
    addClaims(adopted.claims, journal.claims)
  }
  return adopted
}

async function takeOver(
  database: JournalDatabase,
  adopter: Adopter,
  gone: JournalRecord[],
  lineage: JournalLineage,
  nextN: () => number,
  claimsMax: number,
): Promise<Adopted> {
  const adopted: Adopted = { lineage, acknowledged: [], rows: [], claims: [], ownClientId: undefined }
  if (gone.length === 0) return adopted
  const transaction = database.transaction(['journals', 'rows'], 'readwrite')
  quiet(transaction.done)
  const journals = transaction.objectStore('journals')
  const rows = transaction.objectStore('rows')
  const { documentId, journalId, tabId } = adopter.record
  const moved: RowRecord[] = []
  for (const seen of gone) {
    const journal = await journals.get([documentId, seen.journalId])
    // Another tab was faster, or its owner woke up in between.
    if (journal === undefined || journal.lease !== seen.lease) continue
    const fits = adopted.claims.length + journal.claims.length <= claimsMax
    const matters = journal.unacknowledged.length > 0
    if (matters && !(fits && (journal.lineage === lineage || journal.lineage === ''))) continue
    if (matters || journal.lineage === lineage) {
      // Also what is acknowledged to the last row: the base may not have it yet.
      const left = await rows.getAll(withPrefix(documentId, seen.journalId))
      moved.push(...take(adopted, left, journal, nextN))
    }
    if (matters) addClaims(adopted.claims, journal.claims)
    if (journal.tabId === tabId) adopted.ownClientId = journal.clientId
    if (journal.tabId === tabId) addClaims(adopted.claims, journal.claims)
    await rows.delete(withPrefix(documentId, seen.journalId))
    await journals.delete([documentId, seen.journalId])
  }
  for (const row of moved) await rows.put({ ...row, journalId })
  if (moved.length === 0) {
    await transaction.done
    return adopted
  }
  const record = adopter.takeIn(adopted)
  try {
    quiet(journals.put(record))
    await transaction.done
    return adopted
  } catch (error) {
    adopter.giveBack(adopted)
    throw error
  }
}

/** Numbers the rows anew and sorts them into acknowledged and not; returns them as they have to be stored. */
function take(adopted: Adopted, left: RowRecord[], journal: JournalRecord, nextN: () => number): RowRecord[] {
  const unacknowledged = new Set(journal.unacknowledged)
  return left.map((row) => {
    const moved: OutboxRow = { n: nextN(), bytes: row.bytes, at: row.at }
    if (unacknowledged.has(row.n)) adopted.rows.push(moved)
    else adopted.acknowledged.push(row.bytes)
    return { ...row, ...moved }
  })
}

function addClaims(claims: ClientClaim[], more: readonly ClientClaim[]): void {
  for (const claim of more) if (!claims.some(({ id }) => id === claim.id)) claims.push(claim)
}
