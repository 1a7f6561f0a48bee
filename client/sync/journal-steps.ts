// What the journal writes, as steps of a transaction. Knows nothing of when.
import { limits } from '../../shared/limits.ts'
import type { TextAside } from './journal.ts'
import {
  type BaseRecord,
  type JournalDatabase,
  type JournalRecord,
  openWrite,
  quiet,
  type Write,
  withPrefix,
} from './journal-database.ts'
import { dropSurplus } from './kept-bases.ts'
import type { OutboxRow } from './outbox.ts'

/** One step of a transaction; steps of one transaction are applied in order, all or none. */
export type Step = (write: Write) => void | Promise<void>

/** All of it or nothing. `record`: of the journal, read when everything else was asked for. */
export async function commitSteps(
  database: JournalDatabase,
  steps: readonly Step[],
  record: () => JournalRecord,
): Promise<void> {
  const transaction = openWrite(database)
  quiet(transaction.done)
  try {
    for (const step of steps) await step(transaction)
    quiet(transaction.objectStore('journals').put(record()))
    // Left to itself it ends only after a turn of this page, which may be gone by then, and the text with it.
    transaction.commit()
  } catch (error) {
    // A request that could not even be made: without this, what was made before it would be committed alone.
    transaction.abort()
    throw error
  }
  await transaction.done
}

/** Whose rows they are. */
type Owner = { documentId: string; journalId: string }

export function putRows(write: Write, { documentId, journalId }: Owner, rows: readonly OutboxRow[]): void {
  for (const row of rows) quiet(write.objectStore('rows').put({ documentId, journalId, ...row }))
}

/** A base and, in its favour, no row up to `n`. Another tab may be further: its base covers these rows as well. */
export async function putBase(write: Write, journalId: string, base: BaseRecord, n: number): Promise<void> {
  const { documentId, lineage, seq } = base
  const bases = write.objectStore('bases')
  const covered = IDBKeyRange.bound([documentId, journalId, 0], [documentId, journalId, n])
  quiet(write.objectStore('rows').delete(covered))
  const stored = await bases.get([documentId, lineage])
  if (stored === undefined || stored.seq <= seq) quiet(bases.put(base))
  await dropSurplus(write, documentId)
}

/** A text that was put aside; of one document only the newest are kept. */
export async function putAside(write: Write, text: TextAside): Promise<void> {
  const aside = write.objectStore('aside')
  quiet(aside.put(text))
  const all = await aside.getAll(withPrefix(text.documentId))
  const surplus = all.sort((a, b) => b.at - a.at).slice(limits.textsAsideMax)
  for (const old of surplus) quiet(aside.delete([text.documentId, old.id]))
}
