// A browser whose storage is really full (Chromium's own quota, not a stand-in): one writes on, what is not kept is said, and
// when there is room again everything is kept.
import type { CDPSession, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, DocumentPage } from '../harness/page-object.ts'
import { PageWire } from '../harness/page-wire.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

type Storage = { allow(bytes: number): Promise<void>; roomy(): Promise<void> }

/** Somebody with a document open whose browser lets this origin store so many bytes. */
async function open(link: string, bytes: number) {
  const person = await newPerson(suite.browser, { allow: [connectionTrouble, /ERR_FAILED/] })
  const wire = await PageWire.between(person.context)
  const on = new DocumentPage(person, person.page)
  // A page of this origin that stores nothing: Chromium asks for the quota when a database is first written to, and
  // remembers the answer for a while as long as the database is open.
  await person.page.goto(`${suite.url}/healthz`)
  const storage = storageOf(await person.context.newCDPSession(person.page))
  onTestFinished(() => storage.roomy().catch(() => undefined))
  await storage.allow(bytes)
  await on.goto(link)
  await on.expectSaveState('Saved')
  return { on, page: person.page, wire, storage }
}

/** The same in a new document, with " one" written behind its "text" and saved. */
async function openAndWriteOne(bytes: number) {
  const document = await createDocument(suite.url, { text: 'text' })
  const opened = await open(document.links.edit, bytes)
  await opened.on.goTo('end')
  await opened.on.type(' one')
  await opened.on.expectSaveState('Saved')
  return { document, ...opened }
}

function storageOf(devtools: CDPSession): Storage {
  const origin = suite.url
  return {
    allow: async (bytes) => void (await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: bytes })),
    roomy: async () => void (await devtools.send('Storage.overrideQuotaForOrigin', { origin })),
  }
}

/** Another part of this origin takes all the room there is, to the last byte. */
const fill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('something else', 1)
      asked.onupgradeneeded = () => asked.result.createObjectStore('rubbish', { autoIncrement: true })
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    const fits = (bytes: number) =>
      new Promise<boolean>((resolve) => {
        const transaction = database.transaction('rubbish', 'readwrite')
        transaction.objectStore('rubbish').put(crypto.getRandomValues(new Uint8Array(bytes)))
        transaction.oncomplete = () => resolve(true)
        transaction.onabort = () => resolve(false)
      })
    for (let bytes = 65_536; bytes >= 1; ) if (!(await fits(bytes))) bytes = Math.floor(bytes / 4)
    database.close()
  })

/** Whether the browser asks before it leaves the page; he stays when it does. */
async function asksBeforeLeaving(page: Page): Promise<boolean> {
  let isAsked = false
  const stay = (dialog: { dismiss(): Promise<void> }) => {
    isAsked = true
    void dialog.dismiss()
  }
  page.once('dialog', stay)
  const left = page.waitForEvent('framenavigated').then(() => undefined)
  void page.evaluate(() => location.reload()).catch(() => undefined)
  await Promise.race([left, eventually(async () => expect(isAsked).toBe(true))])
  page.off('dialog', stay)
  return isAsked
}

const networkIsBack = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')))
const cardOf = async (on: DocumentPage): Promise<string> => {
  await on.saveState.click()
  const text = await on.page.locator('.save-card').textContent()
  await on.page.keyboard.press('Escape')
  return text ?? ''
}

test('[P2 P3] with a full storage one writes on and is saved; without the server it says what is not kept, asks before one leaves, and keeps all once there is room', async () => {
  const document = await createDocument(suite.url, { text: 'text: ' })
  const { on, page, wire, storage } = await open(document.links.edit, 1)
  await on.goTo('end')
  await on.type('online')
  await on.expectSaveState('Saved')
  expect(await textOnServer(suite.url, document)).toBe('text: online')
  await eventually(async () => expect(await cardOf(on)).toContain('This browser keeps nothing'))
  wire.cut()
  await on.type(' offline')
  await on.expectSaveState('Not saved: offline')
  expect(await cardOf(on)).toMatch(/its storage is full.*Make room.*copy your text/s)
  expect(await asksBeforeLeaving(page)).toBe(true)
  expect(await on.text()).toBe('text: online offline')
  await storage.roomy()
  // By itself: he need not type.
  await on.expectSaveState('Offline, changes kept')
  expect(await asksBeforeLeaving(page)).toBe(false)
  // The base had no room, either; without it what was typed could not be shown.
  await on.editor.waitFor()
  await on.expectText('text: online offline')
  await on.expectSaveState('Offline, changes kept')
  wire.mend()
  await networkIsBack(page)
  await on.expectSaveState('Saved')
  expect(await textOnServer(suite.url, document)).toBe('text: online offline')
})

test('[P3] while a change is on its way and the browser cannot keep it, leaving asks, and not after it is saved', async () => {
  const { on, page, wire } = await openAndWriteOne(1)
  wire.hold()
  await on.type(' two')
  await on.expectSaveState('Saving…')
  expect(await asksBeforeLeaving(page)).toBe(true)
  wire.mend()
  await on.type('!')
  await on.expectSaveState('Saved')
  expect(await asksBeforeLeaving(page)).toBe(false)
})

test('[P3] what was kept before the storage became full comes back after a reload, and is saved without room to move it', async () => {
  const { document, on, page, wire } = await openAndWriteOne(2_000_000)
  wire.cut()
  await on.type(' offline')
  await on.expectSaveState('Offline, changes kept')
  await page.goto(`${suite.url}/healthz`)
  await fill(page)
  await on.goto(document.links.edit)
  await on.expectText('text one offline')
  // Nothing was moved: there is no room for that.
  await on.expectSaveState('Not saved: offline')
  wire.mend()
  await networkIsBack(page)
  await on.expectSaveState('Saved')
  expect(await textOnServer(suite.url, document)).toBe('text one offline')
})
