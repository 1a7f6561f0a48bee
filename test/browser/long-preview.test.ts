// Previews of thousands of blocks: what is drawn of them, what a change touches, and that links, boxes and scrolling reach
// what is not drawn yet.
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import type { DocumentPage } from '../harness/page-object.ts'
import { openPreview, previewOf } from '../harness/preview-page.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const headings = (count: number, name = 'Part') =>
  Array.from({ length: count }, (_, i) => `# ${name} ${i}\n\n`).join('')

/** Somebody who sees all of a text's preview, or could. */
async function readerOf(text: string, blocks: number): Promise<DocumentPage> {
  const { links } = await createDocument(suite.url, { text })
  const ada = await openPreview(suite.browser, links.edit)
  await eventually(async () => expect(await blocksOf(ada)).toHaveLength(blocks))
  return ada
}

const blocksOf = (ada: DocumentPage): Promise<string[]> =>
  previewOf(ada).evaluate((pane) => [...pane.querySelectorAll('.block')].map((block) => block.textContent.trim()))

const textOf = (ada: DocumentPage): Locator => ada.person.page.locator('.cm-scroller')

/** How many blocks are in each box of the preview, and how many of all are drawn. */
const drawn = (ada: DocumentPage) =>
  previewOf(ada).evaluate((pane) => ({
    groups: [...pane.querySelector('.preview-text')!.children].map((group) => group.querySelectorAll('.block').length),
    blocks: [...pane.querySelectorAll('.block')].filter((it) => it.checkVisibility({ contentVisibilityAuto: true }))
      .length,
  }))

/** Notes from now on how many elements come into the preview, or move in it. */
async function countArrivals(ada: DocumentPage): Promise<() => Promise<number>> {
  const count = await previewOf(ada).evaluateHandle((pane) => {
    const seen = { elements: 0 }
    new MutationObserver((records) => {
      for (const { addedNodes } of records) seen.elements += addedNodes.length
    }).observe(pane.querySelector('.preview-text')!, { childList: true, subtree: true })
    return seen
  })
  return () => count.evaluate(({ elements }) => elements)
}

test('of thousands of blocks those near are drawn, in few boxes, and all of them on paper', async () => {
  const ada = await readerOf(headings(3_000), 3_000)
  const near = await drawn(ada)
  expect(near.groups.length).toBeLessThanOrEqual(Math.ceil(3_000 / limits.previewGroupBlocks))
  expect(Math.max(...near.groups)).toBeLessThanOrEqual(2 * limits.previewGroupBlocks)
  expect(near.blocks).toBeGreaterThan(0)
  expect(near.blocks).toBeLessThan(300)
  await ada.page.emulateMedia({ media: 'print' })
  expect((await drawn(ada)).blocks).toBe(3_000)
})

test('a change makes nothing again but the blocks that it changes', async () => {
  const text = `[Link] to somewhere\n\n${headings(1_000)}[Link] again\n\n[Link]: https://example.org/a`
  const ada = await readerOf(text, 1_002)
  const links = previewOf(ada).getByRole('link', { name: 'Link' })
  const arrived = await countArrivals(ada)
  await ada.goTo('end')
  await ada.type('b')
  await eventually(async () => {
    for (const link of await links.all()) expect(await link.getAttribute('href')).toBe('https://example.org/ab')
    expect(await links.count()).toBe(2)
  })
  expect(await arrived()).toBe(2)
  await ada.goTo('start')
  await ada.type('# Before\n\n')
  await eventually(async () => expect((await blocksOf(ada))[0]).toBe('Before'))
  // The beginning of a line is shown a few times: only ever the blocks at the top.
  expect(await arrived()).toBeLessThan(40)
})

test('blocks that come in between stand in order, in groups of bounded size, and go again', async () => {
  const ada = await readerOf(headings(200), 200)
  await ada.goTo('start')
  for (let i = 0; i < 160; i++) await ada.press('ArrowDown')
  await ada.paste(headings(500, 'Between'))
  const names = (from: number, to: number, name: string) =>
    Array.from({ length: to - from }, (_, i) => `${name} ${from + i}`)
  const all = [...names(0, 80, 'Part'), ...names(0, 500, 'Between'), ...names(80, 200, 'Part')]
  await eventually(async () => expect(await blocksOf(ada)).toEqual(all))
  for (const count of (await drawn(ada)).groups) {
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThanOrEqual(2 * limits.previewGroupBlocks)
  }
  await ada.press('Control+a')
  await ada.type('Gone')
  await eventually(async () => expect(await blocksOf(ada)).toEqual(['Gone']))
  expect((await drawn(ada)).groups).toEqual([1])
  await ada.press('Control+a')
  await ada.press('Delete')
  await previewOf(ada).locator('.preview-empty').waitFor()
  expect((await drawn(ada)).groups).toEqual([])
})

test('few large blocks share a group, many small ones do', async () => {
  const paragraph = `${'word '.repeat(limits.previewGroupLengthMax / 10)}\n\n`
  const ada = await readerOf(paragraph.repeat(20), 20)
  expect(Math.max(...(await drawn(ada)).groups)).toBeLessThanOrEqual(2)
})

