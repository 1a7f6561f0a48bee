// The talk beside the document, in real browsers.
import { expect, onTestFinished, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { startTcpProxy } from '../../simulate/tcp-proxy.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { DocumentPage, openDocument, openDocuments } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

async function twoTalkers(): Promise<{ ada: DocumentPage; bob: DocumentPage }> {
  const document = await createDocument(suite.url)
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  return { ada: ada, bob: bob }
}

test('[H1] lines go both ways, stand once each in one order, and are still there after a reload', async () => {
  const { ada, bob } = await twoTalkers()
  await ada.openPanel('chat')
  await bob.openPanel('chat')
  await ada.say('Shall we begin?')
  await bob.chatLog.getByText('Shall we begin?').waitFor()
  await bob.say('Yes.')
  await ada.chatLog.getByText('Yes.').waitFor()
  await ada.page.reload()
  await ada.openPanel('chat')
  for (const one of [ada, bob]) {
    await eventually(async () => {
      expect(await one.chatLog.locator('.chat-line p').allTextContents()).toEqual(['Shall we begin?', 'Yes.'])
    })
  }
})

test('[H1] one’s own line shows at once, and is marked until the server has stored it', async () => {
  const proxy = await startTcpProxy(Number(new URL(suite.url).port))
  onTestFinished(() => proxy.close())
  const document = await createDocument(suite.url)
  const ada = await openDocument(suite.browser, document.links.edit.replace(suite.url, proxy.url))
  await ada.openPanel('chat')
  await ada.expectSaveState('Saved')
  proxy.set({ frozen: true })
  await ada.say('Said into the blue')
  await ada.chatLog.getByText('Said into the blue').waitFor()
  await ada.chatLog.getByText('Sending…').waitFor()
  proxy.set({ frozen: false })
  await ada.chatLog.getByText('Sending…').waitFor({ state: 'detached' })
  await ada.chatLog.getByText('Said into the blue').waitFor()
})

test('unread lines are counted on the closed panel and in the tab’s title, until the chat is opened', async () => {
  const { ada, bob } = await twoTalkers()
  await ada.openPanel('chat')
  await ada.say('one')
  await ada.say('two')
  await bob.page.getByRole('button', { name: 'Chat: 2 unread' }).waitFor()
  await eventually(async () => expect(await bob.page.title()).toMatch(/^\(2\) /))
  await bob.openPanel('chat')
  await bob.chatLog.getByText('two').waitFor()
  await eventually(async () => expect(await bob.page.title()).not.toMatch(/^\(/))
  await bob.page.getByRole('button', { name: 'Close chat' }).click()
  expect(await bob.page.getByRole('button', { name: 'Chat', exact: true }).count()).toBe(1)
})

test('opening the chat by mouse or by keyboard puts the focus where one writes', async () => {
  const document = await createDocument(suite.url)
  const [ada] = await suite.meet(document.links.edit)
  await ada.panelButton('chat').click()
  await ada.page.keyboard.type('by mouse')
  await ada.page.keyboard.press('Enter')
  await ada.chatLog.getByText('by mouse').waitFor()
  await ada.page.keyboard.press('Escape')
  await ada.chatLog.waitFor({ state: 'detached' })
  // The focus is back on the button.
  await ada.page.keyboard.press('Enter')
  await ada.page.keyboard.type('by keyboard')
  await ada.page.keyboard.press('Enter')
  await ada.chatLog.getByText('by keyboard').waitFor()
})

test('hostile lines stand as the plain text they are, and stay inside of the panel', async () => {
  const { ada, bob } = await twoTalkers()
  await ada.openPanel('chat')
  const panel = await bob.openPanel('chat')
  const lines = [
    '<img src=x onerror="document.title=\'owned\'"><b>bold</b>',
    `\u202eright to left\u202c`,
    'w'.repeat(500),
    '[a link](javascript:alert(1))',
  ]
  for (const line of lines) await ada.say(line)
  await eventually(async () => expect(await bob.chatLog.locator('.chat-line p').allTextContents()).toEqual(lines))
  expect(await bob.chatLog.locator('img, b, a').count()).toBe(0)
  const width = (await panel.boundingBox())!.width
  for (const box of await bob.chatLog.locator('.chat-line p').all()) {
    expect((await box.boundingBox())!.width).toBeLessThanOrEqual(width)
  }
  const overflow = await bob.chatLog.evaluate((log) => log.scrollWidth - log.clientWidth)
  expect(overflow).toBe(0)
})

test('who comes and who goes is told in the chat, and a reload is neither', async () => {
  const document = await createDocument(suite.url)
  const { edit } = document.links
  const person = await newPerson(suite.browser)
  // Time that the test can turn forward: who left is told after ten seconds.
  await person.page.clock.install()
  const ada = new DocumentPage(person, person.page)
  await ada.goto(edit)
  await ada.openPanel('chat')
  const [bob, cyd] = await openDocuments(suite.browser, edit, edit)
  const [bobName, cydName] = [await bob.ownName(), await cyd.ownName()]
  await ada.chatLog.getByText(`${bobName} joined`).waitFor()
  await ada.chatLog.getByText(`${cydName} joined`).waitFor()
  await cyd.person.close()
  await bob.page.reload()
  await eventually(async () =>
    expect((await bob.faceNames()).sort()).toEqual([`${bobName} (you)`, await ada.ownName()].sort()),
  )
  await eventually(async () => expect(await ada.faces.count()).toBe(2))
  await person.page.clock.fastForward(limits.leaveNoticeDelayMs + 1_000)
  await ada.chatLog.getByText(`${cydName} left`).waitFor()
  expect(await ada.chatLog.getByText(`${bobName} left`).count()).toBe(0)
  expect(await ada.chatLog.getByText(`${bobName} joined`).count()).toBe(1)
})
