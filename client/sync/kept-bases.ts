// How much this browser keeps of documents that it has opened, and for how long. Unsaved text is not counted and not dropped
// by itself: what it stands on stays with it.
import { limits } from '../../shared/limits.ts'
import { type JournalDatabase, openWrite, quiet, type Write, withPrefix } from './journal-database.ts'

type KeptBase = { key: [string, string]; bytes: number }

/** Newest first; their states are not read. */
async function list(write: Write): Promise<KeptBase[]> {
  const bases: KeptBase[] = []
  let cursor = await write.objectStore('bases').index('byAge').openKeyCursor(null, 'prev')
  while (cursor !== null) {
    bases.push({ key: cursor.primaryKey, bytes: cursor.key[1] })
    cursor = await cursor.continue()
  }
  return bases
}

/** Whether this browser holds text of the document that the server has not acknowledged. */
export async function isUnsaved(write: Write, documentId: string): Promise<boolean> {
  const journals = await write.objectStore('journals').getAll(withPrefix(documentId))
  return journals.some(({ unacknowledged }) => unacknowledged.length > 0)
}

/** Drops those of these that nothing unsaved stands on; returns how many. */
async function drop(write: Write, bases: readonly KeptBase[]): Promise<number> {
  let count = 0
  for (const { key } of bases) {
    if (await isUnsaved(write, key[0])) continue
    quiet(write.objectStore('bases').delete(key))
    count++
  }
  return count
}

/** The oldest bases beyond the bounds go; those of this document, which was just written, stay. */
export async function dropSurplus(write: Write, documentId: string): Promise<void> {
  let bytes = 0
  const surplus = (await list(write)).filter((base, index) => {
    bytes += base.bytes
    return (index >= limits.basesMax || bytes > limits.basesBytesMax) && base.key[0] !== documentId
  })
  await drop(write, surplus)
}

/** The browser gives no more room. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'QuotaExceededError' || (error as { code?: unknown }).code === 22)

/** Drops the older half of other documents' bases. False when there was nothing to drop, or it could not be. */
export async function makeRoom(database: JournalDatabase, documentId: string): Promise<boolean> {
  const write = openWrite(database)
  quiet(write.done)
  try {
    const others = (await list(write)).filter(({ key }) => key[0] !== documentId)
    const count = await drop(write, others.slice(Math.floor(others.length / 2)))
    await write.done
    return count > 0
  } catch {
    return false
  }
}
