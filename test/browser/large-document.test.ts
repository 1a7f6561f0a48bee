// A document as large as documents may be, in real browsers: it opens with progress, and can be written in.
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

/** Room for what is written in the test. */
const length = limits.textLengthMax - 1_000
const paragraph = `${'The scribes sat by the north window, for the light. '.repeat(12)}\n\n`
const text = paragraph.repeat(Math.ceil(length / paragraph.length)).slice(0, length)

/** Runs in the page: keeps in `window.progressSeen` what the bar said, because it is gone before a test could look. */
function watchProgress(): void {
  const seen: number[] = []
  Object.assign(globalThis, { progressSeen: seen })
  new MutationObserver(() => {
    const bar = document.querySelector('progress')
    if (bar !== null && seen.at(-1) !== bar.value / bar.max) seen.push(bar.value / bar.max)
  }).observe(document, { subtree: true, childList: true, attributes: true })
}

test('5 MB open with progress, and what is written at both ends is saved and seen by others', async () => {
  const document = await createDocument(suite.url, { text })
  const bob = await openDocument(suite.browser, document.links.edit)
  const person = await newPerson(suite.browser)
  await person.context.addInitScript(watchProgress)
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  const seen = await ada.page.evaluate(() => Reflect.get(globalThis, 'progressSeen') as number[])
  expect(seen.length).toBeGreaterThan(2)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  await ada.goTo('end')
  await ada.type('the end')
  await bob.goTo('start')
  await bob.type('the start, ')
  await ada.expectSaveState('Saved')
  await bob.expectSaveState('Saved')
  await ada.goTo('start')
  await eventually(async () => expect(await ada.text()).toMatch(/^the start, The scribes/))
  expect(await textOnServer(suite.url, document)).toBe(`the start, ${text}the end`)
})
