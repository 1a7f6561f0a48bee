// What the talk can do beside plain lines, with two and three people in real browsers.
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import type { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const lines = (on: DocumentPage) => on.chatLog.locator('.chat-line p').allTextContents()
const expectLines = (on: DocumentPage, expected: string[]) =>
  eventually(async () => expect(await lines(on)).toEqual(expected))
const recipient = (on: DocumentPage) => on.page.getByRole('combobox', { name: 'To' })

test('[H5] a private line is seen by both, says so on both sides, and by nobody else, also after a reload', async () => {
  const document = await createDocument(suite.url)
  const { edit, own } = document.links
  const [ada, bob, cyd] = await suite.meet(edit, edit, own)
  for (const one of [ada, bob, cyd]) await one.openPanel('chat')
  const [adaName, bobName] = [await ada.ownName(), await bob.ownName()]
  await recipient(ada).selectOption({ label: bobName })
  await ada.say('Between us')
  await bob.chatLog.getByText('Between us').waitFor()
  await bob.chatLog.getByText('Only the two of you see this').waitFor()
  await ada.chatLog.getByText(`Only you and ${bobName} see this`).waitFor()
  await recipient(bob).selectOption({ label: adaName })
  await bob.say('And back')
  await expectLines(ada, ['Between us', 'And back'])
  // The choice stays: who writes on does not suddenly speak to everybody.
  await ada.say('Still between us')
  await expectLines(bob, ['Between us', 'And back', 'Still between us'])
  await recipient(ada).selectOption({ label: 'Everybody' })
  await ada.say('For all')
  await expectLines(cyd, ['For all'])
  await cyd.page.reload()
  await bob.page.reload()
  await cyd.openPanel('chat')
  await bob.openPanel('chat')
  await expectLines(cyd, ['For all'])
  await expectLines(bob, ['Between us', 'And back', 'Still between us', 'For all'])
})

test('[H5] a line for somebody who has gone is never told to everybody instead', async () => {
  const document = await createDocument(suite.url)
  const { edit } = document.links
  const [ada, bob, cyd] = await suite.meet(edit, edit, edit)
  for (const one of [ada, cyd]) await one.openPanel('chat')
  const bobName = await bob.ownName()
  await recipient(ada).selectOption({ label: bobName })
  await bob.page.goto(suite.url)
  await eventually(async () =>
    expect(await recipient(ada).locator('option').allTextContents()).toContain(`${bobName} (not here)`),
  )
  await ada.say('Are you there?')
  await ada.chatLog.getByText('Not sent.').waitFor()
  await bob.goto(edit)
  await ada.chatLog.getByRole('button', { name: 'Try again' }).click()
  await bob.openPanel('chat')
  await expectLines(bob, ['Are you there?'])
  await cyd.say('Nothing came here')
  await expectLines(cyd, ['Nothing came here'])
})

test('[P7] who is writing a line for all is told to the others, and who writes a private one is not', async () => {
  const document = await createDocument(suite.url)
  const { edit } = document.links
  const [ada, bob, cyd] = await suite.meet(edit, edit, edit)
  for (const one of [ada, bob, cyd]) await one.openPanel('chat')
  await recipient(cyd).selectOption({ label: await bob.ownName() })
  await cyd.composer.pressSequentially('secret')
  await ada.composer.pressSequentially('so')
  await bob.page.getByText(`${await ada.ownName()} is typing…`).waitFor()
  await ada.composer.press('Enter')
  await bob.chatLog.getByText('so', { exact: true }).waitFor()
  await bob.page.getByText('is typing…').waitFor({ state: 'detached' })
})

test('@ offers names; who is spoken to sees it', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  const before = await bob.ownName()
  await bob.rename('Bea Lund')
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  await ada.chatLog.getByText(`${before} is now called Bea Lund`).waitFor()
  await ada.composer.pressSequentially('Hi @lu')
  await ada.page.getByRole('listbox', { name: 'People to mention' }).getByText('Bea Lund').waitFor()
  await ada.composer.press('Enter')
  await eventually(async () => expect(await ada.composer.inputValue()).toBe('Hi @Bea Lund '))
  await ada.composer.pressSequentially('and mail@bea')
  await ada.composer.press('Enter')
  await bob.chatLog.locator('.mention.me').getByText('@Bea Lund').waitFor()
  await ada.chatLog.locator('.mention').getByText('@Bea Lund').waitFor()
  expect(await ada.chatLog.locator('.mention.me').count()).toBe(0)
  await expectLines(bob, ['Hi @Bea Lund and mail@bea'])
  await bob.rename(before)
})

test('letters typed right after a name was chosen stand behind it', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  const name = await bob.ownName()
  await ada.openPanel('chat')
  await ada.composer.pressSequentially(`Hi @${name.slice(0, 2)}`)
  await ada.page.getByRole('listbox', { name: 'People to mention' }).getByText(name).waitFor()
  // Both in one task: before anything is drawn, and before any timer.
  await ada.composer.evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    globalThis.document.execCommand('insertText', false, 'and on')
  })
  await eventually(async () => expect(await ada.composer.inputValue()).toBe(`Hi @${name} and on`))
})

