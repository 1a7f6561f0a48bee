// That nobody is kept out: the keyboard reaches everything and gets back. What axe finds: every-state.test.ts.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, DocumentPage, openDocument } from '../harness/page-object.ts'
import { PageWire } from '../harness/page-wire.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

/** What has the focus, as a screen reader would call it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
  })

test('the keyboard reaches everything in the order in which it stands, and the text last', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada] = await suite.meet(document.links.own)
  await ada.expectSaveState('Saved')
  await ada.page.getByRole('button', { name: 'Count: 1 word' }).waitFor()
  await ada.openPanel('chat')
  await ada.page.evaluate(() => (globalThis.document.activeElement as HTMLElement | null)?.blur())
  await ada.page.getByRole('button', { name: 'Skip to the text' }).focus()
  const reached: string[] = []
  for (let i = 0; i < 20 && reached.at(-1) !== 'Send'; i++) {
    reached.push(await focused(ada.page))
    // In the text, Tab indents.
    if (reached.at(-1) === 'Document text') await ada.press('Escape')
    await ada.press('Tab')
  }
  expect(reached).toEqual([
    'Skip to the text',
    'Your documents',
    'text',
    'Save state: Saved',
    'Write',
    'Both',
    'Read',
    'Share',
    'People: only you',
    'Chat',
    'More',
    'Document text',
    'Language: Markdown',
    'Count: 1 word',
    'Close chat',
    'Chat',
    'Message',
    'Send',
  ])
  await ada.page.getByRole('button', { name: 'Skip to the text' }).focus()
  await ada.press('Enter')
  expect(await focused(ada.page)).toBe('Document text')
})

test('Escape closes menus and panels, and the focus is back where it was', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada] = await suite.meet(document.links.own)
  await ada.expectSaveState('Saved')
  for (const [name, opened] of [
    ['Share', ada.page.getByRole('dialog', { name: 'Share' })],
    ['Save state: Saved', ada.page.getByRole('dialog', { name: 'Save state: Saved' })],
    ['More', ada.page.getByRole('dialog', { name: 'More' })],
    ['People: only you', ada.page.getByRole('complementary', { name: 'People' })],
    ['Chat', ada.page.getByRole('complementary', { name: 'Chat' })],
  ] as const) {
    await ada.page.getByRole('button', { name, exact: true }).focus()
    await ada.press('Enter')
    await opened.waitFor()
    await opened.getByRole('button').first().focus()
    await ada.press('Escape')
    await opened.waitFor({ state: 'hidden' })
    await eventually(async () => expect(await focused(ada.page)).toBe(name))
  }
})

/** What has the focus, unless it can be seen that it has: a line of at least two pixels around it, inside the window. */
const unseenFocus = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement
    // In a text the cursor shows it.
    if (element === null || element === document.body || element.id === 'editor') return undefined
    // A choice is drawn by what is around its field, or beside it.
    const drawn = element.matches('.unseen') ? [element.parentElement, element.nextElementSibling] : [element]
    const isSeen = drawn.some((one) => {
      if (one === null) return false
      const { outlineStyle, outlineWidth } = getComputedStyle(one)
      const { left, right, top, bottom } = one.getBoundingClientRect()
      const isInside = left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && isInside
    })
    return isSeen ? undefined : element.outerHTML.slice(0, 160)
  })

test.each([
  { width: 1280, height: 800 },
  { width: 360, height: 640 },
])('wherever the keyboard goes, one sees where it is: $width px', async (size) => {
  const document = await createDocument(suite.url, { text: '# Text' })
  const [ada] = await suite.meet(document.links.own, document.links.edit)
  const { page } = ada
  await page.setViewportSize(size)
  await ada.expectSaveState('Saved')
  const walk = async (steps: number, where: string) => {
    const unseen: string[] = []
    for (let i = 0; i < steps; i++) {
      if ((await focused(page)) === 'Document text') await ada.press('Escape')
      await ada.press('Tab')
      const found = await unseenFocus(page)
      if (found !== undefined) unseen.push(found)
    }
    expect(unseen, where).toEqual([])
  }
  await ada.openPanel('people')
  await walk(26, 'the document and the people')
  await ada.openPanel('chat')
  await walk(20, 'the document and the chat')
  await ada.press('Control+Comma')
  await page.getByRole('dialog', { name: 'Settings' }).waitFor()
  await walk(16, 'the settings')
  await ada.press('Escape')
  await page.getByRole('button', { name: 'Share', exact: true }).press('Enter')
  await walk(6, 'the share menu')
  await page.goto(suite.url)
  await page.getByRole('link', { name: /^Text/ }).first().waitFor()
  await walk(14, 'the first page')
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('nothing moves for who asked for that', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada] = await suite.meet(document.links.own)
  const moving = () => ada.page.evaluate(() => globalThis.document.getAnimations().length)
  await ada.expectSaveState('Saved')
  await ada.openPanel('chat')
  expect(await moving()).toBe(0)
  await ada.page.getByRole('button', { name: 'Share', exact: true }).click()
  expect(await moving()).toBe(0)
  await ada.press('Escape', 'Control+k')
  await ada.page.getByRole('dialog', { name: 'Commands' }).waitFor()
  expect(await moving()).toBe(0)
})

/** What a screen reader is told from now on: whatever the page's region changes to. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = []
    Object.assign(globalThis, { heard })
    const region = document.querySelector('.unseen[aria-live]')!
    const hear = () => region.textContent !== '' && heard.push(region.textContent)
    new MutationObserver(hear).observe(region, { childList: true, characterData: true, subtree: true })
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'heard') as string[])
}

test('arrivals, chat and save state are read out, and the same line twice when it is said twice', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const person = await newPerson(suite.browser, { allow: [connectionTrouble, /ERR_FAILED/] })
  const wire = await PageWire.between(person.context)
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  const heard = await listen(ada.page)
  await eventually(async () => expect(await heard()).toEqual(['Saved']))
  const bob = await openDocument(suite.browser, document.links.edit)
  const name = await bob.ownName()
  await bob.openPanel('chat')
  const expected = ['Saved', `${name} joined`]
  const hears = async (line: string) => {
    expected.push(line)
    await eventually(async () => expect(await heard()).toEqual(expected))
  }
  for (const line of ['Yes', 'Yes']) {
    await bob.say(line)
    await hears(`${name}: ${line}`)
  }
  wire.cut()
  await ada.type('more')
  await hears('Offline, changes kept')
})

test('others’ edits are read out to who asked for it', async () => {
  const document = await createDocument(suite.url)
  const person = await newPerson(suite.browser)
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  const bob = await openDocument(suite.browser, document.links.edit)
  await bob.rename('Bob')
  const all = await listen(ada.page)
  const heard = async () => (await all()).filter((line) => line === 'Bob edited the text').length
  await bob.type('one')
  await ada.expectText('one')
  await ada.press('Control+Comma')
  await ada.page.getByRole('switch', { name: 'Read out others’ edits' }).check()
  await ada.press('Escape')
  // The part for it is loaded only now.
  await eventually(async () => {
    await bob.type('.')
    expect(await heard()).toBe(1)
  })
})
