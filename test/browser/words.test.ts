// The page in the reader's language: what his browser says, or what he chose.
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

test('a Chinese browser gets Chinese words everywhere, and only those are loaded', async () => {
  const document = await createDocument(suite.url, { text: '# 写作\n\n文字' })
  const { page } = await newPerson(suite.browser, { locale: 'zh-CN' })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(suite.url)
  await page.getByRole('button', { name: '新建文档' }).waitFor()
  expect(await page.evaluate(() => globalThis.document.documentElement.lang)).toBe('zh')
  await page.goto(document.links.own)
  await page.getByRole('textbox', { name: '文档正文' }).waitFor()
  await page.getByRole('button', { name: '保存状态：已保存' }).waitFor()
  await page.getByRole('button', { name: '字数：4 词' }).waitFor()
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: '查找' }).waitFor()
  // What is left in letters of the page's own, but for names, would not be Chinese.
  const latin = await page.evaluate(() => globalThis.document.body.innerText.match(/[A-Za-z]{3,}/g) ?? [])
  expect(latin.filter((word) => word !== 'Markdown')).toEqual([])
  expect(asked.filter((url) => /assets\/(en|zh)-/.test(url)).map((url) => /(en|zh)-/.exec(url)?.[1])).not.toContain(
    'en',
  )
})

test('another language can be chosen, holds at once and after a reload, and the browser’s again', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  const { page } = await newPerson(suite.browser, { locale: 'en-GB' })
  await page.goto(document.links.own)
  await page.getByRole('textbox', { name: 'Document text' }).waitFor()
  await page.keyboard.press('Control+Comma')
  await page.getByRole('combobox', { name: 'Language' }).selectOption('中文')
  await page.getByRole('heading', { name: '设置' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: '分享' }).waitFor()
  await page.keyboard.press('Control+Comma')
  await page.getByRole('combobox', { name: '界面语言' }).selectOption('')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Share', exact: true }).waitFor()
})
