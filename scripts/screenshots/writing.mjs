// Pictures of what one does with the page: the list, the text, the talk, and what opens beside them.
import { createDocument } from '../built-server.mjs'
import {
  enter,
  fourth,
  furtherText,
  open,
  phone,
  putCursor,
  say,
  second,
  shoot,
  shootBoth,
  text,
  third,
  wide,
  writer,
} from './stage.mjs'

export async function home(browser, url) {
  const page = await enter(browser, writer)
  await page.goto(url)
  await page.getByText('Documents you open appear here.').waitFor()
  await shoot(page, 'home-empty')
  let last = ''
  for (const title of ['Letter to the printers', 'What the garden needs', 'Notes for the reading group']) {
    const { links } = await createDocument(url, { title, text: `# ${title}\n` })
    last = links.edit
    await open(page, links.own)
    await page.getByRole('link', { name: 'Your documents' }).click()
    await page.getByRole('link', { name: new RegExp(title) }).waitFor()
  }
  const others = []
  for (const person of [second, third]) {
    const other = await enter(browser, person)
    await open(other, last)
    others.push(other)
  }
  await page.reload()
  await page.getByText('2 people here now').waitFor()
  await shootBoth(page, 'home')
  await page.setViewportSize(phone)
  await shoot(page, 'phone-home')
  for (const one of [...others, page]) await one.context().close()
}

/** One document with four people in it, seen by the first of them. */
export async function together(browser, url) {
  const { links } = await createDocument(url, { title: 'Notes for the reading group', text })
  const others = []
  for (const person of [second, third, fourth]) {
    const page = await enter(browser, person)
    await open(page, links.edit)
    others.push(page)
  }
  const [idris, yuki, lucia] = others
  // The first picture of all: twice as sharp.
  const page = await enter(browser, writer, { deviceScaleFactor: 2 })
  await open(page, links.own)
  await say(page, 'Shall we start with the question of the author?')
  await say(idris, 'Yes. I will tidy the list meanwhile.')
  await say(lucia, '@Maren Holt the large hall is free on Friday.')
  await say(yuki, 'I have the map.')
  await page.getByRole('log').getByText('I have the map.').waitFor()
  // Names show for two seconds after a movement, so everybody moves before each picture.
  const move = async () => {
    await putCursor(idris, 'What we read')
    await putCursor(idris, 'What we want to talk about')
    await putCursor(lucia, 'We meet on Thursday')
    await putCursor(lucia, 'What we read')
    await putCursor(yuki, 'What we read')
    await putCursor(yuki, 'The Scriptorium', { selects: true })
    await page.locator('.cm-remote-selection').first().waitFor()
    await page.locator('.cm-remote-caret.moving').nth(2).waitFor({ state: 'attached' })
  }
  await shootBoth(page, 'document', move)
  await page.context().close()
  return { links, others }
}

/** The same document on a screen as most have it, and on a telephone. */
export async function beside(browser, { links, others }) {
  const [idris] = others
  const page = await enter(browser, writer)
  await open(page, links.own)
  await say(idris, 'Just to you: the second essay is missing two pages.', writer.name)
  await page.getByRole('button', { name: /^People/ }).click()
  await page.getByRole('complementary', { name: 'People' }).waitFor()
  await shootBoth(page, 'people')
  await page.getByRole('button', { name: `Message ${second.name} privately` }).click()
  await page.getByRole('log').getByText('Just to you').waitFor()
  await page.getByRole('textbox', { name: 'Message' }).fill('I will ask the library.')
  await shoot(page, 'chat-private')
  await page.getByRole('button', { name: 'Close chat' }).click()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await shoot(page, 'share')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await shoot(page, 'more')
  await page.keyboard.press('Escape')
  await page.evaluate(() => globalThis.document.activeElement?.blur())
  await page.setViewportSize(phone)
  await shootBoth(page, 'phone')
  await page.getByRole('button', { name: /^Chat/ }).click()
  await page.getByRole('log').getByText('Just to you').waitFor()
  await shoot(page, 'phone-chat')
  await page.getByRole('button', { name: 'Close chat' }).click()
  await page.getByRole('button', { name: 'Read', exact: true }).click()
  await page.getByRole('region', { name: 'Preview' }).getByRole('heading').first().waitFor()
  await shoot(page, 'phone-preview')
  await page.context().close()
}

/** Preview, commands, settings and following, seen by one of two people. */
export async function tools(browser, url) {
  const { links } = await createDocument(url, { title: 'Notes for the reading group', text: text + furtherText })
  const other = await enter(browser, second)
  await open(other, links.edit)
  const page = await enter(browser, writer, { deviceScaleFactor: 2 })
  await open(page, links.own)
  await putCursor(other, 'What we want to talk about')
  await page.getByRole('button', { name: 'Both' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.locator('.code-keyword').first().waitFor({ state: 'attached' })
  await preview.evaluate((pane) => {
    pane.scrollTop = 260
  })
  await shoot(page, 'preview-light')
  await page.context().close()
  const on = await enter(browser, writer)
  await open(on, links.own)
  await on.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await on.getByRole('button', { name: 'Both' }).click()
  await on.getByRole('region', { name: 'Preview' }).locator('.code-keyword').first().waitFor({ state: 'attached' })
  await shoot(on, 'preview-dark')
  await on.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await on.getByRole('button', { name: 'Write', exact: true }).click()
  await on.keyboard.press('Control+Alt+o')
  await on.getByRole('complementary', { name: 'Table of contents' }).getByText('What we read').waitFor()
  await shoot(on, 'outline')
  await on.keyboard.press('Control+Alt+o')
  await on.keyboard.press('Control+k')
  await on.getByRole('combobox', { name: 'Commands' }).fill('co')
  await shoot(on, 'commands')
  await on.keyboard.press('Escape')
  await on.keyboard.press('Control+Comma')
  await on.getByRole('dialog', { name: 'Settings' }).waitFor()
  await shootBoth(on, 'settings')
  await on.keyboard.press('Escape')
  await on.getByRole('textbox', { name: 'Document text' }).focus()
  await on.keyboard.press('Control+f')
  await on.getByRole('textbox', { name: 'Find' }).fill('the')
  await shoot(on, 'search')
  await on.keyboard.press('Escape')
  await on.getByRole('button', { name: /^People/ }).click()
  await on.getByRole('button', { name: `Follow ${second.name}` }).click()
  await on.getByText(`Following ${second.name}`).waitFor()
  await shoot(on, 'following')
  for (const one of [on, other]) await one.context().close()
}

export async function chinese(browser, url) {
  const { links } = await createDocument(url, {
    title: '读书会记录',
    text: '# 读书会记录\n\n周四晚上七点，小厅见。请带上第二章和一支铅笔。\n\n## 我们读什么\n\n- **缮写室**，第 40 至 96 页\n- [ ] 有人要去找地图\n',
  })
  const page = await enter(browser, { name: '林晓', color: 9 }, { locale: 'zh-CN', viewport: wide })
  await page.goto(links.own)
  await page.getByRole('button', { name: '保存状态：已保存' }).waitFor()
  await page.getByRole('button', { name: /^聊天/ }).click()
  await page.getByRole('log').waitFor()
  await shoot(page, 'chinese')
  await page.context().close()
}
