// What was typed without a server is merged when it is back: the page says so, and leads to it.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, type DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()
const allow = [connectionTrouble, /ERR_INTERNET_DISCONNECTED/]

const longText = (lines: number) => Array.from({ length: lines }, (_, i) => `line ${i}`).join('\n')

/** Pieces of the text that are marked, in order. */
const marked = ({ page }: DocumentPage) => page.locator('.cm-recovered').allTextContents()

/** The first marked piece, if it is where one sees it. */
const isInView = ({ page }: DocumentPage, piece: string) =>
  page.locator('.cm-recovered', { hasText: piece }).first().evaluate(visible)

function visible(element: Element): boolean {
  const box = element.getBoundingClientRect()
  const scroller = element.closest('.cm-scroller')!.getBoundingClientRect()
  return box.top >= scroller.top && box.bottom <= scroller.bottom
}

/** With keys alone, from the foot of the page backwards. */
async function pressShow(page: Page): Promise<void> {
  const button = page.getByRole('status').getByRole('button', { name: 'Show' })
  await button.waitFor()
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await button.evaluate((it) => it === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
}

test('[P3] typed offline in an open page: on return a press leads there, past what others wrote above', async () => {
  const document = await createDocument(suite.url, { text: longText(300) })
  const ada = await openDocument(suite.browser, document.links.edit, { allow })
  const bob = await openDocument(suite.browser, document.links.edit, { allow })
  await ada.person.context.setOffline(true)
  await ada.expectSaveState('Offline, changes kept')
  await ada.goTo('end')
  await ada.type(' typed at the end')
  await ada.goTo('start')
  await ada.type('typed at the start ')
  await bob.goTo('start')
  await bob.paste(`${longText(50)}\n`)
  await bob.expectSaveState('Saved')
  await ada.person.context.setOffline(false)
  await ada.page.getByText('Recovered 36 characters typed offline').waitFor()
  await ada.expectSaveState('Saved')
  expect(await marked(ada)).toEqual([])
  await ada.press('Escape')
  await pressShow(ada.page)
  await eventually(async () => expect(await isInView(ada, 'typed at the start ')).toBe(true))
  await ada.press('Enter')
  await eventually(async () => expect(await isInView(ada, ' typed at the end')).toBe(true))
})

test('[P3] after a reload, too; where it was one passage one writes on, and the mark goes by itself', async () => {
  const document = await createDocument(suite.url, { text: longText(300) })
  const ada = await openDocument(suite.browser, document.links.edit, { allow })
  await ada.expectSaveState('Saved')
  await ada.person.context.setOffline(true)
  await ada.expectSaveState('Offline, changes kept')
  await ada.goTo('end')
  await ada.type(' typed offline')
  await ada.expectSaveState('Offline, changes kept')
  await ada.page.goto('about:blank')
  await ada.person.context.setOffline(false)
  await ada.page.clock.install()
  await ada.goto(document.links.edit)
  await ada.page.getByText('Recovered 14 characters typed offline').waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  await ada.press('Escape')
  await pressShow(ada.page)
  await eventually(async () => expect(await isInView(ada, ' typed offline')).toBe(true))
  expect(await marked(ada)).toEqual([' typed offline'])
  const durations = await ada.page.locator('.cm-recovered').evaluate((it) => getComputedStyle(it).transitionDuration)
  expect(new Set(durations.split(', ').map(Number.parseFloat))).toEqual(new Set([0]))
  await ada.page.keyboard.type('HERE')
  expect(await marked(ada)).toEqual([' typed offline'])
  await ada.page.clock.fastForward(7_000)
  await eventually(async () => expect(await marked(ada)).toEqual([]))
  await ada.page.getByText('HERE typed offline').waitFor()
})

test('[P3] what is in sight already is marked where it stands: nothing moves', async () => {
  const document = await createDocument(suite.url, { text: `# Heading\n${longText(300)}` })
  const ada = await openDocument(suite.browser, document.links.edit, { allow })
  await ada.expectSaveState('Saved')
  await ada.person.context.setOffline(true)
  await ada.expectSaveState('Offline, changes kept')
  await ada.goTo('start')
  await ada.press(...Array(17).fill('ArrowDown'))
  await ada.type('typed offline ')
  await ada.person.context.setOffline(false)
  await ada.page.getByText('Recovered 14 characters typed offline').waitFor()
  await ada.press('Escape')
  await pressShow(ada.page)
  await eventually(async () => expect(await marked(ada)).toEqual(['typed offline ']))
  expect(await isInView(ada, 'typed offline ')).toBe(true)
  expect(await ada.page.locator('.cm-scroller').evaluate(({ scrollTop }) => scrollTop)).toBe(0)
})
