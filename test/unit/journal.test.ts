// The journal alone, on an IndexedDB in memory; rows are any bytes, the clock is the test's.
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../client/sync/clock.ts'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import { openJournalDatabase } from '../../client/sync/journal-database.ts'
import type { ClientId, ClientToken, Lineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'

const documentId = 'document'
const lineage = 'L'.repeat(16) as Lineage
let ahead = 0
const clock = { ...systemClock, now: () => 1_000_000 + ahead }
let open: IndexedDbJournal[] = []

beforeEach(() => {
  ahead = 0
  globalThis.indexedDB = new IDBFactory()
})
afterEach(async () => {
  await Promise.all(open.map((journal) => journal.crash()))
  open = []
})

function journalOf(tabId: string): IndexedDbJournal {
  const journal = new IndexedDbJournal(documentId, tabId, clock)
  open.push(journal)
  return journal
}

const bytes = (...values: number[]) => new Uint8Array(values)
const row = (n: number) => ({ n, bytes: bytes(n), at: n })
const counter = (from = 100) => {
  let n = from
  return () => n++
}
const owner = (id: number, of: Lineage | '' = lineage) => ({
  lineage: of,
  claims: [{ id: id as ClientId, token: `token${id}` as ClientToken }],
  clientId: id as ClientId,
})

async function crashed(tabId: string, write: (journal: IndexedDbJournal) => void): Promise<void> {
  const journal = journalOf(tabId)
  write(journal)
  await journal.flushed()
  await journal.crash()
}

it('what stood in a crashed journal comes back: base, acknowledged, unacknowledged, ids', async () => {
  await crashed('tab', (journal) => {
    journal.setOwner(owner(7))
    journal.saveBase({ seq: 3, state: bytes(3), title: 'T', language: 'markdown' }, 0)
    journal.received(bytes(50), 1)
    journal.add(row(2))
    journal.received(bytes(51), 3)
    journal.add(row(4))
    journal.acknowledged([row(2)])
  })
  const loaded = await journalOf('tab').load(counter())
  expect(loaded.base).toMatchObject({ seq: 3, state: bytes(3), title: 'T', language: 'markdown' })
  expect(loaded.acknowledged).toEqual([bytes(50), bytes(2), bytes(51)])
  expect(loaded.rows).toEqual([{ n: 103, bytes: bytes(4), at: 4 }])
  expect(loaded).toMatchObject({ lineage, claims: owner(7).claims, ownClientId: 7 })
})

it('adopted rows are in the adopting journal: it may crash in its turn', async () => {
  await crashed('tab', (journal) => {
    journal.setOwner(owner(7))
    journal.add(row(1))
  })
  const second = journalOf('tab')
  await second.load(counter())
  await second.crash()
  const third = await journalOf('tab').load(counter(200))
  expect(third.rows).toEqual([{ n: 200, bytes: bytes(1), at: 1 }])
  expect(third.claims).toEqual(owner(7).claims)
})

it('a base takes the rows it covers with it, and an older base never replaces a newer one', async () => {
  const journal = journalOf('tab')
  journal.setOwner(owner(7))
  journal.add(row(1))
  journal.acknowledged([row(1)])
  journal.saveBase({ seq: 9, state: bytes(9), title: '', language: 'markdown' }, 1)
  journal.saveBase({ seq: 8, state: bytes(8), title: '', language: 'markdown' }, 1)
  expect(journal.rowCount).toBe(0)
  await journal.flushed()
  await journal.crash()
  const loaded = await journalOf('tab').load(counter())
  expect(loaded.base?.seq).toBe(9)
  expect([loaded.rows, loaded.acknowledged]).toEqual([[], []])
})

it('a folded row stands for all it was made of', async () => {
  await crashed('tab', (journal) => {
    for (const n of [1, 2, 3]) journal.add(row(n))
    journal.fold({ n: 1, bytes: bytes(33), at: 1 }, [row(2), row(3)])
  })
  const loaded = await journalOf('tab').load(counter())
  expect(loaded.rows.map((one) => one.bytes)).toEqual([bytes(33)])
})

it('text of another history is left alone; text from before any join goes with every history', async () => {
  const other = 'O'.repeat(16) as Lineage
  await crashed('mine', (journal) => {
    journal.setOwner(owner(1))
    journal.add(row(1))
  })
  await crashed('second', (journal) => {
    journal.setOwner(owner(2, other))
    journal.add(row(2))
  })
  await crashed('third', (journal) => {
    journal.setOwner(owner(3, ''))
    journal.add(row(3))
  })
  ahead = limits.leaseMs + 1
  const loaded = await journalOf('mine').load(counter())
  expect(loaded.lineage).toBe(lineage)
  expect(loaded.rows.map((one) => one.bytes)).toEqual(expect.arrayContaining([bytes(1), bytes(3)]))
  expect(loaded.rows).toHaveLength(2)
  const later = await journalOf('second').load(counter())
  expect([later.lineage, later.rows.map((one) => one.bytes)]).toEqual([other, [bytes(2)]])
})

it('a fresh lease keeps others away; an old one does not, unless the tab answers', async () => {
  await crashed('gone', (journal) => journal.add(row(1)))
  const living = journalOf('living')
  living.add(row(2))
  await living.flushed()
  const heir = journalOf('heir')
  expect(await heir.adopt(counter(), 10)).toBeUndefined()
  ahead = limits.leaseMs + 1
  const adopted = await heir.adopt(counter(), 10)
  expect(adopted?.rows.map((one) => one.bytes)).toEqual([bytes(1)])
})

it('a tab that wakes up while it is asked about is left alone', async () => {
  await crashed('sleeper', (journal) => journal.add(row(1)))
  ahead = limits.leaseMs + 1
  const heir = journalOf('heir')
  const adopting = heir.adopt(counter(), 10)
  const database = await openJournalDatabase(() => undefined)
  // It renews its lease, but its answer comes too late.
  const [record] = await database.getAll('journals')
  await database.put('journals', { ...record!, lease: clock.now() })
  expect(await adopting).toBeUndefined()
  expect(await database.getAll('rows')).toHaveLength(1)
  database.close()
})

it('journals with more ids than a join may bring stay for later', async () => {
  await crashed('gone', (journal) => {
    journal.setOwner({ ...owner(1), claims: [...owner(1).claims, ...owner(2).claims] })
    journal.add(row(1))
  })
  ahead = limits.leaseMs + 1
  const heir = journalOf('heir')
  heir.setOwner(owner(9))
  expect(await heir.adopt(counter(), 1)).toBeUndefined()
  expect((await heir.adopt(counter(), 2))?.rows).toHaveLength(1)
})

it('text set aside is listed and forgotten; its updates are gone, and only the newest texts are kept', async () => {
  const journal = journalOf('tab')
  journal.setOwner(owner(1))
  journal.add(row(1))
  const refusal = { code: 'invalid', message: '' } as const
  for (let at = 0; at < limits.textsAsideMax + 2; at++) {
    journal.setAside({ id: `id${at}`, documentId, at, refusal, text: 'mine' }, true)
  }
  await journal.flushed()
  const aside = await journal.listAside()
  expect([aside.length, aside[0]?.id]).toEqual([limits.textsAsideMax, 'id2'])
  await journal.forgetAside('id2')
  expect(await journal.listAside()).toHaveLength(limits.textsAsideMax - 1)
  await journal.crash()
  expect((await journalOf('tab').load(counter())).rows).toEqual([])
})

it('a write that fails is made again with the next one, and meanwhile nothing is called kept', async () => {
  const journal = journalOf('tab')
  await journal.load(counter())
  const told: boolean[] = []
  journal.onKept = () => told.push(journal.kept)
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  journal.add(row(1))
  await journal.flushed()
  IDBObjectStore.prototype.put = put
  expect(journal.kept).toBe(false)
  journal.add(row(2))
  await journal.flushed()
  expect(told).toEqual([false, true])
  await journal.crash()
  const loaded = await journalOf('tab').load(counter())
  expect(loaded.rows.map((one) => one.bytes)).toEqual([bytes(1), bytes(2)])
})

it('what is folded while its rows are being written is not lost with a crash in between', async () => {
  const journal = journalOf('tab')
  await journal.load(counter())
  journal.add(row(1))
  journal.add(row(2))
  // An earlier step of the same transaction waits for an answer; meanwhile two rows become one, which is never written.
  journal.saveBase({ seq: 1, state: bytes(9), title: '', language: 'markdown' }, 0)
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (value, ...rest) {
    IDBObjectStore.prototype.put = put
    journal.fold({ n: 1, bytes: bytes(22), at: 1 }, [row(2)])
    void journal.crash()
    const abort = IDBDatabase.prototype.transaction
    IDBDatabase.prototype.transaction = (...of) => {
      IDBDatabase.prototype.transaction = abort
      throw new DOMException(`the tab is gone ${of.length}`, 'AbortError')
    }
    return put.call(this, value, ...rest)
  }
  await journal.flushed()
  const loaded = await journalOf('tab').load(counter())
  expect(loaded.rows.map((one) => one.bytes)).toEqual([bytes(1), bytes(2)])
})

it('when what a gone tab left cannot be taken over, the base is there and nothing of it is counted as had', async () => {
  await crashed('tab', (journal) => {
    journal.setOwner(owner(7))
    journal.saveBase({ seq: 3, state: bytes(3), title: 'T', language: 'markdown' }, 0)
    journal.add(row(1))
  })
  const second = journalOf('tab')
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (value, ...rest) {
    const request = put.call(this, value, ...rest)
    if (this.name === 'journals') this.transaction.abort()
    return request
  }
  const loaded = await second.load(counter())
  IDBObjectStore.prototype.put = put
  expect([loaded.base?.seq, loaded.rows, loaded.acknowledged]).toEqual([3, [], []])
  expect([second.kept, second.rowCount]).toEqual([false, 0])
  const third = await journalOf('tab').load(counter())
  expect(third.rows.map((one) => one.bytes)).toEqual([bytes(1)])
})

it('a text that is wholly acknowledged comes back whole, although the base does not have it yet', async () => {
  await crashed('tab', (journal) => {
    journal.setOwner(owner(7))
    journal.saveBase({ seq: 3, state: bytes(3), title: 'T', language: 'markdown' }, 0)
    journal.add(row(1))
    journal.acknowledged([row(1)])
  })
  const second = journalOf('tab')
  expect(await second.load(counter())).toMatchObject({ base: { seq: 3 }, acknowledged: [bytes(1)], rows: [] })
  await second.crash()
  expect(await journalOf('tab').load(counter())).toMatchObject({ acknowledged: [bytes(1)], rows: [] })
})

it('acknowledged text of another history is not brought', async () => {
  await crashed('one', (journal) => {
    journal.setOwner(owner(7, 'O'.repeat(16) as Lineage))
    journal.add(row(1))
    journal.acknowledged([row(1)])
  })
  const second = journalOf('one')
  second.setOwner(owner(8))
  expect(await second.adopt(counter(), 10)).toBeUndefined()
  expect(second.rowCount).toBe(0)
})

it('a journal left to others is adopted while its tab lives, whatever that tab writes later', async () => {
  const left = journalOf('left')
  left.setOwner(owner(1))
  left.add(row(1))
  left.leave()
  left.add(row(2))
  left.setOwner(owner(1))
  left.resume()
  await left.flushed()
  const heir = journalOf('heir')
  heir.setOwner(owner(9))
  expect((await heir.adopt(counter(), 10))?.rows.map((one) => one.bytes)).toEqual([bytes(1), bytes(2)])
  left.received(bytes(50), 3)
  left.setOwner(owner(1))
  await left.flushed()
  expect(await heir.adopt(counter(), 10)).toBeUndefined()
})
