// Takes the pictures of README and documentation: a built server in a temporary folder, a real browser, the same people,
// names and text each time. `npm run screenshots` writes docs/images/*.png.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { findBrowser } from './browser.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const images = join(root, 'docs/images')
const wide = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }

const text = `# Notes for the reading group

We meet on Thursday at seven in the small hall. Bring the second chapter, a pencil, and one sentence you would defend.

## What we read

- **The Scriptorium**, pages 40 to 96
- *On copying by hand*, the first essay
- [ ] Somebody has to find the map

> A page is finished when the next reader needs nothing but the page.

## What we want to talk about

Who is the author of a text that forty hands have copied? Every copy adds a letter, drops a line, mends a word.`

/** For the preview: more of what Markdown has. */
const furtherText = `

| Day | Hall | Seats |
|---|:-:|--:|
| Thursday | small | 14 |
| Friday | large | 120 |

- [x] Copy the second chapter[^1]
- [ ] Ask for the large hall

\`\`\`js
const hands = 40 // who copies
const copies = texts.map((text) => copy(text, hands))
\`\`\`

[^1]: Two copies, one for the shelf.`

const writer = { name: 'Maren Holt', color: 5 }
const second = { name: 'Idris Okafor', color: 0 }
const third = { name: 'Yuki Tanaka', color: 9 }

async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-screenshots-'))
  const args = ['--port', '0', '--host', '127.0.0.1', '--data', folder, '--log-level', 'warn']
  const child = spawn(process.execPath, [join(root, 'dist/server/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
      const found = /http:\/\/localhost:(\d+)/.exec(output)
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    })
    ended.then((code) => reject(new Error(`The server ended with ${code}. Run npm run build first.`)))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  return { url, stop }
}

async function createDocument(url, body) {
  const response = await fetch(`${url}/api/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`no document: ${response.status}`)
  return await response.json()
}

/** A person with this name and colour, as a browser that was here before keeps them. */
async function enter(browser, { name, color }, options = {}) {
  const context = await browser.newContext({
    viewport: wide,
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
    ...options,
  })
  const secret = Buffer.from(name.padEnd(16).slice(0, 16)).toString('base64url')
  await context.addInitScript((kept) => {
    localStorage.setItem('scriptorium.person', kept)
  }, JSON.stringify({ secret, name, color }))
  return await context.newPage()
}

async function open(page, link) {
  await page.goto(link)
  await page.getByRole('textbox', { name: 'Document text' }).waitFor()
  await page.getByRole('button', { name: 'Save state: Saved' }).waitFor()
}

/** The cursor to the end of the line with these words, or the whole line selected. */
async function putCursor(page, words, { selects = false } = {}) {
  await page.locator('.cm-line').filter({ hasText: words }).click()
  await page.keyboard.press('End')
  if (selects) await page.keyboard.press('Shift+Home')
}

async function say(page, line) {
  const composer = page.getByRole('textbox', { name: 'Message' })
  if (!(await composer.isVisible())) await page.getByRole('button', { name: /^Chat/ }).click()
  await composer.fill(line)
  await composer.press('Enter')
  await page.getByText('Sending…').waitFor({ state: 'detached' })
}

const shoot = async (page, name) => {
  // Every browser draws its own blinking caret at another moment.
  await page.screenshot({ path: join(images, `${name}.png`), caret: 'hide', animations: 'disabled' })
  console.log(`docs/images/${name}.png`)
}

async function home(browser, url) {
  const page = await enter(browser, writer, { colorScheme: 'light' })
  for (const title of ['Letter to the printers', 'What the garden needs', 'Notes for the reading group']) {
    const { links } = await createDocument(url, { title, text: `# ${title}\n` })
    await open(page, links.own)
    await page.getByRole('link', { name: 'Your documents' }).click()
    await page.getByRole('link', { name: new RegExp(title) }).waitFor()
  }
  await shoot(page, 'home-light')
  await page.context().close()
}

