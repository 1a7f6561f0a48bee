// The first page, and what the page asks of the network, in a real browser.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const opened = (page: Page) => page.getByRole('region', { name: 'Your documents' })

test('a document can be made, written, found in the list when one comes back, and forgotten', async () => {
  const person = await newPerson(suite.browser)
  const { page } = person
  await page.goto(suite.url)
  await opened(page).getByText('Documents you open appear here.').waitFor()
  await page.getByRole('button', { name: 'New document' }).click()
  const ada = new DocumentPage(person, page)
  await ada.editor.waitFor()
  await ada.type('# The first chapter\nIt begins.')
  await page.getByRole('heading', { name: 'The first chapter' }).waitFor()
  await eventually(async () => expect(await page.title()).toBe('The first chapter · Scriptorium'))
  await ada.expectSaveState('Saved')
  await page.getByRole('link', { name: 'Your documents' }).click()
  const entry = opened(page).getByRole('link', { name: /The first chapter/ })
  await entry.click()
  await ada.expectText('# The first chapter\nIt begins.')
  await page.goBack()
  await page.reload()
  await entry.waitFor()
  await page.getByRole('button', { name: 'Forget The first chapter' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('button', { name: 'Forget The first chapter' }).click()
  await page.getByRole('button', { name: 'Forget for good' }).click()
  await opened(page).getByText('Documents you open appear here.').waitFor()
})

test('a pasted link opens its document, and something else is said to be none', async () => {
  const document = await createDocument(suite.url, { text: 'found' })
  const person = await newPerson(suite.browser)
  await person.page.goto(suite.url)
  const field = person.page.getByRole('textbox', { name: 'Link to a document' })
  await field.fill(document.links.edit.replace(/#.*/, ''))
  await field.press('Enter')
  await person.page.getByRole('alert').getByText('This is no whole link').waitFor()
  await field.fill(`  ${document.links.edit} `)
  await person.page.getByRole('button', { name: 'Open' }).click()
  await new DocumentPage(person, person.page).expectText('found')
})

test('[A2] nothing but the server is ever asked for anything, and no key is in any request line', async () => {
  const document = await createDocument(suite.url, { text: 'text ![image](https://example.org/a.png)' })
  const person = await newPerson(suite.browser)
  const asked: string[] = []
  person.context.on('request', (request) => asked.push(request.url(), request.headers().referer ?? ''))
  person.page.on('websocket', (socket) => asked.push(socket.url()))
  await person.page.goto(suite.url)
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.own)
  await ada.openPanel('chat')
  await ada.say('https://example.org/b.png')
  await ada.type('more')
  await ada.press('Control+f')
  await ada.page.getByRole('textbox', { name: 'Find' }).waitFor()
  await ada.page.getByRole('button', { name: 'Share', exact: true }).click()
  await ada.expectSaveState('Saved')
  const { host } = new URL(suite.url)
  const foreign = asked.filter((url) => url !== '' && !/^(data|blob):/.test(url) && new URL(url).host !== host)
  expect(foreign).toEqual([])
  expect(asked.length).toBeGreaterThan(5)
  const keys = Object.values(document.keys)
  // What a browser keeps to itself, behind #, is not part of a request.
  expect(asked.filter((url) => keys.some((key) => url.replace(/#.*/, '').includes(key)))).toEqual([])
})
