// What the browser keeps (P3), with a real server and an IndexedDB in memory. Every provider is a tab; the tab id that a
// browser would keep over a reload is given by hand.
import 'fake-indexeddb/auto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import { crash, JournalTabs } from '../harness/journal-tabs.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let document: TestDocument
let tabs: JournalTabs

beforeAll(async () => {
  server = await startServer()
})
beforeEach(async () => {
  document = await createDocument(server.url, { text: 'base ' })
  tabs = new JournalTabs(server.url, document)
})
afterEach(() => tabs.end())
afterAll(() => server.close())

/** Opens, syncs, goes offline, types, and crashes. */
async function typeAndCrash(tabId: string, typed: string): Promise<void> {
  const tab = await tabs.typeOffline(tabId, typed)
  expect(tab.provider.saveState).toEqual({ kind: 'offline', kept: true })
  await crash(tab)
}

test('text typed offline comes back after a crash of the tab, before the network does, and reaches the server', async () => {
  await typeAndCrash('one', 'offline')
  const tab = tabs.open('one', { autoConnect: false })
  await tab.provider.whenLoaded()
  expect(tab.text()).toBe('base offline')
  expect(tab.recovered).toEqual([])
  expect(tab.provider.unsavedCount).toBeGreaterThan(0)
  tab.provider.connect()
  await tab.provider.whenSaved()
  expect(tab.recovered).toEqual(['offline'.length])
  expect(await textOnServer(server.url, document)).toBe('base offline')
  expect(tab.text()).toBe('base offline')
})

test('what was typed offline is told of when the connection is back, once; what is typed online is not', async () => {
  const tab = tabs.open('one')
  tab.type('before the first join ')
  await tab.provider.whenSaved()
  expect(tab.recovered).toEqual([])
  for (const [i, typed] of ['offline', 'again'].entries()) {
    tab.provider.disconnect()
    tab.type(typed)
    tab.provider.connect()
    await eventually(() => expect(tab.recovered.slice(i)).toEqual([typed.length]))
    tab.type(' online ')
    await tab.provider.whenSaved()
  }
  tab.provider.disconnect()
  tab.provider.doc.getText('content').delete(0, 2)
  tab.provider.connect()
  await tab.provider.whenSaved()
  expect(tab.recovered).toEqual(['offline'.length, 'again'.length])
})

test('typing between the crash and the network goes on without a clash of ids', async () => {
  await typeAndCrash('one', 'before ')
  const tab = tabs.open('one', { autoConnect: false })
  await tab.provider.whenLoaded()
  tab.type('after')
  tab.provider.connect()
  await tab.provider.whenSaved()
  expect(tab.recovered).toEqual(['before after'.length])
  expect(await textOnServer(server.url, document)).toBe('base before after')
})

test('crashing twice before the network comes back loses nothing', async () => {
  await typeAndCrash('one', 'first ')
  const second = tabs.open('one', { autoConnect: false })
  await second.provider.whenLoaded()
  second.type('second')
  await crash(second)
  const third = tabs.open('one')
  await third.provider.whenSaved()
  await third.provider.whenSynced()
  await third.provider.whenSaved()
  expect(await textOnServer(server.url, document)).toBe('base first second')
})

test('another tab adopts what a crashed one left, but only once its lease is old', async () => {
  await typeAndCrash('gone', 'left ')
  const early = tabs.open('other')
  await early.provider.whenSynced()
  expect(early.text()).toBe('base ')
  await early.provider.destroy()
  tabs.ahead += 2 * limits.leaseMs
  const late = tabs.open('another')
  await late.provider.whenSynced()
  await late.provider.whenSaved()
  expect(late.recovered).toEqual(['left '.length])
  expect(await textOnServer(server.url, document)).toBe('base left ')
})

test('a tab that lives is never adopted from, however old its lease', async () => {
  const living = await tabs.typeOffline('living', 'mine')
  tabs.ahead += 2 * limits.leaseMs
  const other = tabs.open('other')
  await other.provider.whenSynced()
  expect(other.text()).toBe('base ')
  living.provider.connect()
  await living.provider.whenSaved()
  await eventually(() => expect(other.text()).toBe('base mine'))
})

test('a tab that said goodbye is adopted at once, and two that open together do not both do it', async () => {
  const leaving = tabs.open('leaving')
  await leaving.provider.whenSynced()
  leaving.provider.disconnect()
  leaving.type('legacy ')
  await leaving.provider.destroy()
  const heirs = [tabs.open('a'), tabs.open('b')]
  await Promise.all(heirs.map(({ provider }) => provider.whenSynced()))
  await Promise.all(heirs.map(({ provider }) => provider.whenSaved()))
  expect(heirs.flatMap(({ recovered }) => recovered)).toEqual(['legacy '.length])
  await eventually(() => expect(heirs.map((heir) => heir.text())).toEqual(['base legacy ', 'base legacy ']))
  expect(await textOnServer(server.url, document)).toBe('base legacy ')
})

