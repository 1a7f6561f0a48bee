// Several people write in one document, each in a real browser.
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { frames, holdFrames } from '../harness/frames.ts'
import { type DocumentPage, expectTexts } from '../harness/page-object.ts'
import { createDocument, type TestDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

/** A document with this text, and two people in it. */
async function twoWriters(text: string): Promise<{ document: TestDocument; ada: DocumentPage; bob: DocumentPage }> {
  const document = await createDocument(suite.url, { text })
  const [ada, bob] = await suite.meet(document.links.own, document.links.edit)
  return { document, ada: ada, bob: bob }
}

const serverText = (document: TestDocument) => textOnServer(suite.url, document)

test('[B1] what one types appears at the others, and the page says Saved once it is on disk', async () => {
  const { document, ada, bob } = await twoWriters('')
  await ada.type('Hello from Ada')
  await bob.expectText('Hello from Ada')
  await eventually(async () => expect(await serverText(document)).toBe('Hello from Ada'))
  await ada.expectSaveState('Saved')
})

test('[B1] three people who type at different places at once end with the same text, and nothing is lost', async () => {
  const document = await createDocument(suite.url, { text: 'one\ntwo\nthree' })
  const people = await suite.meet(document.links.edit, document.links.edit, document.links.edit)
  const [ada, bob, cyd] = people as [DocumentPage, DocumentPage, DocumentPage]
  await ada.goTo('start')
  await bob.goTo('start')
  await bob.press('ArrowDown', 'End')
  await cyd.goTo('end')
  await Promise.all([ada.type('from ada '), bob.type(' from bob'), cyd.type(' from cyd')])
  const text = 'from ada one\ntwo from bob\nthree from cyd'
  await expectTexts(people, text)
  await eventually(async () => expect(await serverText(document)).toBe(text))
})

test('[B1] two people who type at the same place at once end with the same text, each word whole', async () => {
  const { document, ada, bob } = await twoWriters('[]')
  for (const one of [ada, bob]) {
    await one.goTo('start')
    await one.press('ArrowRight')
  }
  await Promise.all([ada.type('alphabet'), bob.type('numerals')])
  await eventually(async () => {
    const text = await serverText(document)
    expect(text).toHaveLength(18)
    expect([await ada.text(), await bob.text()]).toEqual([text, text])
  })
  const text = await serverText(document)
  // Letters of two people may stand mixed, but each person's own are all there and in order.
  for (const word of ['alphabet', 'numerals']) expect(isSpreadIn(word, text), `${word} in ${text}`).toBe(true)
})

test('undo and redo take back and bring back only what one wrote oneself', async () => {
  const { ada, bob } = await twoWriters('')
  await ada.type('ada ')
  await bob.expectText('ada ')
  await bob.goTo('end')
  await bob.type('bob ')
  await expectTexts([ada, bob], 'ada bob ')
  await ada.press('Control+z')
  await expectTexts([ada, bob], 'bob ')
  await ada.press('Control+y')
  await expectTexts([ada, bob], 'ada bob ')
  await bob.press('Control+z')
  await expectTexts([ada, bob], 'ada ')
  await ada.press('Control+z')
  await expectTexts([ada, bob], '')
})

test('undo hits the right place after others wrote above and inside of what is undone', async () => {
  const { ada, bob } = await twoWriters('top\nbottom')
  await ada.goTo('end')
  await ada.type(' of ada')
  await bob.expectText('top\nbottom of ada')
  await bob.goTo('start')
  await bob.type('new line\n')
  await bob.goTo('end')
  await bob.press('ArrowLeft')
  await bob.type('X')
  await ada.expectText('new line\ntop\nbottom of adXa')
  await ada.press('Control+z')
  await expectTexts([ada, bob], 'new line\ntop\nbottomX')
})

test('[U9] a pasted megabyte reaches the others and is saved', async () => {
  const { document, ada, bob } = await twoWriters('end')
  const line = 'A line of the long text that somebody pastes.\n'
  const pasted = line.repeat(Math.ceil(1_048_576 / line.length))
  await ada.goTo('start')
  await ada.paste(pasted)
  await eventually(async () => expect((await serverText(document)).length).toBe(pasted.length + 3))
  await ada.expectSaveState('Saved')
  expect(await serverText(document)).toBe(`${pasted}end`)
  // The end of it, because a text that long is drawn only where one looks.
  await eventually(async () => {
    await bob.goTo('end')
    expect((await bob.text()).endsWith(`${line}end`)).toBe(true)
  })
})

test('pasted carriage returns and halves of letters are made clean before anybody gets them', async () => {
  const { document, ada, bob } = await twoWriters('')
  await ada.paste('one\r\ntwo\rthree \ud83d four \ude00 😀')
  const clean = 'one\ntwo\nthree \ufffd four \ufffd 😀'
  await expectTexts([ada, bob], clean)
  await ada.type('!')
  await eventually(async () => expect(await serverText(document)).toBe(`${clean}!`))
  await ada.expectSaveState('Saved')
})

test('an emoji that is replaced by a similar one stays whole, and is saved', async () => {
  const { document, ada, bob } = await twoWriters('a😀b')
  // An input method rewrites the text in place, and the editor learns of it by comparing: 😀 and 😁 differ in their
  // second half only.
  await replaceInPage(ada, '😀', '😁')
  await expectTexts([ada, bob], 'a😁b')
  await replaceInPage(ada, '😁', '😁😀')
  await expectTexts([ada, bob], 'a😁😀b')
  await replaceInPage(ada, '😁😀', '😀')
  await expectTexts([ada, bob], 'a😀b')
  await eventually(async () => expect(await serverText(document)).toBe('a😀b'))
  await ada.expectSaveState('Saved')
})

test('an emoji typed by an input method over a selected similar one stays whole, and is saved', async () => {
  const { document, ada, bob } = await twoWriters('a😀b')
  await ada.goTo('start')
  await ada.press('ArrowRight', 'Shift+ArrowRight')
  await ada.page.keyboard.insertText('😁')
  await expectTexts([ada, bob], 'a😁b')
  await ada.press('Backspace')
  await expectTexts([ada, bob], 'ab')
  await eventually(async () => expect(await serverText(document)).toBe('ab'))
  await ada.expectSaveState('Saved')
})

test('text that others change while one composes with an input method is not lost, nor what is composed', async () => {
  const { document, ada, bob } = await twoWriters('one\ntwo')
  await ada.goTo('end')
  const devtools = await ada.page.context().newCDPSession(ada.page)
  await devtools.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
  await bob.goTo('start')
  await bob.type('zero\n')
  await ada.expectText('zero\none\ntwoに')
  await devtools.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 })
  await devtools.send('Input.insertText', { text: '日本' })
  await expectTexts([ada, bob], 'zero\none\ntwo日本')
  await eventually(async () => expect(await serverText(document)).toBe('zero\none\ntwo日本'))
})

