// A walk through everything the page can show: each page, panel, menu, dialog and state, one after the other. Knows how to
// get there; what has to be true there is the visitor's.
import type { Page } from 'playwright-core'
import { limits } from '../../shared/limits.ts'
import type { Person } from './browser.ts'
import type { BrowserSuite } from './browser-suite.ts'
import { eventually } from './eventually.ts'
import { connectionTrouble, DocumentPage } from './page-object.ts'
import type { PageWire } from './page-wire.ts'
import { createDocument, shareKey, type TestDocument } from './server.ts'

/** Called at each stop, with the words for it. */
export type Visit = (page: Page, where: string) => Promise<void>

export type Walk = {
  suite: BrowserSuite
  /** Who walks; and what is between him and the server. */
  person: Person
  wire: PageWire
  /** In the same document; stays where he is put. */
  other: DocumentPage
  visit: Visit
}

const text =
  '# Title\n\nSome *text* with `code`, a [link](https://example.org), **strong** and\n\n> a quote\n\n- [ ] an item\n\n' +
  '| a | b |\n|---|--:|\n| 1 | 2 |\n\n```js\nconst a = "b" // c\n```\n\nA note[^1].\n\n[^1]: Below.\n\nשלום עולם\n'

/** What every server answers with a status that the browser writes down. */
const expected = [connectionTrouble, /status of 40[34]|ERR_FAILED|ERR_INTERNET_DISCONNECTED/]

export async function walkEverywhere(walk: Walk): Promise<void> {
  for (const pattern of expected) walk.person.allow(pattern)
  await walkAddresses(walk)
  await walkHome(walk)
  await walkDocument(walk)
  await walkTalk(walk)
  await walkReading(walk)
  await walkTrouble(walk)
}

async function walkAddresses({ suite, person: { page }, visit }: Walk): Promise<void> {
  const [document, other] = [await createDocument(suite.url), await createDocument(suite.url)]
  const unknown = document.id.split('').reverse().join('')
  for (const [path, title] of [
    [`/d/${document.id}`, 'This link is incomplete'],
    ['/d/x', 'This link is incomplete'],
    ['/nowhere', 'There is nothing here'],
    [`/d/${document.id}#${other.keys.edit}`, 'This link no longer opens the document'],
    [`/d/${unknown}#${document.keys.edit}`, 'There is no such document'],
  ] as const) {
    await page.goto('about:blank')
    await page.goto(suite.url + path)
    await page.getByRole('heading', { name: title }).waitFor()
    await visit(page, title)
  }
}

async function walkHome({ suite, person: { page }, visit }: Walk): Promise<void> {
  await page.goto(suite.url)
  await page.getByText('Documents you open appear here.').waitFor()
  await visit(page, 'the first page, empty')
  await page.getByRole('textbox', { name: 'Link to a document' }).fill('no link')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByText('This is no whole link').waitFor()
  await visit(page, 'a link that is none')
  await page.getByRole('button', { name: /^Theme/ }).click()
  await visit(page, 'the theme menu')
  await page.keyboard.press('Escape')
  const titles = ['One', 'محضر الاجتماع', 'w'.repeat(150), 'A title of several words that goes on and on', '', 'Six']
  const documents = await Promise.all(titles.map((title) => createDocument(suite.url, { title })))
  const list = documents.map(({ id, keys }, i) => ({ id, keys: { own: keys.own }, title: titles[i], openedAt: i + 1 }))
  await page.evaluate((kept) => localStorage.setItem('scriptorium.documents', kept), JSON.stringify(list))
  await page.reload()
  const rows = page.getByRole('region', { name: 'Your documents' }).getByRole('listitem')
  await eventually(async () => {
    if ((await rows.count()) !== titles.length) throw new Error('the list is not there yet')
  })
  await page.getByRole('button', { name: 'Pin One' }).click()
  await visit(page, 'the first page with documents')
  await page.getByRole('button', { name: 'Forget Six' }).click()
  await visit(page, 'the question before one forgets')
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('button', { name: 'Delete Six' }).click()
  await page.getByRole('dialog').waitFor()
  await visit(page, 'the question before one deletes')
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox').fill('nothing is called this')
  await page.getByText('No document is called that.').waitFor()
  await visit(page, 'a search that finds nothing')
  await page.evaluate(() => localStorage.removeItem('scriptorium.documents'))
}

