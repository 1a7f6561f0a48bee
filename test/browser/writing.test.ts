// What makes the text an editor: languages, search, several cursors, counts, preferences, files. In a real browser.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, expectTexts, openDocument } from '../harness/page-object.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

/** Chooses a command by its name, as a person would who knows none of the keys. */
async function command(who: DocumentPage, name: string): Promise<void> {
  await who.editor.focus()
  await who.press('Control+k')
  await who.page.getByRole('combobox', { name: 'Commands' }).fill(name)
  await who.page.getByRole('option', { name }).first().click()
  await who.page.getByRole('dialog', { name: 'Commands' }).waitFor({ state: 'detached' })
}

test('the language of a document is everybody’s, and the others are told who changed it', async () => {
  const document = await createDocument(suite.url, { text: 'const answer = 42' })
  const [ada, bob] = await suite.meet(document.links.own, document.links.edit)
  await ada.rename('Ada')
  await ada.page.getByRole('button', { name: 'Language: Markdown' }).click()
  await ada.page.getByRole('combobox', { name: 'Language of this document' }).fill('javas')
  await ada.press('Enter')
  for (const who of [ada, bob]) {
    await who.page.getByRole('button', { name: 'Language: JavaScript' }).waitFor()
    // Coloured: the keyword is a piece of its own.
    await who.editor.locator('span', { hasText: /^const$/ }).waitFor()
  }
  await bob.page.getByText('Ada set the language to JavaScript').waitFor()
  expect(await ada.page.getByText('set the language').count()).toBe(0)
  // Nothing of Markdown is offered where there is none.
  expect(await bob.page.getByRole('button', { name: 'Both' }).count()).toBe(0)
  await bob.page.reload()
  await bob.editor.locator('span', { hasText: /^const$/ }).waitFor()
})

test('who only reads sees the language, and cannot choose it', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const ada = await openDocument(suite.browser, document.links.view)
  await ada.page.getByText('1 word').waitFor()
  expect(await ada.page.getByRole('button', { name: /^Language/ }).count()).toBe(0)
  await ada.press('Control+k')
  await ada.page.getByRole('combobox', { name: 'Commands' }).fill('language of')
  await ada.page.getByText('There is no such command.').waitFor()
})