/** One document with three people in it and a talk beside it, seen by the first of them. */
async function documentPictures(browser, url) {
  const { links } = await createDocument(url, { title: 'Notes for the reading group', text })
  const others = []
  for (const person of [second, third]) {
    const page = await enter(browser, person)
    await open(page, links.edit)
    others.push(page)
  }
  const page = await enter(browser, writer, { colorScheme: 'light' })
  await open(page, links.own)
  await say(page, 'Shall we start with the question of the author?')
  await say(others[0], 'Yes. I will tidy the list meanwhile.')
  await say(others[1], 'I have the map.')
  await page.getByText('I have the map.').waitFor()
  // Names show for two seconds after a movement, so everybody moves before each picture.
  const move = async () => {
    await putCursor(others[0], 'What we read')
    await putCursor(others[0], 'What we want to talk about')
    await putCursor(others[1], 'What we read')
    await putCursor(others[1], 'The Scriptorium', { selects: true })
    await page.locator('.cm-remote-selection').first().waitFor()
    await page.locator('.cm-remote-caret.moving').nth(1).waitFor({ state: 'attached' })
  }
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await move()
    await shoot(page, `document-${scheme}`)
  }
  await page.getByRole('button', { name: 'Close chat' }).click()
  for (const scheme of ['light', 'dark']) {
    await page.setViewportSize(phone)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await move()
    await shoot(page, `phone-${scheme}`)
  }
  await page.getByRole('button', { name: /^Chat/ }).click()
  await shoot(page, 'phone-chat')
  await page.getByRole('button', { name: 'Close chat' }).click()
  await page.setViewportSize(wide)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await move()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await shoot(page, 'share-light')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^People/ }).click()
  await shoot(page, 'people-light')
  return page
}

/** Preview, commands, settings and following, seen by one of two people. */
async function editorPictures(browser, url) {
  const { links } = await createDocument(url, { title: 'Notes for the reading group', text: text + furtherText })
  const other = await enter(browser, second)
  await open(other, links.edit)
  const page = await enter(browser, writer, { colorScheme: 'light' })
  await open(page, links.own)
  await putCursor(other, 'What we want to talk about')
  await page.getByRole('button', { name: 'Both' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.locator('.code-keyword').first().waitFor({ state: 'attached' })
  await preview.evaluate((pane) => {
    pane.scrollTop = 260
  })
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await shoot(page, `preview-${scheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize(phone)
  await page.getByRole('button', { name: 'Read', exact: true }).click()
  await shoot(page, 'phone-preview')
  await page.setViewportSize(wide)
  await page.getByRole('button', { name: 'Write', exact: true }).click()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Commands' }).fill('co')
  await shoot(page, 'commands')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Comma')
  await page.getByRole('dialog', { name: 'Settings' }).waitFor()
  await shoot(page, 'settings')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^People/ }).click()
  await page.getByRole('button', { name: `Follow ${second.name}` }).click()
  await page.getByText(`Following ${second.name}`).waitFor()
  await shoot(page, 'following')
  await page.context().close()
  await other.context().close()
}

async function offline(page, stop) {
  await stop()
  await page.getByRole('button', { name: 'Close people' }).click()
  await page.getByRole('textbox', { name: 'Document text' }).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' Typed on the train, without a network.')
  await page.getByRole('button', { name: 'Save state: Offline, changes kept' }).click()
  await page.getByText('Not yet on the server').waitFor()
  await shoot(page, 'offline')
}

async function main() {
  await mkdir(images, { recursive: true })
  const executablePath = await findBrowser()
  if (!executablePath) throw new Error('There is no Chromium. `node scripts/browser.mjs` gets one.')
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const server = await startServer()
  let isStopped = false
  const stop = async () => {
    if (!isStopped) await server.stop()
    isStopped = true
  }
  try {
    await home(browser, server.url)
    await editorPictures(browser, server.url)
    await offline(await documentPictures(browser, server.url), stop)
  } finally {
    await browser.close()
    await stop()
  }
}

await main()
