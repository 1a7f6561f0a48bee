// Killed servers, crashed tabs, refused links, disks that refuse: what a person sees, and that no text is lost.
import { cp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryStore } from '../../server/store/memory.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { type KillableServer, startKillableServer } from '../harness/killable-server.ts'
import { connectionTrouble, DocumentPage, expectTexts, openDocument, openDocuments } from '../harness/page-object.ts'
import { createDocument, shareKey, startServer, temporaryFolder, textOnServer } from '../harness/server.ts'

const suite = browserSuite()
const builtMain = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

async function killable(given?: string): Promise<KillableServer> {
  const folder = given ?? (await temporaryFolder())
  const server = await startKillableServer(builtMain, folder)
  onTestFinished(async () => {
    await server.kill('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  return server
}

/** The server is reachable again, now: what a person does who does not want to wait for the page's next attempt. */
const networkIsBack = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')))

test('[P1 P2 P3] a server killed while two people type: they type on, and everything is saved when it is back', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { text: '|' })
  const [ada, bob] = await openDocuments(suite.browser, document.links.edit, document.links.edit)
  for (const one of [ada, bob]) one.person.allow(connectionTrouble)
  await ada.goTo('start')
  await bob.goTo('end')
  await Promise.all([ada.type('before '), bob.type(' before'), server.kill()])
  for (const one of [ada, bob]) await one.expectSaveState('Offline, changes kept')
  await Promise.all([ada.type('offline '), bob.type(' offline')])
  expect(await ada.text()).toMatch(/^before offline \|/)
  await server.start()
  for (const one of [ada, bob]) await networkIsBack(one.page)
  await expectTexts([ada, bob], 'before offline | before offline')
  for (const one of [ada, bob]) await one.expectSaveState('Saved')
  // Saved is saved: killed again, with nothing said before.
  await server.kill()
  await server.start()
  expect(await textOnServer(server.url, document)).toBe('before offline | before offline')
})

test('[P3] text typed while the server was dead comes back when the link is opened again, and the page says so', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { text: 'kept: ' })
  const ada = await openDocument(suite.browser, document.links.edit, { allow: [connectionTrouble] })
  await ada.expectSaveState('Saved')
  await server.kill()
  await ada.goTo('end')
  await ada.type('typed offline')
  await ada.expectSaveState('Offline, changes kept')
  await ada.page.goto('about:blank')
  await server.start()
  await ada.goto(document.links.edit)
  await ada.page.getByText('Recovered 13 characters typed offline').waitFor()
  await ada.expectText('kept: typed offline')
  await ada.expectSaveState('Saved')
  expect(await textOnServer(server.url, document)).toBe('kept: typed offline')
})

test('[P3] text of a tab that crashed comes back in the next one', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { text: 'kept: ' })
  const ada = await openDocument(suite.browser, document.links.edit, { allow: [connectionTrouble, /\/d\//] })
  await ada.expectSaveState('Saved')
  await server.kill()
  await ada.goTo('end')
  const typed = 'before the crash'
  await ada.type(typed)
  await eventually(async () => expect(await journalRows(ada.page)).toBe(typed.length))
  const devtools = await ada.person.context.newCDPSession(ada.page)
  const crashed = new Promise((resolve) => ada.page.once('crash', resolve))
  void devtools.send('Page.crash').catch(() => undefined)
  await crashed
  await ada.page.close()
  await server.start()
  const next = new DocumentPage(ada.person, await ada.person.context.newPage())
  await next.goto(document.links.edit)
  // The crashed tab's lock fell with it: its text is there with the first sync, long before its lease is old.
  await next.expectSaveState('Saved')
  expect(await next.text()).toBe('kept: before the crash')
  expect(await textOnServer(server.url, document)).toBe('kept: before the crash')
})

/** How many changes this browser has stored: each key makes one. */
const journalRows = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const [{ name } = {}] = await indexedDB.databases()
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const database = await finished(indexedDB.open(name ?? ''))
    const count = await finished(database.transaction('rows').objectStore('rows').count())
    database.close()
    return count
  })

test('links that lead nowhere say what is wrong with them', async () => {
  const document = await createDocument(suite.url)
  const other = await createDocument(suite.url)
  const { page, allow } = await newPerson(suite.browser)
  allow(/status of 404/)
  const said: [string, string][] = [
    [`${suite.url}/d/${document.id}#${other.keys.edit}`, 'This link no longer opens the document'],
    [`${suite.url}/d/${document.id.split('').reverse().join('')}#${document.keys.edit}`, 'There is no such document'],
    [`${suite.url}/d/${document.id}`, 'This link is incomplete'],
    [`${suite.url}/d/${document.id}#${document.keys.edit.slice(3)}`, 'This link is incomplete'],
    [`${suite.url}/d/x`, 'This link is incomplete'],
  ]
  for (const [link, title] of said) {
    await page.goto('about:blank')
    await page.goto(link)
    await page.getByRole('heading', { name: title }).waitFor()
  }
  await page.getByRole('link', { name: 'Go to your documents' }).click()
  await page.getByRole('button', { name: 'New document' }).waitFor()
})