async function walkDocument({ suite, person, other, visit }: Walk): Promise<void> {
  const { page } = person
  const on = new DocumentPage(person, page)
  const empty = await createDocument(suite.url)
  await on.goto(empty.links.own)
  await on.expectSaveState('Saved')
  await on.openPanel('people')
  await visit(page, 'an empty document, and nobody else in it')
  const document = await createDocument(suite.url, { text })
  await on.goto(document.links.own)
  await on.expectSaveState('Saved')
  await other.goto(document.links.edit)
  await other.goTo('start')
  await other.press('Shift+ArrowDown', 'Shift+ArrowDown')
  await on.carets.first().waitFor({ state: 'attached' })
  await visit(page, 'a document')
  await page.getByRole('banner').getByRole('heading').getByRole('button').click()
  await visit(page, 'the title’s field')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await visit(page, 'the share menu')
  await page.getByRole('button', { name: 'Make a new link' }).first().click()
  await page.getByText('stops working at once').waitFor()
  await visit(page, 'the question before a link is replaced')
  await page.keyboard.press('Escape')
  for (const name of [/^Save state/, /^Count/, /^More$/]) {
    await page.getByRole('button', { name }).click()
    await visit(page, `the card of ${name}`)
    await page.keyboard.press('Escape')
  }
  for (const [keys, name] of [
    ['Control+k', 'Commands'],
    ['Control+Comma', 'Settings'],
    ['Control+Alt+Slash', 'Keyboard shortcuts'],
  ] as const) {
    await page.keyboard.press(keys)
    await page.getByRole('dialog', { name }).waitFor()
    await visit(page, name)
    if (name === 'Commands') {
      await page.getByRole('combobox', { name }).fill('xyzzy')
      await visit(page, 'a command that does not exist')
    }
    await page.keyboard.press('Escape')
  }
  await page.getByRole('button', { name: 'Language: Markdown' }).click()
  await page.getByRole('dialog').waitFor()
  await visit(page, 'the languages')
  await page.keyboard.press('Escape')
  await on.editor.focus()
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: 'Find' }).fill('the')
  await visit(page, 'the search')
  await page.keyboard.press('Escape')
  for (const mode of ['Both', 'Read']) {
    const button = page.getByRole('button', { name: mode, exact: true })
    if (!(await button.isVisible())) continue
    await button.click()
    await page.getByRole('region', { name: 'Preview' }).getByRole('table').waitFor()
    await visit(page, `the preview: ${mode}`)
  }
  await page.getByRole('button', { name: 'Write', exact: true }).click()
  await page.keyboard.press('Control+Alt+o')
  await page.getByRole('complementary', { name: 'Table of contents' }).getByText('Title').waitFor()
  await visit(page, 'the table of contents')
  const people = await on.openPanel('people')
  await visit(page, 'the people')
  await people.getByRole('button', { name: /^Follow / }).click()
  await page.getByText(/^Following /).waitFor()
  await visit(page, 'following')
  await page.getByRole('button', { name: 'Stop following' }).click()
  await (await other.openPanel('people')).getByRole('button', { name: /^Follow / }).click()
  await page.getByText('follows you').waitFor()
  await visit(page, 'being followed')
  await other.press('Escape')
}