test('a link goes to a heading that was never drawn, and a box there ticks its own task', async () => {
  const text = `[far](#part-2500)\n\n${headings(3_000)}- [ ] one\n- [ ] two`
  const ada = await readerOf(text, 3_002)
  await previewOf(ada).getByRole('link', { name: 'far' }).click()
  await eventually(async () => {
    const box = await previewOf(ada).getByRole('heading', { name: 'Part 2500', exact: true }).boundingBox()
    expect(box!.y).toBeGreaterThan(0)
    expect(box!.y).toBeLessThan(200)
  })
  await previewOf(ada).getByRole('checkbox').nth(1).click()
  await eventually(async () => expect(await previewOf(ada).getByRole('checkbox').nth(1).isChecked()).toBe(true))
  await ada.goTo('end')
  await ada.editor.getByText('- [x] two').waitFor()
  await ada.editor.getByText('- [ ] one').waitFor()
})

test('text and preview find each other in the middle, where nothing was drawn yet', async () => {
  const ada = await readerOf(headings(2_000), 2_000)
  const topmost = (selector: string, row: string) =>
    ada.page.locator(selector).evaluate((pane, rows) => {
      const { top } = pane.getBoundingClientRect()
      const seen = [...pane.querySelectorAll(rows)].find(
        (it) => it.getBoundingClientRect().bottom > top + 60 && /\d/.test(it.textContent),
      )
      return Number(/\d+/.exec(seen?.textContent ?? '')?.[0])
    }, row)
  const inText = () => topmost('.cm-scroller', '.cm-line')
  const inPreview = () => topmost('.preview', '.block')
  await ada.page.locator('.cm-scroller').evaluate((it) => {
    it.scrollTop = it.scrollHeight / 2
  })
  await eventually(async () => {
    expect(await inText()).toBeGreaterThan(500)
    expect(Math.abs((await inText()) - (await inPreview()))).toBeLessThan(10)
  })
  await wheel(ada, previewOf(ada), -(await topOf(previewOf(ada))) / 2)
  await eventually(async () => {
    expect(await inPreview()).toBeGreaterThan(100)
    expect(await inPreview()).toBeLessThan(900)
    expect(Math.abs((await inText()) - (await inPreview()))).toBeLessThan(10)
  })
})

const topOf = (side: Locator) => side.evaluate((it) => it.scrollTop)

/** Turns the wheel over one side: by so many pixels, down if positive. */
async function wheel(ada: DocumentPage, side: Locator, by: number): Promise<void> {
  await side.hover()
  await ada.page.mouse.wheel(0, by)
}

test('who scrolls one side there and back is followed, and then who scrolls the other', async () => {
  const ada = await readerOf(Array.from({ length: 300 }, (_, i) => `paragraph ${i}`).join('\n\n'), 300)
  const [text, preview] = [textOf(ada), previewOf(ada)]
  for (const [side, other] of [
    [preview, text],
    [text, preview],
  ] as const) {
    await wheel(ada, side, 2_000)
    await eventually(async () => expect(await topOf(other)).toBeGreaterThan(1_000))
    await wheel(ada, side, -100_000)
    await eventually(async () => expect([await topOf(side), await topOf(other)]).toEqual([0, 0]))
  }
})

test('what one reads in the preview stays in sight though the text moves late, and follows once one goes back to the text', async () => {
  const ada = await readerOf(`[far](#part-1500)\n\n${headings(2_000)}`, 2_001)
  const [text, preview] = [textOf(ada), previewOf(ada)]
  const y = async () => (await preview.getByRole('heading', { name: 'Part 1500', exact: true }).boundingBox())!.y
  const isInSight = async () => {
    expect(await y()).toBeGreaterThan(0)
    expect(await y()).toBeLessThan(200)
  }
  await preview.getByRole('link', { name: 'far' }).click()
  await eventually(isInSight)
  const place = await y()
  // As the editor does when lines turn out higher than it had guessed.
  await text.evaluate(async (it) => {
    it.scrollTop += 600
    for (let frames = 30; frames > 0; frames--) await new Promise(requestAnimationFrame)
  })
  expect(await y()).toBe(place)
  await ada.goTo('start')
  await eventually(async () => expect(await topOf(preview)).toBe(0))
})

test('many notes are numbered through, and their links go there and back', async () => {
  const notes = Array.from({ length: 200 }, (_, i) => `a[^${i}]\n\n[^${i}]: note ${i}`)
  const ada = await readerOf(notes.join('\n\n'), 204)
  const shown = previewOf(ada)
  await shown.getByRole('link', { name: '170', exact: true }).click()
  const note = shown.getByRole('listitem').filter({ hasText: 'note 169' })
  await eventually(async () => expect((await note.boundingBox())!.y).toBeLessThan(800))
  expect(await note.evaluate((it: HTMLLIElement) => [...it.parentElement!.children].indexOf(it))).toBe(49)
  expect(await note.evaluate((it) => it.parentElement!.getAttribute('start'))).toBe('121')
  await note.getByRole('link').click()
  await eventually(async () => {
    const box = await shown.getByRole('link', { name: '170', exact: true }).boundingBox()
    expect(box!.y).toBeGreaterThan(0)
    expect(box!.y).toBeLessThan(800)
  })
})
