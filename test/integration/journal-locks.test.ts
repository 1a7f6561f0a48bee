// Where the browser has locks, a tab that died is known to be dead at once. A real server, IndexedDB and locks in memory.
import 'fake-indexeddb/auto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import { FakeLocks } from '../harness/fake-locks.ts'
import { crash, JournalTabs } from '../harness/journal-tabs.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let document: TestDocument
let tabs: JournalTabs
beforeAll(async () => {
  server = await startServer()
})
beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
  document = await createDocument(server.url, { text: 'base ' })
  tabs = new JournalTabs(server.url, document)
})
afterEach(async () => {
  await tabs.end()
  vi.unstubAllGlobals()
})
afterAll(() => server.close())

test('another tab adopts at once what a crashed one left, though its lease is fresh', async () => {
  const gone = await tabs.typeOffline('gone', 'left ')
  await crash(gone)
  const heir = tabs.open('heir')
  await heir.provider.whenSynced()
  await heir.provider.whenSaved()
  expect(await textOnServer(server.url, document)).toBe('base left ')
})

test('a tab that lives, and so holds its lock, is not adopted from, however old its lease', async () => {
  const living = await tabs.typeOffline('living', 'mine')
  tabs.ahead += 2 * limits.leaseMs
  const other = tabs.open('other')
  await other.provider.whenSynced()
  expect(other.text()).toBe('base ')
  living.provider.connect()
  await living.provider.whenSaved()
  await eventually(() => expect(other.text()).toBe('base mine'))
})

test('a tab that never had a lock, or a browser that does not tell, is given its time', async () => {
  vi.stubGlobal('navigator', {})
  const unlocked = await tabs.typeOffline('unlocked', 'old ')
  await crash(unlocked)
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
  const early = tabs.open('early')
  await early.provider.whenSynced()
  expect(early.text()).toBe('base ')
  const silent = Object.assign(new FakeLocks(), { query: () => Promise.reject(new Error('no')) })
  vi.stubGlobal('navigator', { locks: silent })
  const locked = await tabs.typeOffline('locked', 'new ')
  await crash(locked)
  const second = tabs.open('second')
  await second.provider.whenSynced()
  expect(second.text()).toBe('base ')
})