test('[H6] a quote of the selection shows its place again, also after edits, and says when it is gone', async () => {
  const document = await createDocument(suite.url, { text: 'one two three' })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  await ada.goTo('start')
  for (let i = 0; i < 4; i++) await ada.press('ArrowRight')
  for (let i = 0; i < 3; i++) await ada.press('Shift+ArrowRight')
  await ada.page.getByRole('button', { name: 'Quote selection' }).click()
  await ada.say('This word?')
  const quoted = bob.chatLog.getByRole('button', { name: 'two' })
  await quoted.waitFor()
  await bob.goTo('start')
  await bob.type('zero\n\n')
  await quoted.click()
  await eventually(async () => expect(await bob.page.evaluate(() => getSelection()?.toString())).toBe('two'))
  await bob.press('Delete')
  await quoted.click()
  await bob.page.getByText('That piece of the text is not there any more.').waitFor()
})

test('[H8] an owner deletes a line for everybody, after a question; others cannot', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.own, document.links.edit)
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  await bob.say('Rude words')
  await bob.say('Kind words')
  await expectLines(ada, ['Rude words', 'Kind words'])
  expect(await bob.chatLog.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  await ada.chatLog.getByRole('button', { name: 'Delete' }).first().press('Enter')
  await ada.chatLog.getByRole('button', { name: 'Delete for everybody' }).click()
  for (const one of [ada, bob]) {
    await one.chatLog.getByText('Deleted by an owner').waitFor()
    await expectLines(one, ['Kind words'])
  }
})

test('[H7] older lines come in above, and what one reads stays where it is', async () => {
  const document = await createDocument(suite.url)
  const count = limits.chatTailLength + 12
  for (let n = 1; n <= count; ) {
    // A client may not say as many at once.
    const bob = new RawClient(suite.url)
    await bob.join(document)
    for (let i = 0; i < limits.chatBurst && n <= count; i++, n++) {
      expect(
        (await bob.ask('chat', { id: `chatline${String(n).padStart(8, '0')}`, text: `line ${n}` }))[0],
      ).toMatchObject({
        ok: true,
      })
    }
    bob.close()
  }
  const [ada] = await suite.meet(document.links.edit)
  await ada.openPanel('chat')
  await ada.chatLog.getByText(`line ${count}`, { exact: true }).waitFor()
  expect(await ada.chatLog.getByText('line 1', { exact: true }).count()).toBe(0)
  const first = ada.chatLog.getByText(`line ${count - limits.chatTailLength + 1}`, { exact: true })
  await first.scrollIntoViewIfNeeded()
  await ada.chatLog.getByText('line 1', { exact: true }).waitFor({ state: 'attached' })
  const list = (await ada.chatLog.boundingBox())!
  const box = (await first.boundingBox())!
  expect(box.y).toBeGreaterThanOrEqual(list.y)
  expect(box.y).toBeLessThan(list.y + list.height)
  expect(await lines(ada)).toEqual(Array.from({ length: count }, (_, i) => `line ${i + 1}`))
  expect(await ada.page.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0)
})

test('links lead only to http, https and mailto, into a new tab that knows nothing of this one', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  await ada.say(
    'see (https://example.org/a?b=c#d). javascript:alert(1) data:text/html,x mailto:a@example.org ftp://x.y',
  )
  await bob.chatLog.getByRole('link').first().waitFor()
  const links = await bob.chatLog
    .getByRole('link')
    .evaluateAll((all) =>
      all.map((one) => [one.getAttribute('href'), one.getAttribute('rel'), one.getAttribute('target')]),
    )
  const apart = ['noopener noreferrer nofollow', '_blank']
  expect(links).toEqual([
    ['https://example.org/a?b=c#d', ...apart],
    ['mailto:a@example.org', ...apart],
  ])
})

test('long, piled and foreign lines keep to their own room', async () => {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  for (const line of [
    'l\n'.repeat(200).trim(),
    `z${'\u0301'.repeat(500)}`,
    'مرحبا بالعالم https://example.org/x',
    '👩‍👩‍👧‍👦'.repeat(40),
    'w'.repeat(limits.chatTextLengthMax),
  ]) {
    await ada.say(line)
  }
  await eventually(async () => expect(await bob.chatLog.locator('.chat-line.kept p').count()).toBe(5))
  for (const one of await bob.chatLog.locator('.chat-line p').all()) {
    expect((await one.boundingBox())!.height).toBeLessThanOrEqual(20 * 12 + 4)
  }
  expect(await bob.chatLog.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0)
  await bob.chatLog.getByRole('button', { name: 'Show all of it' }).first().click()
  await eventually(async () => {
    expect((await bob.chatLog.locator('.chat-line p').first().boundingBox())!.height).toBeGreaterThan(1_000)
  })
})

test('what is being written stays when the chat is closed and opened again', async () => {
  const document = await createDocument(suite.url)
  const [ada] = await suite.meet(document.links.edit)
  await ada.openPanel('chat')
  await ada.composer.fill('half a thou')
  await ada.press('Escape')
  await ada.openPanel('chat')
  expect(await ada.composer.inputValue()).toBe('half a thou')
})
