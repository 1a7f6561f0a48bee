// The page as a person uses it: its parts by what they are called. Knows how things are found, not what should be there.
import type { Browser, Locator, Page } from 'playwright-core'
import { expect, onTestFailed } from 'vitest'
import { newPerson, type Person, type PersonOptions } from './browser.ts'
import { eventually } from './eventually.ts'

export type PanelName = 'chat' | 'people'

/** What a page says about its unreachable server; browsers put it into the console and nobody can keep them from it. */
export const connectionTrouble =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to/

export class DocumentPage {
  readonly page: Page
  readonly person: Person
  readonly editor: Locator
  readonly saveState: Locator
  readonly chatLog: Locator
  readonly composer: Locator
  readonly carets: Locator
  readonly selections: Locator
  readonly faces: Locator

  /** Of a tab that shows a document, or soon will; see `openDocument`. */
  constructor(person: Person, page: Page) {
    this.person = person
    this.page = page
    this.editor = page.getByRole('textbox', { name: 'Document text' })
    this.saveState = page.getByRole('button', { name: /^Save state: / })
    this.chatLog = page.getByRole('log', { name: 'Chat' })
    this.composer = page.getByRole('textbox', { name: 'Message' })
    // Drawn beside the text and hidden from roles: the same names are in the list of people.
    this.carets = page.locator('.cm-remote-caret')
    this.selections = page.locator('.cm-remote-selection')
    this.faces = page.getByRole('list', { name: 'People here' }).getByRole('listitem')
  }

  /** Opens a link in this tab; resolves when there is a text to see. */
  async goto(link: string): Promise<void> {
    await this.page.goto(link)
    await this.editor.waitFor()
  }

  /** Another tab of the same person. */
  async secondTab(link: string): Promise<DocumentPage> {
    const tab = new DocumentPage(this.person, await this.person.context.newPage())
    await tab.goto(link)
    return tab
  }

  /** The text as it stands in the page; of short documents only, because long ones are not drawn whole. */
  text(): Promise<string> {
    return this.editor.evaluate((element) =>
      [...element.querySelectorAll('.cm-line')]
        .map((line) => (line.querySelector('.cm-placeholder') ? '' : line.textContent))
        .join('\n'),
    )
  }

  async expectText(text: string): Promise<void> {
    await eventually(async () => expect(await this.text()).toBe(text))
  }

  /** Resolves when the save state says exactly this. */
  async expectSaveState(words: string): Promise<void> {
    await eventually(async () => expect(await this.saveState.textContent()).toBe(words))
  }

  /** Puts the cursor to the very beginning or end of the text, with keys. */
  async goTo(place: 'start' | 'end'): Promise<void> {
    await this.editor.focus()
    await this.page.keyboard.press(place === 'start' ? 'Control+Home' : 'Control+End')
  }

  /** Key by key, where the cursor is. */
  async type(text: string): Promise<void> {
    await this.editor.focus()
    await this.page.keyboard.type(text)
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** A paste of plain text, as the browser would tell the editor of it. */
  async paste(text: string): Promise<void> {
    await this.editor.focus()
    await this.editor.evaluate((element, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
  }

  panelButton(name: PanelName): Locator {
    return this.page.getByRole('button', { name: name === 'chat' ? /^Chat/ : /^People/ })
  }

  async openPanel(name: PanelName): Promise<Locator> {
    const panel = this.page.getByRole('complementary', { name: name === 'chat' ? 'Chat' : 'People' })
    if (!(await panel.isVisible())) await this.panelButton(name).click()
    await panel.waitFor()
    return panel
  }

  /** Says a line in the chat, whose panel is open. */
  async say(line: string): Promise<void> {
    await this.composer.fill(line)
    await this.composer.press('Enter')
  }

  /** Takes another name, through the panel. */
  async rename(name: string): Promise<void> {
    const panel = await this.openPanel('people')
    await panel.getByRole('textbox', { name: 'Your name' }).fill(name)
    await panel.getByRole('textbox', { name: 'Your name' }).press('Enter')
    await panel.getByRole('button', { name: 'Close people' }).click()
  }

  /** Everybody's names as the faces tell them, the own one with "(you)". */
  async faceNames(): Promise<string[]> {
    return (await this.faces.locator('.unseen').allTextContents()).sort()
  }

  /** The name this person is shown under. */
  async ownName(): Promise<string> {
    const own = this.faces.locator('.unseen').filter({ hasText: '(you)' })
    return ((await own.textContent()) ?? '').replace(' (you)', '')
  }

  /** The caret with that name, moved lately or not. */
  caretOf(name: string): Locator {
    return this.carets.filter({ hasText: name })
  }

  /** Fails unless the caret with that name stands right behind this (unique) piece of the text. */
  async expectCaretBehind(name: string, piece: string): Promise<void> {
    await eventually(async () => {
      const place = await this.placeBehind(piece)
      const box = await this.caretOf(name).boundingBox()
      expect(box, `the caret of ${name}`).not.toBeNull()
      expect(Math.abs(box!.x - place.x), `pixels between the caret of ${name} and where it should be`).toBeLessThan(3)
      expect(Math.abs(box!.y + box!.height / 2 - place.y), 'the same, in height').toBeLessThan(8)
    })
  }

  private placeBehind(piece: string): Promise<{ x: number; y: number }> {
    return this.editor.evaluate((element, wanted) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const index = node.nodeValue?.indexOf(wanted) ?? -1
        if (index === -1) continue
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + wanted.length)
        const box = range.getBoundingClientRect()
        return { x: box.right, y: box.top + box.height / 2 }
      }
      throw new Error(`the page does not show ${wanted}`)
    }, piece)
  }
}

/** A new person who opens a link. */
export async function openDocument(browser: Browser, link: string, options: PersonOptions = {}): Promise<DocumentPage> {
  const person = await newPerson(browser, options)
  const page = new DocumentPage(person, person.page)
  onTestFailed(() => console.error(`a page of the failed test: ${person.page.url().replace(/#.*/, '')}`))
  await page.goto(link)
  return page
}

/** One page for each link. */
export type PagesOf<Links extends readonly string[]> = { -readonly [K in keyof Links]: DocumentPage }

/** Several new persons, each with a browser profile of their own, in one document. */
export const openDocuments = async <Links extends readonly [string, ...string[]]>(
  browser: Browser,
  ...links: Links
): Promise<PagesOf<Links>> => (await Promise.all(links.map((link) => openDocument(browser, link)))) as PagesOf<Links>

/** Fails unless all these pages come to show this text. */
export async function expectTexts(pages: readonly DocumentPage[], text: string): Promise<void> {
  await Promise.all(pages.map((page) => page.expectText(text)))
}
