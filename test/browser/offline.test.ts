// Without a network: documents opened before open again, are written on, and merge later; what was never opened says so;
// and a new build takes over without mixing with the old one. The server is a process that is killed.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { type KillableServer, startKillableServer } from '../harness/killable-server.ts'
import { connectionTrouble, DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument, shareKey, temporaryFolder, textOnServer } from '../harness/server.ts'

const suite = browserSuite({ args: ['--host-resolver-rules=MAP write.test 127.0.0.1'] })
const dist = fileURLToPath(new URL('../../dist', import.meta.url))

async function killable(built = dist): Promise<KillableServer> {
  const folder = await temporaryFolder()
  const server = await startKillableServer(join(built, 'server/main.js'), folder)
  onTestFinished(async () => {
    await server.kill('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  return server
}

/** Somebody whose browser keeps the page, in this document. */
const visit = (link: string): Promise<DocumentPage> =>
  openDocument(suite.browser, link, { serviceWorkers: 'allow', allow: [connectionTrouble] })

/** The worker has taken over this page. */
const isControlled = (page: Page): Promise<boolean> =>
  page.evaluate(() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null))

/** Documents whose text this browser keeps. */
const keptTexts = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('scriptorium')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const keys = opening.result.transaction('bases').objectStore('bases').getAllKeys()
          keys.onsuccess = () => {
            opening.result.close()
            resolve(keys.result.map((key) => (key as string[])[0] ?? ''))
          }
        }
      }),
  )

/** Page and text are kept. */
async function untilKept({ page }: DocumentPage, id: string): Promise<void> {
  await eventually(async () => expect(await isControlled(page)).toBe(true))
  await eventually(async () => expect(await keptTexts(page)).toContain(id))
}

const networkIsBack = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')))

test('[P3] without a network a document opened before opens by address and from home, keeps what is typed, and merges later', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { title: 'Minutes', text: 'before ' })
  const ada = await visit(document.links.edit)
  const bob = await openDocument(suite.browser, document.links.edit, { allow: [connectionTrouble] })
  await bob.goTo('end')
  await eventually(async () => expect([await ada.faces.count(), await ada.carets.count()]).toEqual([2, 1]))
  await untilKept(ada, document.id)
  await server.kill()
  // Who cannot be seen must not look present.
  await eventually(async () => expect([await ada.faces.count(), await ada.carets.count()]).toEqual([1, 0]))
  await (await ada.openPanel('people')).getByText('Not connected').waitFor()

  await ada.goto(document.links.edit)
  await ada.page.reload()
  await ada.expectText('before ')
  await ada.expectSaveState('Offline, changes kept')
  await eventually(async () => expect(await ada.page.title()).toBe('Minutes · Scriptorium'))
  await ada.page.locator('.view-switch .both').click()
  await ada.page.locator('.preview-text').getByText('before').waitFor()
  await ada.goTo('end')
  await ada.type('offline ')

  // From the list, by somebody who comes anew.
  const { page } = ada
  await page.goto(`${server.url}/`)
  await page.getByText('What you had open here before opens all the same').waitFor()
  await page.getByRole('link', { name: /^Minutes/ }).click()
  await ada.expectText('before offline ')
  await ada.goTo('end')
  await ada.type('twice')
  // By address, in another tab, and once more.
  const again = await ada.secondTab(document.links.edit)
  await page.close()
  await again.page.reload()
  await again.expectText('before offline twice')
  await server.start()
  await networkIsBack(again.page)
  await networkIsBack(bob.page)
  await again.expectSaveState('Saved')
  await bob.expectText('before offline twice')
  await eventually(async () => expect([await again.faces.count(), await again.carets.count()]).toEqual([2, 1]))
  expect(await textOnServer(server.url, document)).toBe('before offline twice')
})

test('a document that was never opened here says so without a network, and what can be done', async () => {
  const server = await killable()
  const [known, other] = [await createDocument(server.url), await createDocument(server.url)]
  const ada = await visit(known.links.edit)
  await untilKept(ada, known.id)
  await server.kill()
  await ada.page.goto('about:blank')
  await ada.page.goto(other.links.edit)
  await ada.page.getByRole('heading', { name: 'This document is not in this browser yet' }).waitFor()
  await ada.expectSaveState('Offline')
  await server.start()
  await networkIsBack(ada.page)
  await ada.editor.waitFor()
})

