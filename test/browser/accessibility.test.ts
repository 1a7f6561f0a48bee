// That nobody is kept out: axe finds nothing in either theme, and the keyboard reaches everything and gets back.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument, shareKey } from '../harness/server.ts'

const suite = browserSuite()

/** Fails with what axe found, each with the elements it found it at. */
async function expectNoViolations(page: Page, where: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe }
    const { violations } = await here.run(document, { preload: false })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
    )
  })
  expect(found, where).toEqual([])
}

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any page, panel, menu or dialog in the %s theme',
  async (colorScheme) => {
    const document = await createDocument(suite.url, {
      text: '# Title\n\nSome *text* with `code`, a [link](https://example.org) and\n\n> a quote\n\n- [ ] an item',
    })
    const person = await newPerson(suite.browser, { colorScheme })
    const { page } = person
    await page.goto(suite.url)
    await page.getByText('Documents you open appear here.').waitFor()
    await expectNoViolations(page, 'the first page, empty')
    await page.goto(`${suite.url}/d/${document.id}`)
    await page.getByRole('heading', { name: 'This link is incomplete' }).waitFor()
    await expectNoViolations(page, 'an incomplete link')
    const ada = new DocumentPage(person, page)
    await ada.goto(document.links.edit)
    const bob = await openDocument(suite.browser, document.links.own)
    await bob.openPanel('chat')
    await bob.say('Hello')
    await bob.goTo('end')
    await ada.carets.first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor()
    await expectNoViolations(page, 'a document')
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await expectNoViolations(page, 'the share menu')
    await page.keyboard.press('Escape')
    await ada.saveState.click()
    await expectNoViolations(page, 'the save card')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor()
    await expectNoViolations(page, 'the menu')
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await expectNoViolations(page, 'the shortcuts')
    await page.keyboard.press('Escape')
    for (const [keys, name] of [
      ['Control+k', 'Commands'],
      ['Control+Comma', 'Settings'],
    ] as const) {
      await page.keyboard.press(keys)
      await page.getByRole('dialog', { name }).waitFor()
      await expectNoViolations(page, name)
      await page.keyboard.press('Escape')
    }
    await page.getByRole('button', { name: /^Count/ }).click()
    await expectNoViolations(page, 'the counts')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Both' }).click()
    await page.getByRole('region', { name: 'Preview' }).getByRole('heading', { name: 'Title' }).waitFor()
    await page.keyboard.press('Control+Alt+o')
    await page.getByRole('complementary', { name: 'Table of contents' }).getByText('Title').waitFor()
    await expectNoViolations(page, 'the preview and the table of contents')
    await page.getByRole('button', { name: 'Write', exact: true }).click()
    await page.keyboard.press('Escape')
    await ada.openPanel('people')
    await expectNoViolations(page, 'the people')
    await ada.openPanel('chat')
    await ada.chatLog.getByText('Hello').waitFor()
    await expectNoViolations(page, 'the chat')
    await ada.editor.focus()
    await ada.press('Control+f')
    await page.getByRole('textbox', { name: 'Find' }).waitFor()
    await expectNoViolations(page, 'the search')
    await shareKey(suite.url, document, document.keys.own, { role: 'edit', revoke: true })
    await page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
    await expectNoViolations(page, 'a dialog')
    await page.getByRole('button', { name: 'Read it here' }).click()
    await page.getByRole('link', { name: 'Your documents' }).click()
    await page.getByRole('link', { name: /^Title/ }).waitFor()
    await expectNoViolations(page, 'the first page with a document')
  },
)

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

test('at 360 pixels nothing sticks out, and everything can still be done', async () => {
  const document = await createDocument(suite.url, {
    text: `# A title that is much too long for a telephone\n\n${'word'.repeat(60)}`,
  })
  const ada = await openDocument(suite.browser, document.links.own, { viewport: { width: 360, height: 640 } })
  const expectNothingOut = async (where: string) => {
    const out = await ada.page.evaluate(() => globalThis.document.documentElement.scrollWidth - innerWidth)
    expect(out, `pixels that stick out: ${where}`).toBe(0)
  }
  await ada.expectSaveState('Saved')
  await expectNothingOut('the document')
  await ada.page.getByRole('button', { name: 'Share', exact: true }).click()
  await ada.page.getByRole('button', { name: 'Copy view link' }).waitFor()
  await expectNothingOut('the share menu')
  await ada.press('Escape')
  await ada.openPanel('chat')
  await ada.say('Hello')
  await ada.chatLog.getByText('Hello').waitFor()
  await expectNothingOut('the chat')
  await ada.openPanel('people')
  await expectNothingOut('the people')
})
