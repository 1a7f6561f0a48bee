// Going to people, following them, and not wanting to be followed. Several people in real browsers.
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { type DocumentPage, openDocuments } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()
const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`).join('\n')

const isSeen = (who: DocumentPage, line: string) =>
  who.editor.getByText(line, { exact: true }).evaluateAll((found) =>
    found.some((one) => {
      const { top, bottom } = one.getBoundingClientRect()
      return top > 40 && bottom < innerHeight
    }),
  )
const seen = (who: DocumentPage, line: string) => eventually(async () => expect(await isSeen(who, line)).toBe(true))
const note = ({ page }: DocumentPage, name: string) => page.getByText(`Following ${name}`)

/** Ada, whose cursor is at the end, and Bob, who looks at the beginning. */
async function adaAndBob(): Promise<{ ada: DocumentPage; bob: DocumentPage; link: string }> {
  const document = await createDocument(suite.url, { text: lines })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.rename('Ada')
  await bob.rename('Bob')
  await ada.goTo('end')
  await bob.goTo('start')
  await bob.page.getByRole('button', { name: 'Ada', exact: true }).waitFor()
  return { ada, bob, link: document.links.edit }
}

async function follow(who: DocumentPage, name: string): Promise<void> {
  const people = await who.openPanel('people')
  await people.getByRole('button', { name: `Follow ${name}` }).click()
  await note(who, name).waitFor()
}

test('a press on a face goes to where that person is', async () => {
  const { ada, bob } = await adaAndBob()
  await seen(bob, 'line 0')
  await bob.page.getByRole('button', { name: 'Ada', exact: true }).click()
  await seen(bob, 'line 299')
  await ada.goTo('start')
  await seen(bob, 'line 299')
})

test('who follows sees what the other sees, who is told, until a key, a click or a scroll', async () => {
  const { ada, bob } = await adaAndBob()
  await follow(bob, 'Ada')
  await seen(bob, 'line 299')
  await ada.page.getByText('Bob follows you').waitFor()
  await ada.goTo('start')
  await seen(bob, 'line 0')
  await bob.editor.focus()
  await bob.press('ArrowRight')
  await note(bob, 'Ada').waitFor({ state: 'detached' })
  await ada.page.getByText('Bob follows you').waitFor({ state: 'detached' })
  await ada.goTo('end')
  await eventually(async () => expect(await bob.carets.count()).toBe(0))
  expect(await isSeen(bob, 'line 0')).toBe(true)
  await follow(bob, 'Ada')
  await bob.page.mouse.move(300, 300)
  await bob.page.mouse.wheel(0, -200)
  await note(bob, 'Ada').waitFor({ state: 'detached' })
  await follow(bob, 'Ada')
  await bob.page.getByRole('button', { name: 'Stop following' }).click()
  await note(bob, 'Ada').waitFor({ state: 'detached' })
})

test('[P6] who does not want to be followed is not, and says so in one press', async () => {
  const { ada, bob } = await adaAndBob()
  await follow(bob, 'Ada')
  await ada.page.getByText('Bob follows you').waitFor()
  await ada.page.getByRole('button', { name: 'Stop that' }).click()
  await bob.page.getByText('Ada does not want to be followed.').first().waitFor()
  await note(bob, 'Ada').waitFor({ state: 'detached' })
  await ada.page.getByText('Bob follows you').waitFor({ state: 'detached' })
  const people = await bob.openPanel('people')
  await people.getByRole('button', { name: 'Follow Ada' }).click()
  await bob.page.getByText('Ada does not want to be followed.').first().waitFor()
  expect(await note(bob, 'Ada').count()).toBe(0)
  await ada.press('Control+Comma')
  await ada.page.getByRole('switch', { name: 'Others may follow me' }).check()
  await ada.press('Escape')
})

test('following ends, with a word, when the other leaves', async () => {
  const document = await createDocument(suite.url, { text: lines })
  const [ada, bob] = await openDocuments(suite.browser, document.links.edit, document.links.edit)
  await ada.rename('Ada')
  await ada.goTo('end')
  await follow(bob, 'Ada')
  await ada.person.close()
  await bob.page.getByText('Ada has left.').waitFor()
  await note(bob, 'Ada').waitFor({ state: 'detached' })
})

test('who hides his cursor is seen nowhere, and who hides others’ sees none', async () => {
  const { ada, bob } = await adaAndBob()
  await bob.goTo('end')
  await bob.caretOf('Ada').waitFor({ state: 'attached' })
  await bob.press('Control+Comma')
  await bob.page.getByRole('switch', { name: 'Show others’ cursors' }).uncheck()
  await bob.caretOf('Ada').waitFor({ state: 'hidden' })
  await bob.page.getByRole('switch', { name: 'Show others’ cursors' }).check()
  await bob.press('Escape')
  await ada.press('Control+Comma')
  await ada.page.getByRole('switch', { name: 'Show my cursor to others' }).uncheck()
  await ada.press('Escape')
  await ada.goTo('end')
  await eventually(async () => expect(await bob.carets.count()).toBe(0))
  await bob.page.getByRole('button', { name: 'Ada', exact: true }).click()
  await bob.page.getByText('Ada is not in the text at the moment.').waitFor()
  await ada.press('Control+Comma')
  await ada.page.getByRole('switch', { name: 'Show my cursor to others' }).check()
  await ada.press('Escape')
})

test('six faces are shown, and how many more there are', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const links = Array.from({ length: 8 }, () => document.links.edit) as [string, ...string[]]
  const [first] = await openDocuments(suite.browser, ...links)
  await first!.page.getByRole('button', { name: 'and 2 more' }).waitFor()
  expect(await first!.faces.count()).toBe(7)
})