async function walkTalk({ suite, person, other, visit }: Walk): Promise<void> {
  const { page } = person
  const on = new DocumentPage(person, page)
  const document = await createDocument(suite.url, { text })
  await on.goto(document.links.own)
  await other.goto(document.links.edit)
  await on.openPanel('chat')
  await visit(page, 'a chat without a word')
  await other.openPanel('chat')
  await other.say('Hello, see https://example.org and @everybody')
  await other.say('مرحبا بالعالم')
  await other.say('w'.repeat(limits.chatTextLengthMax))
  await other.page.getByRole('combobox', { name: 'To' }).selectOption({ index: 1 })
  await other.say('Between us')
  await other.page.getByRole('combobox', { name: 'To' }).selectOption({ index: 0 })
  await other.composer.pressSequentially('more')
  await on.chatLog.getByText('Between us').waitFor()
  await page.getByText('is typing…').waitFor()
  await page.getByRole('combobox', { name: 'To' }).selectOption({ index: 1 })
  await visit(page, 'a chat, and a private line that is begun')
  await on.goTo('start')
  await page.keyboard.press('Shift+End')
  await page.getByRole('button', { name: 'Quote selection' }).click()
  await visit(page, 'a quote that is begun')
  await on.say('What of this?')
  await on.composer.pressSequentially('@')
  await page.getByRole('listbox', { name: 'People to mention' }).waitFor()
  await visit(page, 'the names to mention')
  await on.composer.press('Escape')
  await on.composer.fill('')
  await on.chatLog.getByRole('button', { name: 'Delete' }).first().press('Enter')
  await visit(page, 'the question before a line is deleted')
  await on.chatLog.getByRole('button', { name: 'Delete for everybody' }).click()
  await on.chatLog.getByText('Deleted by an owner').waitFor()
  await visit(page, 'a line that was deleted')
  await page.getByRole('button', { name: 'Close chat' }).click()
  await other.composer.fill('')
  await other.say('Are you there?')
  await page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor()
  await visit(page, 'an unread line')
}

async function walkReading({ suite, person, visit }: Walk): Promise<void> {
  const { page } = person
  const on = new DocumentPage(person, page)
  const document = await createDocument(suite.url, { title: 'Read me', text })
  await on.goto(document.links.view)
  await on.expectSaveState('View only')
  await on.openPanel('chat')
  await visit(page, 'a document that one only reads')
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await visit(page, 'what a reader can share')
  await page.keyboard.press('Escape')
}

async function walkTrouble({ suite, person, wire, visit }: Walk): Promise<void> {
  const { page } = person
  const on = new DocumentPage(person, page)
  const open = async (link: string) => {
    await page.goto('about:blank')
    await on.goto(link)
    await on.expectSaveState('Saved')
  }
  const document = await createDocument(suite.url, { text })
  wire.hold()
  await page.goto(document.links.edit)
  await page.getByText('Opening the document…').waitFor({ state: 'attached' })
  await visit(page, 'a document on its way')
  wire.mend()
  await open(document.links.edit)
  wire.tell(`42["heartbeat",${JSON.stringify({ seq: 1, usage: nearlyFull })}]`)
  await page.getByText('nearly full').waitFor()
  await visit(page, 'a document that is nearly full')
  wire.cut()
  await on.goTo('end')
  await on.type('offline')
  await on.expectSaveState('Offline, changes kept')
  await on.saveState.click()
  await visit(page, 'offline')
  await page.keyboard.press('Escape')
  await on.openPanel('people')
  await visit(page, 'the people, offline')
  await page.goto('about:blank')
  await page.goto((await createDocument(suite.url)).links.edit)
  await page.getByRole('heading', { name: 'This document is not in this browser yet' }).waitFor()
  await visit(page, 'a document that was never open here, offline')
  await page.goto('about:blank')
  await on.goto(document.links.edit)
  await on.expectSaveState('Offline, changes kept')
  wire.mend()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await on.expectSaveState('Saved')
  wire.change = (frame) => frame.replace(/"ok":true,"seq":\d+/, '"ok":false,"error":{"code":"invalid","message":"No."}')
  // With spaces: the dialog that opens meanwhile must not take them for an answer.
  await on.type('refused, and one types on for a while')
  const refused = page.getByRole('dialog', { name: 'The server refused an edit' })
  await refused.waitFor()
  wire.change = (frame) => frame
  await visit(page, 'an edit that was refused')
  await refused.getByRole('button', { name: 'Open the server’s version' }).click()
  await page.getByRole('button', { name: 'See what differs' }).waitFor()
  await visit(page, 'a text that was set aside')
  await page.getByRole('button', { name: 'See what differs' }).click()
  await page.getByRole('dialog', { name: 'What differs' }).waitFor()
  await visit(page, 'what differs')
  await page.keyboard.press('Escape')
  await endAccess(suite.url, document)
  await page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
  await visit(page, 'an access that has ended')
  await page.getByRole('button', { name: 'Read it here' }).click()
  await visit(page, 'a text that can only be read any more')
}

const nearlyFull = { textLength: limits.textLengthMax * 0.95, stateBytes: 0, structs: 0 }

const endAccess = (url: string, document: TestDocument) =>
  shareKey(url, document, document.keys.own, { role: 'edit', revoke: true })