/** A document of 200 lines: a reader has its last one before him, and somebody writes at its beginning. */
async function readerBelowWriter() {
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n')
  const document = await createDocument(suite.url, { text: lines })
  const [reader, writer] = await suite.meet(document.links.view, document.links.edit)
  await reader.goTo('end')
  const lastLine = reader.page.getByText('line 199')
  await lastLine.waitFor()
  const top = async () => (await lastLine.boundingBox())?.y ?? Number.NaN
  // What changes while the view still scrolls is measured from wherever it has got to.
  let before = await top()
  await eventually(async () => {
    await frames(reader.page, 2)
    const last = before
    before = await top()
    expect(before).toBe(last)
  })
  await writer.goTo('start')
  return {
    reader,
    writer,
    expectUnmoved: () => eventually(async () => expect(Math.abs((await top()) - before)).toBeLessThan(2)),
  }
}

/** Resolves when the reader's page has all that the writer wrote: the last of it is where he looks. */
async function readerHasAll({ reader, writer }: { reader: DocumentPage; writer: DocumentPage }): Promise<void> {
  await writer.goTo('end')
  await writer.type('!')
  await reader.page.getByText('line 199!').waitFor()
}

test('a document of somebody who never types stays at the place where it is read', async () => {
  const people = await readerBelowWriter()
  await people.writer.type('new\nlines\nabove\n')
  await readerHasAll(people)
  await people.expectUnmoved()
})

test('and it stays there when several changes come before the next frame', async () => {
  const people = await readerBelowWriter()
  const draw = await holdFrames(people.reader.page)
  for (const line of ['new\n', 'lines\n', 'above\n']) {
    await people.writer.type(line)
    await people.writer.expectSaveState('Saved')
  }
  await readerHasAll(people)
  await draw()
  await people.expectUnmoved()
})

/** Whether the letters of `word` stand in `text` in order. */
function isSpreadIn(word: string, text: string): boolean {
  let at = 0
  for (const letter of text) if (letter === word[at]) at++
  return at === word.length
}

/** Changes the page's own text under the editor, as spelling correction and input methods do. */
async function replaceInPage(who: DocumentPage, old: string, next: string): Promise<void> {
  await who.editor.focus()
  await who.editor.evaluate(
    (element, [from, to]) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (node.nodeValue?.includes(from)) node.nodeValue = node.nodeValue.replace(from, to)
      }
    },
    [old, next] as const,
  )
}
