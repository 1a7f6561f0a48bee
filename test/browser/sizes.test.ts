// The page in windows from a telephone's to a wall's: nothing beyond the edges, no line too long to be read, no letters
// that are lost in the room around them.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { openDocument } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'
import { whatSticksOut } from '../harness/sticks-out.ts'

const suite = browserSuite()
/** A telephone, a desktop at 200 %, a tablet, a large screen, a wall. */
const windows = [
  { width: 360, height: 740 },
  { width: 640, height: 400 },
  { width: 768, height: 1024 },
  { width: 2560, height: 1440 },
  { width: 3840, height: 2160 },
]
const wall = windows.at(-1)!
const text = `# A title\n\n${'Words that fill a line and go on. '.repeat(20)}\n\n- [ ] a task`

const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth)

/** How many letters of the width of a 0 the column has room for, in the editor and in the preview where it is shown. */
const columns = (page: Page): Promise<number[]> =>
  page.evaluate(() =>
    ['.cm-line', '.preview-text'].flatMap((selector) =>
      [...document.querySelectorAll(selector)]
        .filter(({ clientWidth }) => clientWidth > 0)
        .map((element) => {
          const { paddingLeft, paddingRight, font } = getComputedStyle(element)
          const pen = document.createElement('canvas').getContext('2d')!
          pen.font = font
          const room = element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
          return room / pen.measureText('0').width
        }),
    ),
  )

