// Passing links on, over 127.0.0.1 (a secure context) and over plain http under another name (none: no clipboard, no
// crypto.subtle, no locks), where everything has to work all the same.
import { expect, onTestFinished, test } from 'vitest'
import { startTcpProxy } from '../../simulate/tcp-proxy.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, type DocumentPage, expectTexts, openDocument } from '../harness/page-object.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const plainHost = 'scriptorium.test'
const suite = browserSuite({ args: [`--host-resolver-rules=MAP ${plainHost} 127.0.0.1`] })

const onPlainHttp = (link: string, port?: number): string => {
  const url = new URL(link)
  url.hostname = plainHost
  if (port !== undefined) url.port = String(port)
  return url.href
}

/** Copies a link in the share menu and returns what a paste then brings. */
async function copyLink(who: DocumentPage, kind: 'edit' | 'view'): Promise<string> {
  const { page } = who
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByRole('button', { name: `Copy ${kind} link` }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  await page.keyboard.press('Escape')
  const home = await who.person.context.newPage()
  await home.goto(new URL('/', page.url()).href)
  const field = home.getByRole('textbox', { name: 'Link to a document' })
  await field.focus()
  await home.keyboard.press('Control+v')
  const link = await field.inputValue()
  await home.close()
  await page.bringToFront()
  return link
}

test.each([
  ['in a secure context', false],
  ['over plain http in the local network', true],
] as const)('[A1] copied links are what they say, %s', async (_where, isPlain) => {
  const document = await createDocument(suite.url, { text: 'shared' })
  const link = (role: 'own' | 'edit' | 'view') => (isPlain ? onPlainHttp(document.links[role]) : document.links[role])
  const owner = await openDocument(suite.browser, link('own'), {
    permissions: isPlain ? [] : ['clipboard-read', 'clipboard-write'],
  })
  expect(await owner.page.evaluate(() => isSecureContext)).toBe(!isPlain)
  const [edit, view] = [await copyLink(owner, 'edit'), await copyLink(owner, 'view')]
  expect(new Set([edit, view, link('own')]).size).toBe(3)
  for (const copied of [edit, view]) expect(new URL(copied).host).toBe(new URL(link('own')).host)
  const writer = await openDocument(suite.browser, edit)
  const reader = await openDocument(suite.browser, view)
  await reader.expectSaveState('View only')
  await writer.goTo('end')
  await writer.type(' with all')
  await expectTexts([owner, reader, writer], 'shared with all')
  // The same links again, not new ones each time.
  expect(await copyLink(owner, 'edit')).toBe(edit)
})

test('[A3] a link that the owner replaces stops working at once, and the new one works', async () => {
  const document = await createDocument(suite.url, { text: 'shared' })
  const owner = await openDocument(suite.browser, document.links.own)
  const writer = await openDocument(suite.browser, document.links.edit)
  await owner.page.getByRole('button', { name: 'Share', exact: true }).click()
  const row = owner.page.getByRole('dialog', { name: 'Share' })
  await row.getByRole('button', { name: 'Make a new link' }).first().click()
  await row.getByRole('button', { name: 'Replace it' }).click()
  await row.getByText('The old one no longer works.').waitFor()
  await writer.page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
  await owner.page.keyboard.press('Escape')
  const next = await openDocument(suite.browser, await copyLink(owner, 'edit'))
  await next.goTo('end')
  await next.type('!')
  await owner.expectText('shared!')
})

test('over plain http people write together, and text typed offline comes back after the tab was left', async () => {
  const proxy = await startTcpProxy(Number(new URL(suite.url).port))
  onTestFinished(() => proxy.close())
  const document = await createDocument(suite.url, { text: 'plain: ' })
  const link = onPlainHttp(document.links.edit, proxy.port)
  const ada = await openDocument(suite.browser, link, { allow: [connectionTrouble] })
  const bob = await openDocument(suite.browser, onPlainHttp(document.links.edit))
  const missing = await ada.page.evaluate(() => [
    typeof navigator.locks,
    typeof navigator.clipboard,
    typeof crypto.subtle,
    typeof crypto.randomUUID,
  ])
  expect(missing).toEqual(Array(4).fill('undefined'))
  await ada.goTo('end')
  await ada.type('together ')
  await bob.expectText('plain: together ')
  await ada.expectSaveState('Saved')
  proxy.set({ refuse: true })
  proxy.cut()
  await ada.type('offline')
  await ada.expectSaveState('Offline, changes kept')
  await ada.page.goto('about:blank')
  proxy.set({ refuse: false })
  await ada.goto(link)
  await expectTexts([ada, bob], 'plain: together offline')
  await ada.expectSaveState('Saved')
  await eventually(async () => expect(await textOnServer(suite.url, document)).toBe('plain: together offline'))
})
