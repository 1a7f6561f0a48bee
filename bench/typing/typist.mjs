// One person in a real browser, who opens a page, goes to the middle of the text and types there.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { latencyOf, probe } from './probe.mjs'
import { randomOf } from './random.mjs'

const openMsMax = 120_000
const settleMs = 1_500
/** ms between two keys: fast typing, and never in step with the screen. */
const [pauseMsMin, pauseMsMax] = [50, 110]
const letters = 'etaoin shrdlu cmfwyp '
const enterEvery = 90

/**
 * Opens `url` in a profile of its own. `placed(paragraph)` is told the number of the paragraph in the middle of the screen,
 * before typing begins. Resolves with the figures of `keys` keys, after `warmUp` others. `profile`: a file for a CPU profile.
 */
export async function typeIn(browser, url, { keys, warmUp, placed, profile }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    await page.addInitScript(probe)
    await page.goto(url)
    await page.waitForFunction(() => window.typingProbe.textAt !== undefined, undefined, { timeout: openMsMax })
    const textAtMs = await page.evaluate(() => window.typingProbe.textAt)
    await placed(await goToMiddle(page))
    await sleep(settleMs)
    const session = await context.newCDPSession(page)
    // In the processor's time: what the page itself used, whatever else this machine has to do.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await type(page, warmUp)
    await page.evaluate(() => window.typingProbe.keys.splice(0))
    const before = await metricsOf(session)
    if (profile) await session.send('Profiler.enable').then(() => session.send('Profiler.start'))
    await type(page, keys)
    if (profile) writeFileSync(profile, JSON.stringify((await session.send('Profiler.stop')).profile))
    const after = await metricsOf(session)
    await sleep(100)
    const seen = await page.evaluate(() => window.typingProbe.keys)
    if (seen.length !== keys || seen.some(({ end }) => end === undefined)) {
      throw new Error(`${seen.length} of ${keys} keys were measured in ${url.replace(/#.*/, '')}`)
    }
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    const cpuMsPerKey = ((after.TaskDuration - before.TaskDuration) * 1_000) / keys
    return { textAtMs, heapMB: usedSize / 2 ** 20, cpuMsPerKey, keys: seen.map(latencyOf) }
  } finally {
    await context.close()
  }
}

/** Scrolls to the middle and puts the cursor at the end of the line there; resolves with the number of its paragraph. */
async function goToMiddle(page) {
  const scroller = page.locator('.cm-scroller')
  // Heights that were guessed are corrected by the first look at them.
  for (let times = 0; times < 3; times++) {
    await scroller.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2
    })
    await sleep(200)
  }
  const { x, y, paragraph } = await page.evaluate(() => {
    const middle = innerHeight / 2
    for (const line of document.querySelectorAll('.cm-line')) {
      const box = line.getBoundingClientRect()
      const number = /^(\d+)\. /.exec(line.textContent)?.[1]
      if (box.top < middle || number === undefined) continue
      return { x: box.left + box.width / 2, y: box.top + 8, paragraph: Number(number) }
    }
    throw new Error('there is no paragraph in the middle of the screen')
  })
  await page.mouse.click(x, y)
  return paragraph
}

async function type(page, count) {
  const random = randomOf(count)
  for (let i = 1; i <= count; i++) {
    const letter = letters[Math.floor(random() * letters.length)]
    await page.keyboard.press(i % enterEvery === 0 ? 'Enter' : letter === ' ' ? 'Space' : letter)
    await sleep(pauseMsMin + random() * (pauseMsMax - pauseMsMin))
  }
}

async function metricsOf(session) {
  const { metrics } = await session.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}
