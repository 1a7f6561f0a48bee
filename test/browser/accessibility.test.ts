// That nobody is kept out: the keyboard reaches everything and gets back. What axe finds: every-state.test.ts.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
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