test('what is kept opens only with a key that opened it: not with another one, and never to be written with one for reading', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { title: 'Private', text: 'for a few' })
  const ada = await visit(document.links.view)
  await untilKept(ada, document.id)
  await server.kill()
  await ada.page.reload()
  await ada.expectSaveState('Offline, view only')
  await ada.type('more')
  await ada.expectText('for a few')
  for (const key of [document.keys.edit, 'K'.repeat(22)]) {
    await ada.page.goto('about:blank')
    await ada.page.goto(`${server.url}/d/${document.id}#${key}`)
    await ada.page.getByRole('heading', { name: 'This document is not in this browser yet' }).waitFor()
    expect(await ada.page.content()).not.toMatch(/for a few|Private/)
  }
  await ada.page.goto('about:blank')
  await ada.page.goto(`${server.url}/d/${document.id}`)
  await ada.page.getByRole('heading', { name: 'This link is incomplete' }).waitFor()
})

test('[A3 D1] the text of a document goes from the browser with the access to it, and when it is forgotten', async () => {
  const server = await killable()
  const revoked = await createDocument(server.url, { text: 'revoked' })
  const deleted = await createDocument(server.url, { text: 'deleted' })
  const forgotten = await createDocument(server.url, { title: 'Forgotten', text: 'forgotten' })
  const ada = await visit(forgotten.links.edit)
  await untilKept(ada, forgotten.id)
  await ada.goto(deleted.links.edit)
  await untilKept(ada, deleted.id)
  await ada.goto(revoked.links.edit)
  await untilKept(ada, revoked.id)
  await shareKey(server.url, revoked, revoked.keys.own, { role: 'edit', revoke: true })
  await ada.page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
  await eventually(async () => expect((await keptTexts(ada.page)).sort()).toEqual([deleted.id, forgotten.id].sort()))
  const headers = { authorization: `Bearer ${deleted.keys.own}` }
  await fetch(`${server.url}/api/documents/${deleted.id}`, { method: 'DELETE', headers })
  // The list hears of it, although nobody opens the document.
  await ada.page.goto(`${server.url}/`)
  await eventually(async () => expect(await keptTexts(ada.page)).toEqual([forgotten.id]))
  await ada.page.getByRole('button', { name: 'Forget Forgotten' }).click()
  await ada.page.getByRole('button', { name: 'Forget it' }).click()
  await eventually(async () => expect(await keptTexts(ada.page)).toEqual([]))
})

test('[P3 E1] what was typed without a network over a link that was revoked meanwhile is offered until it is forgotten', async () => {
  const server = await killable()
  const document = await createDocument(server.url, { title: 'Revoked', text: 'theirs ' })
  const ada = await visit(document.links.edit)
  await untilKept(ada, document.id)
  await server.kill()
  await ada.goTo('end')
  await ada.type('mine')
  await ada.expectSaveState('Offline, changes kept')
  await ada.page.goto('about:blank')
  await server.start()
  await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
  for (let visits = 0; visits < 2; visits++) {
    await ada.page.goto('about:blank')
    await ada.page.goto(document.links.edit)
    await ada.page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
    await ada.expectText('theirs mine')
  }
  await ada.page.goto(`${server.url}/`)
  await ada.page.getByRole('button', { name: 'Forget Revoked' }).click()
  await ada.page.getByRole('button', { name: 'Forget it, and what was never saved' }).click()
  await eventually(async () => expect(await keptTexts(ada.page)).toEqual([]))
  await ada.page.goto(document.links.edit)
  await ada.page.getByRole('heading', { name: 'This link no longer opens the document' }).waitFor()
})

