// Takes the pictures of README and docs/page.md: `npm run screenshots` writes docs/images/*.png.
import { mkdir, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright-core'
import { findBrowser } from './browser.mjs'
import { startServer } from './built-server.mjs'
import { images } from './screenshots/stage.mjs'
import { trouble } from './screenshots/trouble.mjs'
import { beside, chinese, home, together, tools } from './screenshots/writing.mjs'

async function main() {
  await mkdir(images, { recursive: true })
  const executablePath = await findBrowser()
  if (!executablePath) throw new Error('There is no Chromium. `node scripts/browser.mjs` gets one.')
  const server = await startServer()
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  try {
    // What is no longer taken must not stay.
    for (const name of await readdir(images)) if (name.endsWith('.png')) await unlink(join(images, name))
    await home(browser, server.url)
    const stage = await together(browser, server.url)
    await beside(browser, stage)
    for (const other of stage.others) await other.context().close()
    await tools(browser, server.url)
    await trouble(browser, server.url)
    await chinese(browser, server.url)
  } finally {
    await browser.close()
    await server.stop()
  }
}

await main()
