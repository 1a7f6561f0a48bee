// Who is here and where: cursors, selections, faces and names, in real browsers.
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, openDocument, openDocuments } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

test('[P2] a cursor and a selection show under their person’s name, and stay right while text is typed above', async () => {
  const document = await createDocument(suite.url, { text: 'alpha beta gamma' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.rename('Ada Lovelace')
  await ada.goTo('start')
  await ada.press(...Array(5).fill('ArrowRight'))
  await bob.expectCaretBehind('Ada Lovelace', 'alpha')
  await bob.goTo('start')
  await bob.type('0\n1\n2\n')
  await bob.expectCaretBehind('Ada Lovelace', 'alpha')
  await bob.type('in the same line: ')
  await bob.expectCaretBehind('Ada Lovelace', 'alpha')
  // Ada selects " beta" while it is not at the place any more where it was when she came.
  await ada.press(...Array(5).fill('Shift+ArrowRight'))
  await bob.expectCaretBehind('Ada Lovelace', 'alpha beta')
  await bob.goTo('start')
  await bob.type('3\n')
  await eventually(async () => {
    const [box, line] = [await bob.selections.boundingBox(), await bob.page.getByText('alpha beta').boundingBox()]
    expect(Math.abs(box!.y + box!.height / 2 - (line!.y + line!.height / 2))).toBeLessThan(14)
    expect(box!.width).toBeGreaterThan(20)
  })
  await ada.press('ArrowRight')
  await eventually(async () => expect(await bob.selections.count()).toBe(0))
})

test('[P2] a cursor stays right when its line is broken anew, gets larger letters, or is moved by another', async () => {
  const document = await createDocument(suite.url, {
    text: `first\n${'word '.repeat(60)}here it is ${'more '.repeat(20)}`,
  })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.rename('Ada')
  await ada.goTo('end')
  await ada.press(...Array('more '.length * 20).fill('ArrowLeft'))
  await bob.expectCaretBehind('Ada', 'here it is ')
  await bob.goTo('start')
  await bob.page.setViewportSize({ width: 700, height: 720 })
  await bob.expectCaretBehind('Ada', 'here it is ')
  await bob.page.setViewportSize({ width: 1280, height: 720 })
  await bob.expectCaretBehind('Ada', 'here it is ')
  await bob.press('Enter', 'Enter', 'ArrowDown', 'ArrowDown')
  await bob.press('Home')
  await bob.expectCaretBehind('Ada', 'here it is ')
  await bob.type('# ')
  await bob.expectCaretBehind('Ada', 'here it is ')
  await bob.press('Backspace', 'Backspace', 'Backspace')
  await bob.expectCaretBehind('Ada', 'here it is ')
  // Nothing in its line changes: what is written under it makes a heading of it.
  await bob.goTo('end')
  await bob.type('\n===')
  const heading = bob.page.locator('.cm-line span').filter({ hasText: 'here it is' })
  await eventually(async () => {
    expect(await heading.evaluate((span) => Number.parseFloat(getComputedStyle(span).fontSize))).toBeGreaterThan(20)
  })
  await bob.expectCaretBehind('Ada', 'here it is ')
})

test('[P5] a new name shows at once at the cursor, in the faces and in the list of people of everybody', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.rename('Ada')
  await ada.goTo('end')
  await bob.expectCaretBehind('Ada', 'text')
  const people = await bob.openPanel('people')
  await people.getByText('Ada', { exact: true }).waitFor()
  await ada.rename('Grace')
  await ada.goTo('end')
  await bob.expectCaretBehind('Grace', 'text')
  await people.getByText('Grace', { exact: true }).waitFor()
  await eventually(async () => expect(await bob.faceNames()).toContain('Grace'))
  expect(await bob.caretOf('Ada').count()).toBe(0)
})

test('[P5] two people of one name are told apart at their cursors by the number that the list of people gives them', async () => {
  const document = await createDocument(suite.url, { text: 'one\ntwo' })
  const [bob, first, second] = await openDocuments(
    suite.browser,
    document.links.edit,
    document.links.edit,
    document.links.edit,
  )
  await bob.rename('Bob')
  await first.rename('Maren')
  await first.goTo('start')
  await first.press('End')
  await bob.expectCaretBehind('Maren', 'one')
  await second.rename('Maren')
  await second.goTo('end')
  await eventually(async () => {
    expect((await bob.carets.allTextContents()).sort()).toEqual(['Maren', 'Maren (2)'])
    expect(await bob.faceNames()).toEqual(['Bob (you)', 'Maren', 'Maren (2)'])
  })
  const people = await bob.openPanel('people')
  await people.getByText('Maren (2)', { exact: true }).waitFor()
  // Each of them sees the other one by that number, too.
  const shown = [await first.caretOf('Maren').textContent(), await second.caretOf('Maren').textContent()]
  expect(shown.sort()).toEqual(['Maren', 'Maren (2)'])
  // Numbers go by arrival, and browsers that open a link at once arrive as they like.
  const isFirst = (await second.caretOf('Maren').textContent()) === 'Maren'
  const [other, place] = isFirst ? [first, 'two'] : [second, 'one']
  await bob.expectCaretBehind('Maren (2)', place)
  await other.person.close()
  await eventually(async () => expect(await bob.carets.allTextContents()).toEqual(['Maren']))
  await bob.expectCaretBehind('Maren', place)
})

test('[P5] a name of markup and direction marks is shown as the plain words it is', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.rename('<b>Eve</b>\u202e&amp;')
  await ada.goTo('end')
  await bob.expectCaretBehind('<b>Eve</b>&amp;', 'text')
  await eventually(async () => expect(await bob.faceNames()).toContain('<b>Eve</b>&amp;'))
  expect(await bob.page.locator('b').count()).toBe(0)
})

