// One walk through everything the page can show. At each stop axe finds nothing in either theme, and nothing sticks out:
// on a telephone, at twice the size, and with everything mirrored for a language that runs from right to left.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { openDocument } from '../harness/page-object.ts'
import { walkEverywhere } from '../harness/page-walk.ts'
import { PageWire } from '../harness/page-wire.ts'
import { createDocument } from '../harness/server.ts'
import { whatSticksOut } from '../harness/sticks-out.ts'

const suite = browserSuite()
const desktop = { width: 1280, height: 800 }
/** A telephone, both ways, and the desktop again. With LONG=1 also what is left of it at 200 %, and the desktop mirrored. */
const shapes = [
  { width: 360, height: 640, direction: 'ltr' },
  { width: 360, height: 640, direction: 'rtl' },
  ...(process.env.LONG
    ? [
        { width: 640, height: 400, direction: 'ltr' },
        { ...desktop, direction: 'rtl' },
      ]
    : []),
  { ...desktop, direction: 'ltr' },
]

/** What axe finds, each with the elements it found it at. `rules`: only these. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(async (only) => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe }
    const found = await here.run(document, {
      preload: false,
      resultTypes: ['violations'],
      ...(only && { runOnly: only }),
    })
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
    )
  }, rules)
}

test('axe finds nothing and nothing sticks out, wherever one goes', async () => {
  const person = await newPerson(suite.browser, { viewport: desktop })
  const wire = await PageWire.between(person.context)
  const other = await openDocument(suite.browser, (await createDocument(suite.url)).links.edit)
  await walkEverywhere({
    suite,
    person,
    wire,
    other,
    async visit(page, where) {
      await page.emulateMedia({ colorScheme: 'light' })
      expect.soft(await violations(page), where).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect.soft(await violations(page, ['color-contrast']), `${where}, dark`).toEqual([])
      for (const { direction, ...size } of shapes) {
        await page.evaluate((dir) => {
          document.documentElement.dir = dir
        }, direction)
        await page.setViewportSize(size)
        // Menus hear of the window's new size a little later.
        await eventually(async () =>
          expect(await whatSticksOut(page), `${where}, ${direction}, ${size.width} px wide`).toEqual([]),
        )
      }
    },
  })
}, 240_000)
