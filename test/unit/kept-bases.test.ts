// What a browser keeps of whole documents: how many, how much, and what goes when. On an IndexedDB in memory.
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../client/sync/clock.ts'
import { dropBases, forgetText, hasUnsavedText } from '../../client/sync/forget-text.ts'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import { openJournalDatabase } from '../../client/sync/journal-database.ts'
import type { Lineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'

const lineage = 'L'.repeat(16) as Lineage
let now = 0
const clock = { ...systemClock, now: () => now }
let open: IndexedDbJournal[] = []
const put = IDBObjectStore.prototype.put

beforeEach(() => {
  now = 1_000_000
  globalThis.indexedDB = new IDBFactory()
})
afterEach(async () => {
  IDBObjectStore.prototype.put = put
  await Promise.all(open.map((journal) => journal.crash()))
  open = []
})

function journalOf(documentId: string): IndexedDbJournal {
  const journal = new IndexedDbJournal(documentId, `tab of ${documentId}`, clock)
  journal.setOwner({ lineage, claims: [], clientId: undefined })
  open.push(journal)
  return journal
}

const baseOf = (bytes: number) => ({ seq: 1, state: new Uint8Array(bytes), title: 'T', language: 'python' as const })
const row = (n: number) => ({ n, bytes: new Uint8Array([n]), at: n })

/** Opens a document, a moment later than the last one; keeps its base. */
async function keep(documentId: string, bytes = 1): Promise<IndexedDbJournal> {
  now++
  const journal = journalOf(documentId)
  journal.saveBase(baseOf(bytes), 0)
  await journal.flushed()
  return journal
}

async function keptDocuments(): Promise<string[]> {
  const database = await openJournalDatabase(() => undefined)
  const keys = await database.getAllKeys('bases')
  database.close()
  return keys.map(([documentId]) => documentId)
}

async function rowCount(): Promise<number> {
  const database = await openJournalDatabase(() => undefined)
  const count = await database.count('rows')
  database.close()
  return count
}

/** From now on the browser refuses whatever this says, as one without room does. */
function refuse(isTooMuch: (value: { state?: Uint8Array }) => boolean): void {
  IDBObjectStore.prototype.put = function (value, ...rest) {
    if (isTooMuch(value)) throw new DOMException('full', 'QuotaExceededError')
    return put.call(this, value, ...rest)
  }
}

it('the oldest base beyond the greatest number goes, but not one that unsaved text stands on', async () => {
  const unsaved = await keep('unsaved')
  unsaved.add(row(1))
  await unsaved.flushed()
  for (const name of ['first', 'second']) await keep(name)
  for (let i = 3; i < limits.basesMax; i++) await keep(`more ${i}`)
  expect((await keptDocuments()).length).toBe(limits.basesMax)
  await keep('one too many')
  await keep('and another')
  const kept = await keptDocuments()
  expect(kept).toEqual(expect.arrayContaining(['unsaved', 'one too many', 'and another']))
  expect(kept).not.toContain('first')
  expect(kept.length).toBe(limits.basesMax + 1)
})

it('the oldest bases beyond the greatest size go; the one just written stays, however large', async () => {
  const third = limits.basesBytesMax / 3
  for (const name of ['a', 'b', 'c']) await keep(name, third)
  expect(await keptDocuments()).toEqual(['a', 'b', 'c'])
  await keep('d', third)
  expect(await keptDocuments()).toEqual(['b', 'c', 'd'])
  await keep('huge', limits.basesBytesMax + 1)
  expect(await keptDocuments()).toEqual(['huge'])
})

it('without room, other documents go first, the oldest before the newer; what is typed is kept', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await keep(name)
  let refusals = 2
  refuse(() => refusals-- > 0)
  const journal = journalOf('typed')
  journal.add(row(1))
  await journal.flushed()
  expect([journal.kept, await rowCount()]).toEqual([true, 1])
  expect(await keptDocuments()).toEqual(['d'])
})

it('a base that never fits is given up, and what is typed is kept all the same', async () => {
  await keep('other')
  refuse(({ state }) => state !== undefined && state.length > 100)
  const journal = journalOf('large')
  journal.saveBase(baseOf(1_000), 0)
  journal.add(row(1))
  await journal.flushed()
  journal.add(row(2))
  await journal.flushed()
  expect([journal.kept, await rowCount(), await keptDocuments()]).toEqual([true, 2, []])
})

it('where not even a letter fits, nothing is called kept, and it is written once there is room', async () => {
  refuse(() => true)
  const journal = journalOf('letter')
  journal.add(row(1))
  await journal.flushed()
  expect([journal.kept, await rowCount()]).toEqual([false, 0])
  IDBObjectStore.prototype.put = put
  journal.add(row(2))
  await journal.flushed()
  expect([journal.kept, await rowCount()]).toEqual([true, 2])
})

it('after so many failures that changes were given up, nothing is called kept until a base has them', async () => {
  refuse(() => true)
  const journal = journalOf('torn')
  for (let n = 1; n <= 2 * limits.journalRowsMax; n++) journal.add(row(n))
  await journal.flushed()
  IDBObjectStore.prototype.put = put
  const next = 2 * limits.journalRowsMax + 1
  journal.add(row(next))
  await journal.flushed()
  expect(journal.kept).toBe(false)
  journal.saveBase(baseOf(1), next)
  await journal.flushed()
  expect(journal.kept).toBe(true)
})

it('with the access the text goes, unless some of it was never saved', async () => {
  const typed = await keep('typed')
  typed.add(row(1))
  const read = await keep('read')
  read.received(new Uint8Array([7]), 1)
  read.add(row(2))
  read.acknowledged([row(2)])
  await Promise.all([typed.flushed(), read.flushed()])
  expect([await hasUnsavedText('typed'), await hasUnsavedText('read')]).toEqual([true, false])
  for (const name of ['typed', 'read']) await dropBases(name)
  expect([await keptDocuments(), await rowCount()]).toEqual([['typed'], 1])
})

it('what is forgotten is gone whole: saved, unsaved, set aside; other documents stay', async () => {
  const gone = await keep('gone')
  const stays = await keep('stays')
  for (const journal of [gone, stays]) journal.add(row(1))
  const refusal = { code: 'invalid' as const, message: 'no' }
  const aside = journalOf('gone')
  aside.setAside({ id: 'aside', documentId: 'gone', at: 1, refusal, text: 'secret' }, false)
  await Promise.all([gone, stays, aside].map((journal) => journal.flushed()))
  await Promise.all([gone.crash(), aside.crash()])
  await forgetText('gone')
  expect([await keptDocuments(), await rowCount(), await hasUnsavedText('gone')]).toEqual([['stays'], 1, false])
  expect(await journalOf('gone').listAside()).toEqual([])
})

it('what was kept by the first shape of the database is there in the second', async () => {
  const first = await openDB('scriptorium', 1, {
    upgrade(database) {
      database.createObjectStore('bases', { keyPath: ['documentId', 'lineage'] })
      database.createObjectStore('journals', { keyPath: ['documentId', 'journalId'] })
      database.createObjectStore('rows', { keyPath: ['documentId', 'journalId', 'n'] })
      database.createObjectStore('aside', { keyPath: ['documentId', 'id'] })
    },
  })
  const state = new Uint8Array([1, 2, 3])
  await first.put('bases', { documentId: 'old', lineage, seq: 4, state, title: 'T', at: 1 })
  first.close()
  const { base } = await journalOf('old').load(() => 1)
  expect(base).toMatchObject({ seq: 4, state, title: 'T', language: 'markdown', bytes: 3 })
})
