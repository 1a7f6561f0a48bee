// The title in the bar above a document, in real browsers.
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { startTcpProxy } from '../../simulate/tcp-proxy.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, type DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const heading = (on: DocumentPage) => on.page.getByRole('banner').getByRole('heading')
const field = (on: DocumentPage) => on.page.getByRole('textbox', { name: 'Title' })
const expectTitle = (on: DocumentPage, title: string) =>
  eventually(async () => {
    expect(await heading(on).textContent()).toBe(title)
    expect(await on.page.title()).toBe(`${title} · Scriptorium`)
  })

test('[S1] a title is changed in place with Enter, for everybody, who are told by whom; Escape gives up', async () => {
  const document = await createDocument(suite.url, { text: '# First line' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.own)
  await expectTitle(ada, 'First line')
  await heading(ada).getByRole('button').click()
  await field(ada).fill('The minutes')
  await field(ada).press('Enter')
  await expectTitle(ada, 'The minutes')
  await expectTitle(bob, 'The minutes')
  await bob.page.getByText(`${await ada.ownName()} changed the title to “The minutes”`).waitFor()
  expect(await ada.page.getByText('changed the title').count()).toBe(0)
  await heading(bob).getByRole('button').press('Enter')
  await field(bob).fill('Something else')
  await field(bob).press('Escape')
  await expectTitle(bob, 'The minutes')
  expect(await bob.page.evaluate(() => globalThis.document.activeElement?.textContent)).toBe('The minutes')
  await heading(bob).getByRole('button').click()
  await field(bob).fill('')
  await field(bob).press('Enter')
  // Without a title it is called by its first line again.
  await expectTitle(ada, 'First line')
  await ada.page.reload()
  await expectTitle(ada, 'First line')
})

test('[S2] a title is words, and no field, for who only reads', async () => {
  const document = await createDocument(suite.url, { title: 'Read me' })
  const [ada, bob] = await suite.meet(document.links.view, document.links.edit)
  await expectTitle(ada, 'Read me')
  await expectTitle(bob, 'Read me')
  expect(await heading(bob).getByRole('button').count()).toBe(1)
  expect(await heading(ada).getByRole('button').count()).toBe(0)
  await ada.press('Control+k')
  await ada.page.getByRole('combobox', { name: 'Commands' }).fill('title')
  expect(await ada.page.getByRole('option', { name: 'Change the title' }).count()).toBe(0)
})

test('[S3] hostile and endless titles are cleaned, cut and shown as words, and the bar keeps its size', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  const height = () => ada.page.getByRole('banner').evaluate((bar) => bar.getBoundingClientRect().height)
  const before = await height()
  const titles: [typed: string, shown: string][] = [
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['a\u202eb\u200bc', 'abc'],
    [`z${'\u0310'.repeat(90)}`, `z${'\u0310'.repeat(3)}`],
    ['w'.repeat(limits.titleLengthMax + 50), 'w'.repeat(limits.titleLengthMax)],
  ]
  for (const [typed, shown] of titles) {
    await heading(ada).getByRole('button').click()
    await field(ada).fill(typed)
    await field(ada).press('Enter')
    await expectTitle(bob, shown)
    await expectTitle(ada, shown)
    expect(await height()).toBe(before)
    expect(await ada.page.evaluate(() => globalThis.document.documentElement.scrollWidth - innerWidth)).toBe(0)
  }
})

test('a title that could not be set stands in its field again, with the reason', async () => {
  const document = await createDocument(suite.url, { title: 'Before' })
  const proxy = await startTcpProxy(Number(new URL(suite.url).port))
  const link = document.links.edit.replace(suite.url, proxy.url)
  const ada = await openDocument(suite.browser, link, { allow: [connectionTrouble] })
  await expectTitle(ada, 'Before')
  await heading(ada).getByRole('button').click()
  await proxy.close()
  await ada.expectSaveState('Offline, changes kept')
  await field(ada).fill('After')
  await field(ada).press('Enter')
  await ada.page.getByText('The title was not changed.').waitFor()
  expect(await field(ada).inputValue()).toBe('After')
})