test('find and replace replaces all, and one undo takes it back', async () => {
  const document = await createDocument(suite.url, { text: 'one two one two one' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.editor.focus()
  await ada.press('Control+f')
  await ada.page.getByRole('textbox', { name: 'Find' }).fill('one')
  await ada.page.getByRole('textbox', { name: 'Replace' }).fill('three')
  await ada.page.getByRole('button', { name: 'Replace all' }).click()
  await expectTexts([ada, bob], 'three two three two three')
  await ada.press('Escape')
  await ada.editor.focus()
  await ada.press('Control+z')
  await expectTexts([ada, bob], 'one two one two one')
})

test('several cursors write at once', async () => {
  const document = await createDocument(suite.url, { text: 'word\nword\nword' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.goTo('start')
  await ada.press('Control+Alt+ArrowDown', 'Control+Alt+ArrowDown')
  await ada.type('a ')
  await expectTexts([ada, bob], 'a word\na word\na word')
  await ada.press('Escape')
  await ada.press('Control+Home', 'ArrowRight', 'ArrowRight', 'Shift+End', 'Control+d')
  await eventually(async () => expect(await ada.page.locator('.cm-cursor').count()).toBe(2))
  await ada.type('name')
  await expectTexts([ada, bob], 'a name\na name\na word')
})

test('a bracket shows the one that belongs to it', async () => {
  const document = await createDocument(suite.url, { text: 'f(a[1], {b: 2})' })
  const [ada] = await suite.meet(document.links.edit)
  await ada.goTo('end')
  const matching = ada.page.locator('.cm-matchingBracket')
  await eventually(async () => expect(await matching.allTextContents()).toEqual(['(', ')']))
})

test('a section is folded and unfolded, and stays folded while others write above it', async () => {
  const document = await createDocument(suite.url, { text: '# One\n\nhidden words\n\n# Two\n\nseen words' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  // With the cursor anywhere in it.
  await ada.goTo('start')
  await ada.press('ArrowDown', 'ArrowDown')
  await command(ada, 'Fold section')
  const fold = ada.page.locator('.cm-foldPlaceholder')
  await fold.waitFor()
  await bob.goTo('start')
  await bob.type('above\n\n')
  await ada.editor.getByText('above').waitFor()
  expect([await fold.count(), await ada.page.getByText('hidden words').count()]).toEqual([1, 0])
  await ada.page.getByText('seen words').waitFor()
  await command(ada, 'Unfold everything')
  await ada.page.getByText('hidden words').waitFor()
  expect(await fold.count()).toBe(0)
  for (const downwards of [[], ['ArrowDown', 'ArrowDown'], ['ArrowDown', 'ArrowDown', 'ArrowDown']]) {
    await ada.editor.getByText('# One').click()
    await ada.press(...downwards, 'Control+Shift+BracketLeft')
    await fold.waitFor()
    await ada.press('Control+Shift+BracketRight')
    await ada.page.getByText('hidden words').waitFor()
  }
})

test('words are counted as they are written, and of the selection, in every script', async () => {
  const document = await createDocument(suite.url, { text: 'one two\nthree' })
  const [ada] = await suite.meet(document.links.edit)
  const count = (words: string) => ada.page.getByRole('button', { name: `Count: ${words}` }).waitFor()
  await count('3 words')
  await ada.goTo('end')
  await ada.type(' 写作室 don’t')
  await count('7 words')
  await ada.press('Control+Home', 'Shift+End')
  await count('2 words selected')
  await ada.page.getByRole('button', { name: 'Count: 2 words selected' }).click()
  const card = ada.page.getByRole('dialog', { name: /^Count/ })
  await card.getByText('7 characters').waitFor()
  await card.getByText('22 characters').waitFor()
})

test('what a person prefers holds at once, in every document, and after a reload', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const ada = await openDocument(suite.browser, document.links.edit)
  await ada.press('Control+Comma')
  const settings = ada.page.getByRole('dialog', { name: 'Settings' })
  await settings.getByRole('switch', { name: 'Line numbers' }).check()
  await settings.getByRole('switch', { name: 'Check spelling' }).uncheck()
  await settings.getByRole('switch', { name: 'Wrap long lines' }).uncheck()
  await settings.getByText('8', { exact: true }).click()
  const holds = async () => {
    await ada.page.locator('.cm-lineNumbers').getByText('1').waitFor()
    expect(await ada.editor.getAttribute('spellcheck')).toBe('false')
    expect(
      await ada.editor.evaluate((it) => [it.classList.contains('cm-lineWrapping'), getComputedStyle(it).tabSize]),
    ).toEqual([false, '8'])
  }
  await holds()
  await ada.press('Escape')
  await ada.page.reload()
  await ada.editor.waitFor()
  await holds()
})

test('vim keys move, insert and undo, and are kept by this browser', async () => {
  const document = await createDocument(suite.url, { text: 'one two' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await command(ada, 'Vim keys on or off')
  await ada.page.locator('.cm-vim-panel').waitFor()
  await ada.editor.focus()
  await ada.press('0', 'w', 'i')
  await ada.page.keyboard.type('and ')
  await ada.press('Escape')
  await expectTexts([ada, bob], 'one and two')
  await ada.press('0', 'd', 'w')
  await expectTexts([ada, bob], 'and two')
  await ada.press('u')
  await expectTexts([ada, bob], 'one and two')
  await ada.page.reload()
  await ada.page.locator('.cm-vim-panel').waitFor()
  await command(ada, 'Vim keys on or off')
  await ada.page.locator('.cm-vim-panel').waitFor({ state: 'detached' })
})

test('bold and italic are put around words and taken away again', async () => {
  const document = await createDocument(suite.url, { text: 'word' })
  const [ada] = await suite.meet(document.links.edit)
  await ada.goTo('start')
  await ada.press('Shift+End', 'Control+b')
  await ada.expectText('**word**')
  await ada.press('Control+b')
  await ada.expectText('word')
  await ada.press('Control+i')
  await ada.expectText('*word*')
})

/** Drops a file on the sheet, as the system would. */
async function drop(who: DocumentPage, name: string, content: string | { bytes: number }): Promise<void> {
  await who.page.evaluate(
    ([fileName, what]) => {
      const data = typeof what === 'string' ? what : new Uint8Array(what.bytes).fill(97)
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([data], fileName))
      const sheet = globalThis.document.querySelector('.cm-content')!
      const { left, top } = sheet.getBoundingClientRect()
      const at = { bubbles: true, cancelable: true, dataTransfer, clientX: left + 30, clientY: top + 60 }
      sheet.dispatchEvent(new DragEvent('dragover', at))
      sheet.dispatchEvent(new DragEvent('drop', at))
    },
    [name, content] as const,
  )
}

test('[P2] a dropped text file becomes text of the document, cleaned, and sets the language of an empty one', async () => {
  const document = await createDocument(suite.url, {})
  const [ada, bob] = await suite.meet(document.links.own, document.links.edit)
  await drop(ada, 'tool.py', 'def f():\r\n    return 1\r\n')
  await expectTexts([ada, bob], 'def f():\n    return 1\n')
  await ada.page.getByText('tool.py imported: 22 characters').waitFor()
  await bob.page.getByRole('button', { name: 'Language: Python' }).waitFor()
  await eventually(async () => expect(await textOnServer(suite.url, document)).toBe('def f():\n    return 1\n'))
})

test('a file that is too large, or no text, is refused with a sentence, and nothing changes', async () => {
  const document = await createDocument(suite.url, { text: 'mine' })
  const [ada] = await suite.meet(document.links.edit)
  await drop(ada, 'big.txt', { bytes: limits.stateBytesMax + 1 })
  await ada.page.getByText(/^big.txt has 8\.4 MB\. A document takes at most 5,000,000 characters/).waitFor()
  await drop(ada, 'full.txt', { bytes: limits.textLengthMax - 3 })
  await ada.page.getByText('full.txt does not fit').waitFor()
  await drop(ada, '<img src=x onerror=alert(1)>.png', '\u0000\u0001PNG')
  await ada.page.getByText('<img src=x onerror=alert(1)>.png is no text file.').waitFor()
  await ada.expectText('mine')
})

test('who only reads cannot import', async () => {
  const document = await createDocument(suite.url, { text: 'mine' })
  const ada = await openDocument(suite.browser, document.links.view)
  await drop(ada, 'a.txt', 'more')
  await ada.page.getByText('This document cannot be changed here.').waitFor()
  await ada.expectText('mine')
})

test('a document can be downloaded as Markdown, text and a page that needs nothing else', async () => {
  const text = '# A title\n\nSome *words*.[^1] <script>alert(1)</script>\n\n[^1]: Note'
  const document = await createDocument(suite.url, { text })
  const [ada] = await suite.meet(document.links.edit)
  const download = async (name: string) => {
    await ada.page.getByRole('button', { name: 'More' }).click()
    const [file] = await Promise.all([
      ada.page.waitForEvent('download'),
      ada.page.getByRole('button', { name, exact: true }).click(),
    ])
    return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') }
  }
  expect(await download('Download as Markdown')).toEqual({ name: 'A title.md', content: text })
  expect(await download('Download as plain text')).toEqual({ name: 'A title.txt', content: text })
  const page = await download('Download as web page')
  expect(page.name).toBe('A title.html')
  expect(page.content).toContain('<em>words</em>')
  expect(page.content).toContain('<title>A title</title>')
  expect(page.content).not.toMatch(/<script|https?:\/\//)
})

test('on paper stands the text, and nothing of the page around it', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`).join('\n\n')
  const document = await createDocument(suite.url, { text: lines })
  const [ada] = await suite.meet(document.links.edit)
  await ada.page.getByRole('button', { name: 'Read', exact: true }).click()
  await ada.page.getByRole('region', { name: 'Preview' }).getByText('line 299').waitFor()
  await ada.page.emulateMedia({ media: 'print' })
  try {
    expect(await ada.page.getByRole('banner').isVisible()).toBe(false)
    const pdf = await ada.page.pdf({ format: 'A5' })
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
    expect(pages).toBeGreaterThan(8)
  } finally {
    await ada.page.emulateMedia({ media: 'screen' })
  }
  await ada.page.getByRole('button', { name: 'Write', exact: true }).click()
})

test('the text can be written although the editor’s keys and colours cannot be loaded', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const person = await newPerson(suite.browser, { allow: [/ERR_FAILED/] })
  await person.page.route(/assets\/(writing|markdown|dist)-/, (route) =>
    /writing|markdown/.test(route.request().url()) ? route.abort() : route.continue(),
  )
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  await ada.editor.focus()
  await ada.type('more ')
  await eventually(async () => expect(await textOnServer(suite.url, document)).toContain('more '))
})
