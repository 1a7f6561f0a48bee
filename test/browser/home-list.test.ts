// The list on the first page, and the ways to begin, in a real browser.
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson, type Person } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument, type TestDocument } from '../harness/server.ts'

const suite = browserSuite()

const rows = (page: Page) => page.getByRole('region', { name: 'Your documents' }).getByRole('listitem')
const titles = (page: Page) => rows(page).locator('.opened-title').allTextContents()

/** A person whose browser has opened these before, the last one last. */
async function readerOf(documents: TestDocument[], options = {}): Promise<Person> {
  const person = await newPerson(suite.browser, options)
  const list = documents.map(({ id, keys }, i) => ({
    id,
    keys: { own: keys.own },
    title: `kept ${i}`,
    openedAt: i + 1,
  }))
  await person.page.goto(suite.url)
  await person.page.evaluate((kept) => localStorage.setItem('scriptorium.documents', kept), JSON.stringify(list))
  await person.page.goto(suite.url)
  return person
}

test('[L1] who is in a document now is seen in the list, and comes and goes while one looks', async () => {
  const document = await createDocument(suite.url, { title: 'The minutes' })
  const { page } = await readerOf([document])
  await page.clock.install()
  await page.reload()
  await eventually(async () => expect(await titles(page)).toEqual(['The minutes']))
  expect(await rows(page).getByText('here now').count()).toBe(0)
  const ada = await openDocument(suite.browser, document.links.edit)
  await eventually(async () => {
    await page.clock.fastForward(20_000)
    expect(await rows(page).getByText('1 person here now').count()).toBe(1)
  })
  await ada.person.close()
  await eventually(async () => {
    await page.clock.fastForward(20_000)
    expect(await rows(page).getByText('here now').count()).toBe(0)
  })
})

test('[D1] an owner deletes a document for everybody, after a question that names it', async () => {
  const document = await createDocument(suite.url, { title: '<b>Old</b> plans' })
  const { page } = await readerOf([document])
  const ada = await openDocument(suite.browser, document.links.edit)
  await page.getByRole('button', { name: 'Delete <b>Old</b> plans' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “<b>Old</b> plans” for everybody?' })
  await dialog.waitFor()
  await page.keyboard.press('Enter')
  // Enter answers with what keeps it.
  await dialog.waitFor({ state: 'detached' })
  expect(await titles(page)).toEqual(['<b>Old</b> plans'])
  await page.getByRole('button', { name: 'Delete <b>Old</b> plans' }).click()
  await dialog.getByRole('button', { name: 'Delete for everybody' }).click()
  await page.getByText('Documents you open appear here.').waitFor()
  await ada.page.getByRole('dialog', { name: 'This document was deleted' }).waitFor()
})

test('[L2] a document that is gone, or whose link was replaced, says so in the list and can be forgotten', async () => {
  const [gone, closed] = [await createDocument(suite.url), await createDocument(suite.url)]
  const wrong = { ...closed, keys: { ...closed.keys, own: gone.keys.view } }
  await fetch(`${suite.url}/api/documents/${gone.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${gone.keys.own}` },
  })
  const { page } = await readerOf([gone, wrong])
  await rows(page).getByText('Was deleted').waitFor()
  await rows(page).getByText('Your link no longer opens it').waitFor()
  expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
  await page.getByRole('button', { name: 'Forget kept 0' }).click()
  await page.getByRole('button', { name: 'Forget it' }).click()
  await eventually(async () => expect(await titles(page)).toEqual(['kept 1']))
})

test('documents are pinned above the others and found by their words', async () => {
  const all = await Promise.all(Array.from({ length: 6 }, () => createDocument(suite.url)))
  const { page } = await readerOf(all)
  await eventually(async () => expect((await titles(page))[0]).toBe('kept 5'))
  await page.getByRole('button', { name: 'Pin kept 2' }).click()
  await eventually(async () => expect((await titles(page)).slice(0, 2)).toEqual(['kept 2', 'kept 5']))
  await page.reload()
  await eventually(async () => expect((await titles(page)).slice(0, 2)).toEqual(['kept 2', 'kept 5']))
  const search = page.getByRole('searchbox', { name: 'Search your documents' })
  await search.fill('KEPT 4')
  await eventually(async () => expect(await titles(page)).toEqual(['kept 4']))
  await search.fill('nothing like it')
  await page.getByText('No document is called that.').waitFor()
})

test('one begins from a template or a text file, which keeps its name and language; what is no text is said', async () => {
  const person = await newPerson(suite.browser)
  const { page } = person
  await page.goto(suite.url)
  await page.getByText('Press Share in it').waitFor()
  await page.getByRole('button', { name: 'Checklist' }).click()
  const ada = new DocumentPage(person, page)
  await ada.editor.waitFor()
  await ada.expectText('# Checklist\n\n- [ ] First\n- [ ] Then\n- [ ] Last\n')
  await page.goto(suite.url)
  const file = page.locator('input[type=file]')
  await file.setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from([137, 80, 78, 71, 0, 0, 1]) })
  await page.getByRole('alert').filter({ hasText: 'x.png' }).waitFor()
  await file.setInputFiles({ name: 'hello.py', mimeType: 'text/plain', buffer: Buffer.from('print("hello")\n') })
  await ada.editor.waitFor()
  await ada.expectText('print("hello")\n')
  await page.getByRole('button', { name: 'Language: Python' }).waitFor()
  await page.getByRole('heading', { name: 'hello' }).waitFor()
})

test('a long title has the room of buttons that are not seen, and none of those that are', async () => {
  const document = await createDocument(suite.url, { title: 'w'.repeat(200) })
  const { page } = await readerOf([document])
  await eventually(async () => expect((await titles(page))[0]).toMatch(/^w/))
  const row = rows(page).first()
  const [title, forget, pin] = [
    row.locator('.opened-title'),
    row.getByText('Forget'),
    row.getByRole('button', { name: /^Pin/ }),
  ]
  const start = async (of: Locator) => (await of.boundingBox())!.x
  const end = async (of: Locator) => (await start(of)) + (await of.boundingBox())!.width
  expect((await end(row)) - (await end(title))).toBeLessThan(24)
  await row.hover()
  expect(await end(title)).toBeLessThanOrEqual(await start(forget))
  await pin.click()
  await page.mouse.move(0, 0)
  await pin.blur()
  expect(await end(title)).toBeLessThanOrEqual(await start(pin))
  expect((await end(row)) - (await end(title))).toBeLessThan(60)
})

test('at 360 pixels nothing of the list sticks out', async () => {
  const document = await createDocument(suite.url, { title: 'w'.repeat(200) })
  const { page } = await readerOf([document], { viewport: { width: 360, height: 640 } })
  await eventually(async () => expect((await titles(page))[0]).toMatch(/^w/))
  expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth - innerWidth)).toBe(0)
  await page.getByRole('button', { name: /^Delete/ }).click()
  await page.getByRole('dialog').waitFor()
  expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth - innerWidth)).toBe(0)
})

test('who leaves a document at once finds it in the list by its title', async () => {
  const document = await createDocument(suite.url, { text: '# Left at once' })
  const [ada] = await suite.meet(document.links.edit)
  await ada.expectText('# Left at once')
  await ada.page.goto(suite.url)
  await ada.page.getByRole('link', { name: /^Left at once/ }).waitFor()
})