test('in no window anything scrolls sideways, and no column of text is wider than 72 letters', async () => {
  const { links } = await createDocument(suite.url, { title: 'Sizes', text })
  const [ada, bob] = await suite.meet(links.own, links.edit)
  await bob.goTo('end')
  const { page } = ada
  const fits = async (where: string) => {
    for (const size of windows) {
      await page.setViewportSize(size)
      await eventually(async () => {
        expect(await scrollsSideways(page), `${where}, ${size.width} px`).toBe(false)
        expect(await whatSticksOut(page), `${where}, ${size.width} px`).toEqual([])
        for (const letters of await columns(page)) {
          expect(letters, `${where}, ${size.width} px: letters in a line`).toBeLessThan(72.5)
          expect(letters, `${where}, ${size.width} px: letters in a line`).toBeGreaterThan(24)
        }
      })
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  await fits('text')
  await ada.openPanel('chat')
  await fits('text and chat')
  await page.getByRole('button', { name: 'Both' }).click()
  await page.getByRole('region', { name: 'Preview' }).getByRole('heading').waitFor()
  await fits('text, preview and chat')
  await page.getByRole('button', { name: 'Write', exact: true }).click()
  await page.getByRole('button', { name: 'Close chat' }).click()
  await page.keyboard.press('Control+Comma')
  const settings = page.getByRole('dialog', { name: 'Settings' })
  await settings.getByRole('switch', { name: 'Line numbers' }).check()
  await fits('settings')
  await page.keyboard.press('Escape')
  await page.locator('.cm-lineNumbers').waitFor()
  await fits('text with line numbers')
  await page.goto(suite.url)
  await page.getByRole('link', { name: /Sizes/ }).waitFor()
  await fits('the first page')
})

test('on a wall the letters are larger, and sheet and bar stay together in the middle', async () => {
  const { links } = await createDocument(suite.url, { text })
  const [ada, bob] = await suite.meet(links.own, links.edit)
  await bob.rename('Bob')
  await bob.goTo('end')
  const { page } = ada
  const letters = () => ada.editor.evaluate((editor) => Number.parseFloat(getComputedStyle(editor).fontSize))
  const usual = await letters()
  await page.setViewportSize(wall)
  await eventually(async () => expect(await letters()).toBeGreaterThanOrEqual(usual * 1.2))
  const [sheet, bar] = [await page.locator('main').boundingBox(), await page.locator('header').first().boundingBox()]
  expect(sheet!.width).toBeLessThan(wall.width * 0.7)
  expect(Math.abs(bar!.width - sheet!.width)).toBeLessThan(20)
  expect(Math.abs(sheet!.x + sheet!.width / 2 - wall.width / 2)).toBeLessThan(2)
  // Cursors and their names grow along.
  await ada.expectCaretBehind('Bob', 'a task')
  const flag = (await ada.caretOf('Bob').locator('.cm-remote-flag').boundingBox())!
  expect(flag.height).toBeCloseTo(25, 0)
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('a reader’s own larger letters get the lines they need', async () => {
  const { links } = await createDocument(suite.url, { text })
  const [ada] = await suite.meet(links.own)
  const { page } = ada
  await ada.openPanel('people')
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '24px'
  })
  const tooLow = await page.evaluate(() =>
    [...document.querySelectorAll('body *')].flatMap((element) => {
      const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim() !== '')
      const { fontSize, lineHeight } = getComputedStyle(element)
      return hasWords && Number.parseFloat(lineHeight) < Number.parseFloat(fontSize)
        ? [`${element.outerHTML.slice(0, 120)}: ${fontSize} in ${lineHeight}`]
        : []
    }),
  )
  expect(tooLow).toEqual([])
  expect(await scrollsSideways(page)).toBe(false)
})

test('what is said in the chat and where one writes stand on one edge, beside the text and below it', async () => {
  const { links } = await createDocument(suite.url, { text })
  const [ada] = await suite.meet(links.own, links.edit)
  await ada.openPanel('chat')
  await ada.say('Hello')
  const edges = async () =>
    Promise.all(
      [ada.chatLog.locator('.face').first(), ada.page.getByText('To', { exact: true }), ada.composer].map(
        async (it) => (await it.boundingBox())!.x,
      ),
    )
  for (const width of [360, 768, 1280]) {
    await ada.page.setViewportSize({ width, height: 740 })
    await eventually(async () => {
      const [line, ...others] = await edges()
      expect(others, `${width} px`).toEqual([line, line])
    })
  }
})

test('a note at the foot of the page leaves the line under the text free', async () => {
  const { links } = await createDocument(suite.url, { text })
  const [ada, bob] = await suite.meet(links.own, links.edit)
  await ada.page.getByRole('button', { name: /^Count/ }).waitFor()
  await bob.page.getByRole('button', { name: 'Language: Markdown' }).click()
  await bob.page.getByRole('combobox', { name: 'Language of this document' }).fill('javas')
  await bob.press('Enter')
  const note = ada.page.getByText(/set the language to JavaScript/)
  await note.waitFor()
  for (const width of [360, 390, 1280]) {
    await ada.page.setViewportSize({ width, height: 740 })
    const [box, line] = [await note.boundingBox(), await ada.page.locator('.status-bar').boundingBox()]
    expect(box!.y + box!.height, `${width} px`).toBeLessThanOrEqual(line!.y)
  }
  await ada.page.setViewportSize({ width: 1280, height: 800 })
})

/** What can be pressed in the bar above the text and in the line below it, and how high the place is that answers. */
const heightsForFingers = (page: Page): Promise<{ name: string; height: number }[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.top-bar :is(a, button), .status-bar button')]
      .filter((element) => element.checkVisibility())
      .map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect()
        const [x, y] = [left + width / 2, top + height / 2]
        const answers = (at: number) => element.contains(document.elementFromPoint(x, at))
        let [first, last] = [y, y]
        while (first > 0 && answers(first - 0.5)) first -= 0.5
        while (last < innerHeight && answers(last + 0.5)) last += 0.5
        return { name: element.getAttribute('aria-label') ?? element.textContent ?? '', height: last - first }
      }),
  )

test('a finger hits what it aims at, on the narrowest telephone', async () => {
  const { links } = await createDocument(suite.url, { title: 'Sizes', text })
  const ada = await openDocument(suite.browser, links.own, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  })
  await ada.expectSaveState('Saved')
  await ada.page.getByRole('button', { name: /^Count/ }).waitFor()
  const found = await heightsForFingers(ada.page)
  // Title and save state share the bar: half of it for each.
  const shared = ['Sizes', 'Save state: Saved']
  expect(found.filter(({ name, height }) => height < (shared.includes(name) ? 23 : 43))).toEqual([])
  expect(found.map(({ name }) => name)).toEqual([
    'Your documents',
    'Sizes',
    'Save state: Saved',
    'Write',
    'Read',
    'Share',
    'People: only you',
    'Chat',
    'More',
    'Language: Markdown',
    expect.stringMatching(/^Count: /),
  ])
})