test('[P1] two tabs of one browser are one face; [P4] closing the last one takes face and cursor away', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [ada, bob] = await openDocuments(suite.browser, document.links.edit, document.links.edit)
  await ada.rename('Ada')
  await ada.goTo('end')
  const second = await ada.secondTab(document.links.edit)
  await second.goTo('start')
  await eventually(async () => expect(await bob.faces.count()).toBe(2))
  const people = await bob.openPanel('people')
  await people.getByText('2 tabs').waitFor()
  expect(await second.faceNames()).toContain('Ada (you)')
  await ada.page.close()
  await people.getByText('2 tabs').waitFor({ state: 'detached' })
  await eventually(async () => expect(await bob.caretOf('Ada').count()).toBe(1))
  expect(await bob.faces.count()).toBe(2)
  await second.page.close()
  await eventually(async () => expect(await bob.faces.count()).toBe(1))
  await eventually(async () => expect(await bob.carets.count()).toBe(0))
  await people.getByText('Nobody else yet.').waitFor()
})

test('who has been away from the keyboard for a minute fades, and is back with the next key', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const person = await newPerson(suite.browser)
  await person.page.clock.install()
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  const bob = await openDocument(suite.browser, document.links.edit)
  await ada.goTo('end')
  const name = await ada.ownName()
  await bob.caretOf(name).waitFor({ state: 'attached' })
  const seen = () =>
    bob.page.locator('.cm-remote-caret, .face').evaluateAll((all) => all.map((it) => it.matches('.idle')))
  expect(await seen()).not.toContain(true)
  await ada.page.clock.fastForward(limits.idleAfterMs)
  await eventually(async () => expect((await seen()).filter(Boolean).length).toBe(2))
  expect(await bob.faceNames()).toContain(`${name} (away)`)
  await ada.press('ArrowLeft')
  await eventually(async () => expect(await seen()).not.toContain(true))
})

test('[A1] somebody who only views is seen by the others, and sees them', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const [reader, writer] = await suite.meet(document.links.view, document.links.edit)
  await reader.rename('Reader')
  await writer.rename('Writer')
  await writer.goTo('end')
  await reader.expectCaretBehind('Writer', 'text')
  await reader.goTo('start')
  await writer.caretOf('Reader').waitFor({ state: 'attached' })
  await eventually(async () => expect(await writer.faceNames()).toContain('Reader'))
  const people = await writer.openPanel('people')
  await people.getByText('View only').waitFor()
})

test('[P4] somebody who only looked on leaves no cursor behind when the tab goes', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const bob = await openDocument(suite.browser, document.links.edit)
  const ada = await openDocument(suite.browser, document.links.view)
  await ada.goTo('end')
  await bob.carets.first().waitFor({ state: 'attached' })
  await ada.person.close()
  await eventually(async () => expect([await bob.carets.count(), await bob.faces.count()]).toEqual([0, 1]))
})

test('[P2] who writes in what is folded here is shown at its mark, and nothing of it comes out', async () => {
  const document = await createDocument(suite.url, { text: '# One\n\nhidden words\n\n# Two\n\nseen words' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await bob.rename('Bob')
  await ada.goTo('start')
  await ada.press('Control+Shift+BracketLeft')
  const fold = ada.page.locator('.cm-foldPlaceholder')
  await fold.waitFor()
  await bob.goTo('start')
  await bob.press('ArrowDown', 'ArrowDown', 'End')
  const expectAtFold = () =>
    eventually(async () => {
      const [caret, mark] = [await ada.caretOf('Bob').boundingBox(), await fold.boundingBox()]
      expect(caret!.x).toBeGreaterThan(mark!.x - 6)
      expect(caret!.x).toBeLessThan(mark!.x + mark!.width + 6)
      expect(Math.abs(caret!.y + caret!.height / 2 - (mark!.y + mark!.height / 2))).toBeLessThan(14)
    })
  await expectAtFold()
  await bob.type(', and more of them')
  await bob.expectText('# One\n\nhidden words, and more of them\n\n# Two\n\nseen words')
  await bob.expectSaveState('Saved')
  await expectAtFold()
  expect(await ada.text()).toBe(`# One${await fold.textContent()}\n\n# Two\n\nseen words`)
  await ada.press('Control+Shift+BracketRight')
  await ada.page.getByText('hidden words, and more of them').waitFor()
  await ada.expectCaretBehind('Bob', 'and more of them')
})
