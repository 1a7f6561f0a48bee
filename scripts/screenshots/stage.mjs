// What pictures are taken of: the same people, names and text each time, in a real browser.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const images = join(root, 'docs/images')
export const wide = { width: 1280, height: 800 }
export const phone = { width: 390, height: 844 }

export const text = `# Notes for the reading group

We meet on Thursday at seven in the small hall. Bring the second chapter, a pencil, and one sentence you would defend.

## What we read

- **The Scriptorium**, pages 40 to 96
- *On copying by hand*, the first essay
- [ ] Somebody has to find the map

> A page is finished when the next reader needs nothing but the page.

## What we want to talk about

Who is the author of a text that forty hands have copied? Every copy adds a letter, drops a line, mends a word.`

/** For the preview: more of what Markdown has. */
export const furtherText = `

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

export const writer = { name: 'Maren Holt', color: 5 }
export const second = { name: 'Idris Okafor', color: 0 }
export const third = { name: 'Yuki Tanaka', color: 9 }
export const fourth = { name: 'Lucia Ferrer', color: 3 }

/** Asks the server as an owner. */
export async function ask(url, method, path, key, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
}

/** A person with this name and colour, as a browser that was here before keeps them. */
export async function enter(browser, { name, color }, options = {}) {
  const context = await browser.newContext({
    viewport: wide,
    reducedMotion: 'reduce',
    colorScheme: 'light',
    ...options,
  })
  const secret = Buffer.from(name.padEnd(16).slice(0, 16)).toString('base64url')
  await context.addInitScript((kept) => {
    localStorage.setItem('scriptorium.person', kept)
  }, JSON.stringify({ secret, name, color }))
  return await context.newPage()
}

/** What stands between a page and the server from now on; `up` and `down` change what is said, `cut` ends it. */
export async function wireOf(page) {
  const wire = { up: (frame) => frame, down: (frame) => frame, isCut: false, ends: new Set() }
  const said = (change, frame) => (typeof frame === 'string' ? change(frame) : frame)
  await page.routeWebSocket(/socket\.io/, (client) => {
    if (wire.isCut) return client.close()
    const server = client.connectToServer()
    wire.ends.add(client)
    client.onMessage((frame) => server.send(said(wire.up, frame)))
    server.onMessage((frame) => client.send(said(wire.down, frame)))
    return undefined
  })
  await page.route(/\/socket\.io\//, (route) => (wire.isCut ? route.abort() : route.continue()))
  wire.cut = () => {
    wire.isCut = true
    for (const client of wire.ends) void client.close()
    wire.ends.clear()
  }
  wire.tell = (frame) => {
    for (const client of wire.ends) client.send(frame)
  }
  return wire
}

export async function open(page, link) {
  await page.goto(link)
  await page.getByRole('textbox', { name: 'Document text' }).waitFor()
  await page.getByRole('button', { name: 'Save state: Saved' }).waitFor()
}

/** The cursor to the end of the line with these words, or the whole line selected. */
export async function putCursor(page, words, { selects = false } = {}) {
  await page.locator('.cm-line').filter({ hasText: words }).click()
  await page.keyboard.press('End')
  if (selects) await page.keyboard.press('Shift+Home')
}

export async function say(page, line, to) {
  const composer = page.getByRole('textbox', { name: 'Message' })
  if (!(await composer.isVisible())) await page.getByRole('button', { name: /^Chat/ }).click()
  if (to !== undefined) await page.getByRole('combobox', { name: 'To' }).selectOption({ label: to })
  await composer.fill(line)
  await composer.press('Enter')
  await page.getByText('Sending…').waitFor({ state: 'detached' })
}

export async function shoot(page, name) {
  // Every browser draws its own blinking caret at another moment.
  await page.screenshot({ path: join(images, `${name}.png`), caret: 'hide', animations: 'disabled' })
  console.log(`docs/images/${name}.png`)
}

/** The same in both themes: `name-light`, `name-dark`. */
export async function shootBoth(page, name, before) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await before?.()
    await shoot(page, `${name}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}
