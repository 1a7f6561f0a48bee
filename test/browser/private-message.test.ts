// A line for one person, begun from the list of people; and people of one name, who must not be taken for each other.
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import type { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const recipient = (on: DocumentPage) => on.page.getByRole('combobox', { name: 'To' })
const recipientName = (on: DocumentPage) =>
  recipient(on).evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent)
const lines = (on: DocumentPage) => on.chatLog.locator('.chat-line p').allTextContents()

test('[H5] the list of people and the palette lead to a private line, with the keyboard alone', async () => {
  const document = await createDocument(suite.url)
  const { edit } = document.links
  const [ada, bob, cyd] = await suite.meet(edit, edit, edit)
  for (const one of [bob, cyd]) await one.openPanel('chat')
  const [bobName, cydName] = [await bob.ownName(), await cyd.ownName()]
  await ada.openPanel('people')
  const begin = ada.page.getByRole('button', { name: `Message ${bobName} privately` })
  await begin.focus()
  await ada.press('Enter')
  await eventually(async () => expect(await recipientName(ada)).toBe(bobName))
  await eventually(async () =>
    expect(await ada.composer.evaluate((field) => field === globalThis.document.activeElement)).toBe(true),
  )
  await ada.page.keyboard.type('For Bob')
  await ada.press('Enter')
  await bob.chatLog.getByText('For Bob').waitFor()
  await ada.press('Control+k')
  await ada.page.getByRole('combobox', { name: 'Commands' }).fill(`message ${cydName}`)
  await ada.press('Enter')
  await eventually(async () => expect(await recipientName(ada)).toBe(cydName))
  await ada.say('For Cyd')
  await cyd.chatLog.getByText('For Cyd').waitFor()
  expect(await lines(cyd)).toEqual(['For Cyd'])
  expect(await lines(bob)).toEqual(['For Bob'])
})

test('who only reads is offered no message', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.view, document.links.edit)
  const people = await ada.openPanel('people')
  await people.getByRole('button', { name: `Follow ${await bob.ownName()}` }).waitFor()
  expect(await people.getByRole('button', { name: /^Message/ }).count()).toBe(0)
  await ada.press('Control+k')
  await ada.page.getByRole('combobox', { name: 'Commands' }).fill('privately')
  await ada.page.getByText('There is no such command.').waitFor()
})

test('[H5] people of one name are numbered alike for all, and a private line reaches the one that was meant', async () => {
  const document = await createDocument(suite.url)
  const { edit } = document.links
  const [bob, cyd, ada] = await suite.meet(edit, edit, edit)
  const before = [await bob.ownName(), await cyd.ownName()] as const
  await bob.rename('Kim Lee')
  await cyd.rename('kim lee')
  const people = await ada.openPanel('people')
  await people
    .getByRole('button', { name: 'Message kim lee (2) privately' })
    .or(people.getByRole('button', { name: 'Message Kim Lee (2) privately' }))
    .waitFor()
  const names = await people.locator('.person-name').allTextContents()
  const first = names[0] === 'Kim Lee' ? bob : cyd
  const second = first === bob ? cyd : bob
  expect(names[1]?.toLowerCase()).toBe('kim lee (2)')
  expect((await ada.faceNames()).map((name) => name.toLowerCase())).toEqual(
    expect.arrayContaining(['kim lee', 'kim lee (2)']),
  )
  for (const one of [first, second]) await one.openPanel('chat')
  await people.getByRole('button', { name: `Message ${names[1]} privately` }).click()
  await eventually(async () => expect(await recipientName(ada)).toBe(names[1]))
  expect(await ada.composer.getAttribute('placeholder')).toBe(`Only ${names[1]} will see this`)
  await ada.say('For the second')
  await second.chatLog.getByText('For the second').waitFor()
  await ada.chatLog.getByText(`Only you and ${names[1]} see this`).waitFor()
  await recipient(ada).selectOption({ label: names[0]! })
  await ada.say('For the first')
  await first.chatLog.getByText('For the first').waitFor()
  expect(await lines(first)).toEqual(['For the first'])
  expect(await lines(second)).toEqual(['For the second'])
  await bob.rename(before[0])
  await cyd.rename(before[1])
})
