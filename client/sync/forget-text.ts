// Taking the text of a document out of this browser, whether or not it is open somewhere in it.
import { openJournalDatabase, openWrite, quiet, type Write, withPrefix } from './journal-database.ts'
import { isUnsaved } from './kept-bases.ts'

/** Whether this browser holds text of a document that the server has not acknowledged. */
export const hasUnsavedText = (documentId: string): Promise<boolean> =>
  inDatabase((write) => isUnsaved(write, documentId))

/** Access has ended: the text goes from this browser, unless some of it was never saved. */
export const dropBases = (documentId: string): Promise<void> =>
  inDatabase(async (write) => {
    if (await isUnsaved(write, documentId)) return
    quiet(write.objectStore('bases').delete(withPrefix(documentId)))
    quiet(write.objectStore('rows').delete(withPrefix(documentId)))
  })

/** By the person's wish: nothing of the document stays in this browser, saved or not. */
export const forgetText = (documentId: string): Promise<void> =>
  inDatabase(async (write) => {
    for (const table of ['bases', 'journals', 'rows', 'aside'] as const) {
      quiet(write.objectStore(table).delete(withPrefix(documentId)))
    }
  })

/** Rejects where the browser stores nothing. */
async function inDatabase<T>(work: (write: Write) => Promise<T>): Promise<T> {
  const database = await openJournalDatabase(() => undefined)
  try {
    const write = openWrite(database)
    quiet(write.done)
    const result = await work(write)
    await write.done
    return result
  } finally {
    database.close()
  }
}