test('a view-only tab hands on what it found: an edit tab opened next sends it', async () => {
  await typeAndCrash('one', 'unsaved')
  tabs.ahead += 2 * limits.leaseMs
  const viewer = tabs.open('viewer', { key: document.keys.view })
  await viewer.provider.whenSynced()
  await eventually(() => expect(viewer.provider.role).toBe('view'))
  await viewer.journal.flushed()
  expect(viewer.recovered).toEqual([])
  const editor = tabs.open('editor')
  await editor.provider.whenSynced()
  await editor.provider.whenSaved()
  expect(editor.recovered).toEqual(['unsaved'.length])
  expect(await textOnServer(server.url, document)).toBe('base unsaved')
  await viewer.provider.destroy()
  await editor.provider.destroy()
  const later = tabs.open('later')
  await later.provider.whenSynced()
  expect([later.recovered, later.text()]).toEqual([[], 'base unsaved'])
})

test('a tab that is refused for its key hands on what it found', async () => {
  await typeAndCrash('one', 'unsaved')
  tabs.ahead += 2 * limits.leaseMs
  const refused = tabs.open('refused', { key: 'K'.repeat(22) })
  await expect(refused.provider.whenSynced()).rejects.toMatchObject({ code: 'forbidden' })
  await refused.journal.flushed()
  const editor = tabs.open('editor')
  await editor.provider.whenSynced()
  await editor.provider.whenSaved()
  expect(await textOnServer(server.url, document)).toBe('base unsaved')
})

test('text typed before the first join ever survives a crash', async () => {
  const first = tabs.open('one', { autoConnect: false })
  await first.provider.whenLoaded()
  first.type('typed early')
  await crash(first)
  const second = tabs.open('one')
  await second.provider.whenSynced()
  await second.provider.whenSaved()
  expect(second.recovered).toEqual(['typed early'.length])
  expect([...(await textOnServer(server.url, document))].sort()).toEqual([...'base typed early'].sort())
})

test('what was acknowledged is not sent again: a reload recovers nothing', async () => {
  const first = tabs.open('one')
  await first.provider.whenSynced()
  first.type('saved')
  await first.provider.whenSaved()
  await crash(first)
  const second = tabs.open('one', { autoConnect: false })
  await second.provider.whenLoaded()
  expect([second.provider.unsavedCount, second.recovered]).toEqual([0, []])
  second.provider.connect()
  await second.provider.whenSynced()
  expect(second.text()).toBe('base saved')
})

test('a document that was only looked at for a moment is there without a network, as it was set', async () => {
  const first = tabs.open('one')
  await first.provider.whenSynced()
  await first.provider.setSettings({ title: 'Minutes', language: 'python' })
  await first.provider.destroy()
  const second = tabs.open('one', { autoConnect: false })
  await second.provider.whenLoaded()
  expect([second.text(), second.provider.settings]).toEqual(['base ', { title: 'Minutes', language: 'python' }])
  expect(second.provider.unsavedCount).toBe(0)
})

test('a deletion made offline comes back, too', async () => {
  const first = tabs.open('one')
  await first.provider.whenSynced()
  first.provider.disconnect()
  first.provider.doc.getText('content').delete(0, 2)
  await crash(first)
  const second = tabs.open('one')
  await second.provider.whenSynced()
  await second.provider.whenSaved()
  expect(await textOnServer(server.url, document)).toBe('se ')
})

test('[E1] refused text is not sent in a circle: it is aside after a reload, and the document opens as it is', async () => {
  const first = tabs.open('one')
  await first.provider.whenSynced()
  first.type('x'.repeat(limits.textLengthMax))
  await expect(first.provider.whenSaved()).rejects.toMatchObject({ code: 'too-large' })
  // It stands on what will never be sent, so it may not come back as something to send.
  first.type('too late')
  await crash(first)
  const second = tabs.open('one')
  await second.provider.whenSynced()
  expect(second.recovered).toEqual([])
  expect(second.text()).toBe('base ')
  expect(second.provider.status).toBe('live')
  const aside = await second.provider.textsAside()
  expect(aside.map(({ text, refusal }) => [text.length, refusal.code])).toEqual([
    [limits.textLengthMax + 5, 'too-large'],
  ])
  await second.provider.forgetTextAside(aside[0]!.id)
  expect(await second.provider.textsAside()).toEqual([])
})

test('where storage fails, the save state says that nothing is kept, and text still reaches the server', async () => {
  const open = indexedDB.open
  indexedDB.open = () => {
    throw new DOMException('private mode', 'InvalidStateError')
  }
  try {
    const tab = tabs.open('one')
    await tab.provider.whenSynced()
    tab.provider.disconnect()
    tab.type('unkept')
    await eventually(() => expect(tab.provider.saveState).toEqual({ kind: 'offline', kept: false }))
    tab.provider.connect()
    await tab.provider.whenSaved()
    expect(await textOnServer(server.url, document)).toBe('base unkept')
  } finally {
    indexedDB.open = open
  }
})