test('[A3] a link that is revoked while it is open ends the writing, keeps the text to take, and opens no more', async () => {
  const document = await createDocument(suite.url, { text: 'for a while' })
  const [ada, owner] = await suite.meet(document.links.edit, document.links.own)
  await ada.expectSaveState('Saved')
  await shareKey(suite.url, document, document.keys.own, { role: 'edit', revoke: true })
  const dialog = ada.page.getByRole('dialog', { name: 'Your access has ended' })
  await dialog.getByRole('button', { name: 'Copy my text' }).waitFor()
  await eventually(async () => expect(await owner.faces.count()).toBe(1))
  await dialog.getByRole('button', { name: 'Read it here' }).click()
  await ada.expectSaveState('Not saved: access ended')
  await ada.type('more')
  expect(await ada.text()).toBe('for a while')
  await ada.page.reload()
  await ada.page.getByRole('heading', { name: 'This link no longer opens the document' }).waitFor()
  await owner.goTo('end')
  await owner.type('!')
  await owner.expectSaveState('Saved')
})

test('[J7] a server put back to an older backup: the page says so, and has the text as it was beside the server’s', async () => {
  const [folder, backup] = [await temporaryFolder(), await temporaryFolder()]
  onTestFinished(() => rm(backup, { recursive: true, force: true }))
  const server = await killable(folder)
  const document = await createDocument(server.url, { text: 'early' })
  await server.kill('SIGTERM')
  await cp(folder, backup, { recursive: true })
  await server.start()
  const [ada, bob] = await openDocuments(suite.browser, document.links.edit, document.links.edit)
  bob.person.allow(connectionTrouble)
  await ada.goTo('end')
  await ada.type(' late')
  await ada.expectSaveState('Saved')
  await bob.expectText('early late')
  // Her page would send again what she wrote herself; he only saw it.
  await ada.page.goto('about:blank')
  await server.kill()
  await rm(folder, { recursive: true })
  await cp(backup, folder, { recursive: true })
  await server.start()
  await networkIsBack(bob.page)
  const dialog = bob.page.getByRole('dialog', { name: 'The document was replaced' })
  await dialog.getByText('Nothing is lost').waitFor()
  await bob.expectText('early late')
  await dialog.getByRole('button', { name: 'Open the server’s version' }).click()
  await bob.expectText('early')
  await bob.expectSaveState('Saved')
  await bob.page.getByRole('button', { name: 'See what differs' }).click()
  const differences = bob.page.getByRole('dialog', { name: 'What differs' })
  await eventually(async () => expect(await differences.textContent()).toMatch(/ late/))
})

test('[C2] a page that is older than the server is told so, at the door and in an open document', async () => {
  const server = await startServer({ withoutPage: false })
  onTestFinished(() => server.close())
  const document = await createDocument(server.url, { text: 'text' })
  const other = await createDocument(server.url, { text: 'other text' })
  const person = await newPerson(suite.browser, { allow: [connectionTrouble] })
  let isOld = false
  await person.page.routeWebSocket(/socket\.io/, (page) => {
    const up = page.connectToServer()
    page.onMessage((message) =>
      up.send(isOld && typeof message === 'string' ? message.replace(/"protocol":\d+/, '"protocol":0') : message),
    )
  })
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  await ada.expectSaveState('Saved')
  isOld = true
  await server.restart()
  const dialog = ada.page.getByRole('dialog', { name: 'Reload needed' })
  await dialog.getByText('older than it').waitFor()
  await dialog.getByRole('button', { name: 'Reload' }).click()
  // What this browser keeps of it can be read all the same.
  await dialog.getByText('older than it').waitFor()
  await ada.expectText('text')
  await ada.page.goto('about:blank')
  await ada.page.goto(other.links.edit)
  await ada.page.getByText('older than it').waitFor()
  isOld = false
  await ada.page.getByRole('button', { name: 'Reload' }).click()
  await ada.expectText('other text')
})

test('[U8] while the disk refuses, the page says that it is not saved; then it is', async () => {
  const store = createMemoryStore()
  const server = await startServer({ withoutPage: false, store })
  onTestFinished(() => server.close())
  const document = await createDocument(server.url)
  const [ada, bob] = await openDocuments(suite.browser, document.links.edit, document.links.edit)
  await ada.type('before. ')
  await expectTexts([ada, bob], 'before. ')
  await ada.expectSaveState('Saved')
  store.failing = true
  await ada.type('meanwhile. ')
  await ada.expectSaveState('Not saved: server cannot store')
  // Nobody is shown what the server could still lose.
  expect(await bob.text()).toBe('before. ')
  await ada.type('still. ')
  store.failing = false
  await expectTexts([ada, bob], 'before. meanwhile. still. ')
  await ada.expectSaveState('Saved')
  expect(await textOnServer(server.url, document)).toBe('before. meanwhile. still. ')
})

test('[C7] a server that is restarted properly costs nothing but a moment', async () => {
  const server = await startServer({ withoutPage: false })
  onTestFinished(() => server.close())
  const document = await createDocument(server.url)
  const ada = await openDocument(suite.browser, document.links.edit, { allow: [connectionTrouble] })
  await ada.type('before ')
  await Promise.all([server.restart(), ada.type('during ')])
  await ada.type('after')
  await eventually(async () => expect(await textOnServer(server.url, document)).toBe('before during after'))
  await ada.expectSaveState('Saved')
})
