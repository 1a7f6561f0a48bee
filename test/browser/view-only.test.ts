// What somebody with a view link can do, and cannot, in a real browser.
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

test('[A1] a view link cannot type, paste, cut, undo or drop, sees edits live, and says View only', async () => {
  const document = await createDocument(suite.url, { text: 'to be read' })
  const [reader, writer] = await suite.meet(document.links.view, document.links.edit)
  await reader.expectSaveState('View only')
  await reader.type('typed')
  await reader.paste('pasted')
  await reader.press('Control+a', 'Delete', 'Backspace', 'Enter', 'Control+x', 'Control+z', 'Control+y', 'Alt+ArrowUp')
  await reader.page.keyboard.insertText('composed')
  await writer.goTo('end')
  await writer.type(' by all')
  await reader.expectText('to be read by all')
  // Had the reader sent anything, it would have come before what the writer typed afterwards.
  await eventually(async () => expect(await textOnServer(suite.url, document)).toBe('to be read by all'))
  expect(await writer.text()).toBe('to be read by all')
  await reader.expectSaveState('View only')
})

test('[H3] with a view link the chat can be read, and a line stands where one would write', async () => {
  const document = await createDocument(suite.url)
  const [reader, writer] = await suite.meet(document.links.view, document.links.edit)
  await reader.openPanel('chat')
  await writer.openPanel('chat')
  await writer.say('Good morning')
  await reader.chatLog.getByText('Good morning').waitFor()
  await reader.page.getByText('A view link cannot write. Ask for an edit link to join the talk.').waitFor()
  expect(await reader.composer.count()).toBe(0)
})

test('[A1] with a view link one is offered to find words, and not to replace them', async () => {
  const document = await createDocument(suite.url, { text: 'to be read' })
  const [reader] = await suite.meet(document.links.view)
  await reader.expectSaveState('View only')
  await reader.page.getByRole('button', { name: 'More', exact: true }).click()
  await reader.page.getByText('Download as Markdown').waitFor()
  expect(await reader.page.getByText('Find and replace').count()).toBe(0)
  await reader.page.getByRole('button', { name: /^Find/ }).click()
  await reader.page.getByRole('textbox', { name: 'Find' }).waitFor()
  expect(await reader.page.getByRole('textbox', { name: 'Replace' }).count()).toBe(0)
})

test('[A1] with a view link only the view link can be passed on', async () => {
  const document = await createDocument(suite.url)
  const [reader] = await suite.meet(document.links.view)
  await reader.page.getByRole('button', { name: 'Share', exact: true }).click()
  await reader.page.getByRole('button', { name: 'Copy view link' }).waitFor()
  expect(await reader.page.getByRole('button', { name: 'Copy edit link' }).count()).toBe(0)
  expect(await reader.page.getByRole('button', { name: 'Make a new link' }).count()).toBe(0)
})
