// How long the page stands still at most while it shows what wants to freeze it: the corpora of the browser tests, in the
// built page, in Chromium. `node bench/freeze/freeze.mjs [name…]` prints a table; names choose among the Markdown bombs.
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { runnerImport } from 'vite'
import { findBrowser } from '../../scripts/browser.mjs'
import { createDocument, startServer } from '../../scripts/built-server.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** After the last sign of work, ms. */
const quietMs = 1_500
const waitMs = 60_000

const load = async (name) => {
  const { module } = await runnerImport(join(root, 'test/harness', name), {
    root,
    configFile: false,
    logLevel: 'error',
  })
  return module
}

/** Until the page has stopped changing. */
async function quiet(page) {
  const until = Date.now() + waitMs
  let seen = -1
  while (Date.now() < until) {
    await page.waitForTimeout(quietMs)
    const now = await page.evaluate(() => globalThis.document.getElementsByTagName('*').length)
    if (now === seen) return
    seen = now
  }
}

/** The longest task of a page's main thread while something is done, in ms of its CPU: what others use does not count. */
async function longestTask(page, work) {
  const browser = page.context().browser()
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'toplevel', '__metadata'] })
  await work()
  await quiet(page)
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString())
  const processes = processesOf(traceEvents, new URL(page.url()).origin)
  const mains = new Set(
    traceEvents
      .filter(({ name, pid, args }) => name === 'thread_name' && args.name === 'CrRendererMain' && processes.has(pid))
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  if (mains.size === 0) throw new Error('The trace does not show the page.')
  return traceEvents
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && mains.has(`${pid} ${tid}`))
    .reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0)
}

/** Those that show pages of ours: Chromium draws parts of its own window as pages, too. */
function processesOf(traceEvents, origin) {
  const frames = traceEvents.flatMap(({ name, args }) =>
    name === 'TracingStartedInBrowser' ? (args.data.frames ?? []) : name === 'FrameCommittedInBrowser' ? args.data : [],
  )
  return new Set(frames.filter(({ url }) => url.startsWith(origin)).map(({ processId }) => processId))
}

const newPage = async (browser) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  return await context.newPage()
}

const opens = (page, link) => async () => {
  await page.goto(link)
  await page.getByRole('textbox', { name: 'Document text' }).waitFor({ timeout: waitMs })
  await page.getByRole('button', { name: 'Save state: Saved' }).waitFor({ timeout: waitMs })
}

/** What is to be used, found before the time is taken: looking through a large page by role is work for the page. */
const found = (page, role, name) => page.getByRole(role, { name, exact: true }).elementHandle()

async function types(page) {
  const editor = await found(page, 'textbox', 'Document text')
  return async () => {
    await editor.focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('still here ', { delay: 30 })
  }
}

async function previews(page) {
  const both = await found(page, 'button', 'Both')
  return () => both.click()
}

/** Opens it, previews it, and types: the longest task of each. */
async function bomb(browser, url, text) {
  const { links } = await createDocument(url, { text })
  const page = await newPage(browser)
  const steps = [
    await longestTask(page, opens(page, links.edit)),
    await longestTask(page, await previews(page)),
    await longestTask(page, await types(page)),
  ]
  await page.context().close()
  return steps
}

/** Every hostile line in the text, and most as lines of the chat. */
async function lines(browser, url, all) {
  const { links } = await createDocument(url, { text: all.join('\n') })
  const page = await newPage(browser)
  const steps = [
    await longestTask(page, opens(page, links.own)),
    await longestTask(page, async () => {
      await page.getByRole('button', { name: 'Chat', exact: true }).click()
      const composer = page.getByRole('textbox', { name: 'Message' })
      for (const line of all.slice(0, 100)) {
        await composer.fill(line)
        await composer.press('Enter')
      }
    }),
    await longestTask(page, await types(page)),
  ]
  await page.context().close()
  return steps
}

const row = (name, steps) => console.log(`| ${name} | ${steps.map((ms) => Math.round(ms)).join(' | ')} |`)

async function main() {
  const [{ markdownBombs }, { hostileLines }] = [await load('hostile-markdown.ts'), await load('hostile-lines.ts')]
  const wanted = process.argv.slice(2)
  const isWanted = (name) => wanted.length === 0 || wanted.some((one) => name.includes(one))
  const executablePath = await findBrowser()
  if (!executablePath) throw new Error('There is no Chromium. `node scripts/browser.mjs` gets one.')
  const server = await startServer()
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  try {
    console.log('| Text | opening, ms | previewing, ms | typing, ms |\n|---|--:|--:|--:|')
    row('an empty document', await bomb(browser, server.url, ''))
    for (const { name, text } of markdownBombs) {
      if (isWanted(name)) row(name, await bomb(browser, server.url, text))
    }
    if (isWanted('hostile lines'))
      row('hostile lines (second column: as chat)', await lines(browser, server.url, hostileLines))
  } finally {
    await browser.close()
    await server.stop()
  }
}

await main()
