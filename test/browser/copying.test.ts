// Copies of the whole text, as Markdown and as it looks; a text of thousands of blocks must not keep the page from anything else.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()
const blocks = 3_000

/** Notes from now on in which task of the page each piece of HTML is sanitised, and how many were when it asks to copy. */
const watchExport = (page: Page) =>
  page.evaluateHandle(() => {
    const seen = { task: 0, sanitisedIn: [] as number[], beforeAsking: -1 }
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      seen.task++
      port2.postMessage(undefined)
    }
    port2.postMessage(undefined)
    const { parseFromString } = DOMParser.prototype
    DOMParser.prototype.parseFromString = function (...args) {
      seen.sanitisedIn.push(seen.task)
      return parseFromString.apply(this, args)
    }
    const write = navigator.clipboard.write.bind(navigator.clipboard)
    navigator.clipboard.write = (items) => {
      seen.beforeAsking = seen.sanitisedIn.length
      return write(items)
    }
    return seen
  })

/** Somebody in this document whose page may use the clipboard. */
async function meetCopier(text: string): Promise<DocumentPage> {
  const document = await createDocument(suite.url, { text })
  const person = await newPerson(suite.browser, { permissions: ['clipboard-read', 'clipboard-write'] })
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  return ada
}

async function copyAs({ page }: DocumentPage, action: string): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('button', { name: action }).click()
  await page.getByText('Copied').first().waitFor()
}

const copied = ({ page }: DocumentPage, type: string) =>
  page.evaluate(async (wanted) => {
    const [item] = await navigator.clipboard.read()
    return (await item!.getType(wanted)).text()
  }, type)

test('a copy as Markdown is the text', async () => {
  const ada = await meetCopier('Some *words*\n\n- a list')
  await copyAs(ada, 'Copy as Markdown')
  expect(await copied(ada, 'text/plain')).toBe('Some *words*\n\n- a list')
  // It took no longer than a moment: no word of it.
  expect(await ada.page.getByText('Preparing a long text…').count()).toBe(0)
})

test('a copy as formatted text has both forms', async () => {
  const ada = await meetCopier('Some *words*')
  await copyAs(ada, 'Copy as formatted text')
  expect(await copied(ada, 'text/html')).toContain('<em>words</em>')
  expect(await copied(ada, 'text/plain')).toBe('Some *words*')
})

test('a long text is copied as formatted text a piece at a time, and the browser is asked before, while it still listens', async () => {
  const text = Array.from({ length: blocks }, (_, i) => `# Part ${i}\n\n`).join('')
  const ada = await meetCopier(text)
  const seen = await watchExport(ada.page)
  await copyAs(ada, 'Copy as formatted text')
  const { sanitisedIn, beforeAsking } = await seen.evaluate((it) => it)
  expect([sanitisedIn.length, beforeAsking]).toEqual([blocks, 0])
  expect(new Set(sanitisedIn).size).toBeGreaterThan(3)
  const html = await copied(ada, 'text/html')
  expect(html.match(/Part \d+/g)).toEqual(Array.from({ length: blocks }, (_, i) => `Part ${i}`))
})

test('what takes longer than a moment says so before it is done', async () => {
  const document = await createDocument(suite.url, { text: 'Some *words*' })
  const [ada] = await suite.meet(document.links.edit)
  const finish = await ada.page.evaluateHandle(() => {
    let finishing: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      finishing = resolve
    })
    navigator.clipboard.write = () => finished
    return () => finishing()
  })
  await ada.page.getByRole('button', { name: 'More' }).click()
  await ada.page.getByRole('button', { name: 'Copy as formatted text' }).click()
  await ada.page.getByText('Preparing a long text…').waitFor()
  expect(await ada.page.getByText('Copied').count()).toBe(0)
  await finish.evaluate((resolve) => resolve())
  await ada.page.getByText('Copied').first().waitFor()
})
