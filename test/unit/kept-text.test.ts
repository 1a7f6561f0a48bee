// Which refusals take a document's text out of the browser, and which do not. On an IndexedDB in memory.
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, it } from 'vitest'
import { endAccess } from '../../client/pages/kept-text.ts'
import { remember, roleOfKey } from '../../client/pages/opened-documents.ts'
import { systemClock } from '../../client/sync/clock.ts'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import type { PageStorage } from '../../client/ui/storage.ts'
import { type ErrorCode, errorCodes } from '../../shared/errors.ts'
import { type Key, type Lineage, makeDocumentId, makeKey } from '../../shared/ids.ts'

const id = makeDocumentId()
const [own, edit, other] = [makeKey(), makeKey(), makeKey()]
let storage: PageStorage

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  const items = new Map<string, string>()
  storage = {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  }
  remember(storage, { id, keys: { edit }, title: 'T', openedAt: 1 })
})

/** Opens the document as a tab does, keeps its text, writes what `write` does, and goes. */
async function kept(write: (journal: IndexedDbJournal) => void = () => undefined): Promise<void> {
  const journal = new IndexedDbJournal(id, 'tab', systemClock)
  journal.setOwner({ lineage: 'L'.repeat(16) as Lineage, claims: [], clientId: undefined })
  journal.saveBase({ seq: 1, state: new Uint8Array([1]), title: 'T', language: 'text' }, 0)
  write(journal)
  await journal.close()
}

/** Whether the text is still there, and whether the key still opens it. */
async function after(key: Key, code: ErrorCode): Promise<[boolean, boolean]> {
  await endAccess(storage, { id, key }, code)
  const journal = new IndexedDbJournal(id, 'another tab', systemClock)
  const { base } = await journal.load(() => 1)
  await journal.close()
  return [base !== undefined, roleOfKey(storage, id, edit) !== undefined]
}

it.each(['forbidden', 'deleted'] as const)('the text goes with the last key: %s', async (code) => {
  await kept()
  expect(await after(edit, code)).toEqual([false, false])
})

it.each((Object.keys(errorCodes) as ErrorCode[]).filter((code) => code !== 'forbidden' && code !== 'deleted'))(
  'any other refusal leaves everything as it was: %s',
  async (code) => {
    await kept()
    expect(await after(edit, code)).toEqual([true, true])
  },
)

it('a wrong key takes nothing from who has a right one, nor does one of several', async () => {
  await kept()
  expect(await after(other, 'forbidden')).toEqual([true, true])
  remember(storage, { id, keys: { own } })
  expect(await after(own, 'forbidden')).toEqual([true, true])
  expect(await after(edit, 'forbidden')).toEqual([false, false])
})

it('a deleted document is gone for every key', async () => {
  remember(storage, { id, keys: { own } })
  await kept()
  expect((await after(own, 'deleted'))[0]).toBe(false)
})

it('text that was never saved, in whichever tab, keeps what it stands on, and its key', async () => {
  await kept((journal) => journal.add({ n: 1, bytes: new Uint8Array([0, 0]), at: 1 }))
  await endAccess(storage, { id, key: edit }, 'forbidden')
  expect(await after(edit, 'deleted')).toEqual([true, true])
})
