// Text, names and talk that run from right to left, beside others that do not.
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import type { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const arabic = 'مرحبا بالعالم'
const directions = (on: DocumentPage) =>
  on.editor.locator('.cm-line').evaluateAll((lines) => lines.map((line) => getComputedStyle(line).direction))

test('each line runs as its first letter does, and the arrow keys and the others’ carets go along', async () => {
  const document = await createDocument(suite.url, { text: `${arabic}\nHello ${arabic}\n12. עברית and English\n---` })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.edit)
  await eventually(async () => expect(await directions(ada)).toEqual(['rtl', 'ltr', 'rtl', 'ltr']))
  // Said by the page: a browser that has to find out needs twice the time for a line of many letters.
  const found = await ada.editor
    .locator('.cm-line')
    .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).unicodeBidi))
  expect(found).not.toContain('plaintext')
  const bobName = await bob.ownName()
  await bob.goTo('start')
  // The first letter stands at the right, and so does who is in front of it.
  const right = await ada.editor
    .locator('.cm-line')
    .first()
    .evaluate((line) => {
      const range = globalThis.document.createRange()
      range.selectNodeContents(line)
      return range.getBoundingClientRect().right
    })
  await eventually(async () => {
    const caret = await ada.caretOf(bobName).boundingBox()
    expect(Math.abs((caret?.x ?? 0) - right), 'pixels between the caret and the first letter').toBeLessThan(4)
  })
  await bob.press('ArrowLeft', 'ArrowLeft')
  await bob.page.keyboard.type('!')
  await ada.expectText(`${arabic.slice(0, 2)}!${arabic.slice(2)}\nHello ${arabic}\n12. עברית and English\n---`)
  await bob.press('End')
  await bob.page.keyboard.type('x')
  await bob.press('ArrowDown', 'Home', 'ArrowRight')
  await bob.page.keyboard.type('y')
  await ada.expectText(`${arabic.slice(0, 2)}!${arabic.slice(2)}x\nHyello ${arabic}\n12. עברית and English\n---`)
})

test('a preview has each paragraph run its own way, and code from left to right', async () => {
  const document = await createDocument(suite.url, {
    text: `Hello\n\n${arabic}\n\n- ${arabic}\n\n> ${arabic}\n\n${arabic} \`a = b\`\n\n\`\`\`\n${arabic}\n\`\`\``,
  })
  const [ada] = await suite.meet(document.links.edit)
  await ada.page.getByRole('button', { name: 'Both' }).click()
  const preview = ada.page.getByRole('region', { name: 'Preview' })
  await preview.locator('pre').waitFor()
  const found = await preview
    .locator('p, ul, blockquote, pre, p code')
    .evaluateAll((all) => all.map((it) => `${it.localName} ${getComputedStyle(it).direction}`))
  expect(found).toEqual(['p ltr', 'p rtl', 'ul rtl', 'blockquote rtl', 'p rtl', 'p rtl', 'code ltr', 'pre ltr'])
  await ada.page.getByRole('button', { name: 'Write', exact: true }).click()
})

test('titles, names and chat lines run their own way, and turn nothing around them', async () => {
  const title = 'محضر (1) الاجتماع'
  const document = await createDocument(suite.url, { title })
  const [ada, bob] = await suite.meet(document.links.edit, document.links.own)
  const before = await bob.ownName()
  await ada.openPanel('chat')
  await bob.rename('مريم (2)')
  await bob.openPanel('chat')
  await bob.say(`${arabic} (abc)!`)
  await bob.say('abc')
  await ada.chatLog.getByText('abc', { exact: true }).waitFor()
  const direction = (selector: string) =>
    ada.page
      .locator(selector)
      .evaluateAll((all) => all.map((one) => `${one.textContent} ${getComputedStyle(one).direction}`))
  expect(await direction('h1')).toEqual([`${title} rtl`])
  expect(await direction('.chat-line p')).toEqual([`${arabic} (abc)! rtl`, 'abc ltr'])
  expect(await direction('.chat-name')).toEqual(['مريم (2) rtl'])
  // What is said about him stays in the order of the sentence: the name, what he did, and when.
  const notice = ada.chatLog.locator('.chat-notice').filter({ hasText: 'is now called' })
  const places = await notice.evaluate((line) =>
    [...line.querySelectorAll('bdi')].map((name) => name.getBoundingClientRect().left),
  )
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  await ada.openPanel('people')
  expect(await direction('.person-name')).toEqual(['مريم (2) rtl'])
  await bob.rename(before)
})

test('in a language that runs from right to left everything stands on the other side, and cards at their buttons', async () => {
  const document = await createDocument(suite.url, { title: 'Title' })
  const [ada] = await suite.meet(document.links.own)
  const { page } = ada
  await ada.expectSaveState('Saved')
  await page.evaluate(() => {
    globalThis.document.documentElement.dir = 'rtl'
  })
  const box = async (locator: Locator) => {
    const { x, width } = (await locator.boundingBox())!
    return { left: x, right: x + width }
  }
  const home = await box(page.getByRole('link', { name: 'Your documents' }))
  const title = await box(page.getByRole('heading', { name: 'Title' }).getByRole('button'))
  const share = page.getByRole('button', { name: 'Share', exact: true })
  expect(title.right).toBeLessThan(home.left + 8)
  expect((await box(share)).right).toBeLessThan(title.left)
  for (const [button, edge] of [
    [share, 'left'],
    [ada.saveState, 'right'],
    [page.getByRole('button', { name: 'More' }), 'left'],
  ] as const) {
    await button.click()
    const card = await box(page.locator(':popover-open'))
    expect(
      Math.abs(card[edge] - (await box(button))[edge]),
      `pixels between a card and its button, ${edge}`,
    ).toBeLessThan(8)
    await ada.press('Escape')
  }
  await ada.openPanel('chat')
  const panel = await box(page.getByRole('complementary', { name: 'Chat' }))
  expect(panel.right).toBeLessThanOrEqual((await box(ada.editor)).left)
  await ada.composer.fill('latin')
  // What is typed never runs under the button, whichever way it runs.
  const send = await box(page.getByRole('button', { name: 'Send' }))
  const padding = await ada.composer.evaluate((field) => Number.parseFloat(getComputedStyle(field).paddingLeft))
  expect((await box(ada.composer)).left + padding).toBeGreaterThanOrEqual(send.right)
})