test('a new build takes over when no page of the old one is open, and until then each page has its own parts', async () => {
  const built = await ownBuild()
  const server = await killable(built)
  const document = await createDocument(server.url, { text: 'text' })
  const old = await visit(document.links.edit)
  await untilKept(old, document.id)
  await server.kill()
  await rebuild(built)
  await server.start()

  const fresh = await old.secondTab(document.links.edit)
  // On a busy machine the server may be slower than the page waits for it.
  await eventually(async () => {
    if ((await describes(fresh.page)) !== 'the next build') await fresh.page.reload()
    expect(await describes(fresh.page)).toBe('the next build')
  })
  await eventually(async () => expect(await waits(fresh.page)).toBe(true))
  expect((await cacheNames(fresh.page)).length).toBe(2)
  // A part that the old page never loaded, and that the server no longer has.
  await old.openPanel('chat')
  await Promise.all([old.page.close(), fresh.page.close()])

  const person = await old.person.context.newPage()
  await server.kill()
  await person.goto(document.links.edit)
  await new DocumentPage(old.person, person).expectText('text')
  expect(await describes(person)).toBe('the next build')
  await eventually(async () => expect((await cacheNames(person)).length).toBe(1))
})

const describes = (page: Page): Promise<string | null> => page.locator('meta[name=description]').getAttribute('content')

const waits = (page: Page): Promise<boolean> =>
  page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null)

const cacheNames = (page: Page): Promise<string[]> => page.evaluate(() => caches.keys())

/** A build that this test may change, where it finds its packages. */
async function ownBuild(): Promise<string> {
  const built = `${dist}-offline-${process.pid}`
  await cp(dist, built, { recursive: true })
  onTestFinished(() => rm(built, { recursive: true, force: true }))
  return built
}

/** Makes the next build of it: another worker, another HTML, and a part under another name. */
async function rebuild(built: string): Promise<void> {
  const page = join(built, 'page')
  const worker = await readFile(join(page, 'worker.js'), 'utf8')
  const [chat = ''] = /\/assets\/chat-panel-[\w-]+\.js/.exec(worker) ?? []
  const renamed = chat.replace('.js', '2.js')
  await cp(join(page, chat), join(page, renamed))
  for (const end of ['', '.br', '.gz']) await rm(join(page, `${chat}${end}`), { force: true })
  for (const end of ['.br', '.gz']) await rm(join(page, `worker.js${end}`), { force: true })
  const version = /version:.([0-9a-f]{16})/.exec(worker)?.[1] ?? ''
  await writeFile(
    join(page, 'worker.js'),
    worker.replace(version, version.split('').reverse().join('')).replaceAll(chat, renamed),
  )
  const html = await readFile(join(page, 'index.html'), 'utf8')
  await writeFile(join(page, 'index.html'), html.replace(/(name="description" content=")[^"]*/, '$1the next build'))
}

test('the page can be installed: its manifest and icons are there', async () => {
  const { page } = await newPerson(suite.browser)
  await page.goto(suite.url)
  const devtools = await page.context().newCDPSession(page)
  const { errors, url } = await devtools.send('Page.getAppManifest')
  expect([errors, url]).toEqual([[], `${suite.url}/manifest.webmanifest`])
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
})

test('what the browser draws around the page has the colour of the chosen theme', async () => {
  const { page } = await newPerson(suite.browser, { colorScheme: 'light' })
  await page.goto(suite.url)
  const shown = () =>
    page
      .locator('meta[name=theme-color]')
      .evaluateAll((all) =>
        all
          .filter((one) => matchMedia((one as HTMLMetaElement).media).matches)
          .map((one) => one.getAttribute('data-theme')),
      )
  expect(await shown()).toEqual(['light'])
  await page.getByRole('button', { name: /^Theme/ }).click()
  await page.getByText('Dark', { exact: true }).click()
  await eventually(async () => expect(await shown()).toEqual(['dark']))
  await page.reload()
  await page.getByRole('button', { name: /^Theme/ }).click()
  expect(await shown()).toEqual(['dark'])
  await page.getByText('System', { exact: true }).click()
  await eventually(async () => expect(await shown()).toEqual(['light']))
})

test('over plain http on another host nothing is kept of the page, and nothing complains', async () => {
  const document = await createDocument(suite.url, { text: 'plain' })
  const ada = await visit(document.links.edit.replace(/127\.0\.0\.1|localhost/, 'write.test'))
  await ada.expectSaveState('Saved')
  expect(await ada.page.evaluate(() => [isSecureContext, 'serviceWorker' in navigator])).toEqual([false, false])
  expect(ada.person.problems).toEqual([])
})
