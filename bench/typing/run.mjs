// What typing costs in a real Chromium, in documents of several lengths with other people's cursors moving in them, against
// a page with nothing but CodeMirror, in the same run and in turns.
//   npm run build && node bench/typing/run.mjs [--quick] [--sizes 100,1000,4900] [--cursors 0,10,50] [--rounds 2] [--keys 100]
//                                              [--dist dist] [--before other-dist] [--out .tmp/bench] [--profile]
// Sizes are thousands of UTF-16 units; a document takes 5,000 and not a letter more. --before takes another build into the same rounds: the way to judge a change.
// --profile leaves a .cpuprofile of each measurement; its figures are then worth nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { findBrowser } from '../../scripts/browser.mjs'
import { describeMachine } from '../machine.mjs'
import { startPlainServer } from './plain-server.mjs'
import { summarise, toMarkdown } from './table.mjs'
import { textOf } from './text.mjs'
import { typeIn } from './typist.mjs'
import { openWorld } from './world.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    cursors: { type: 'string' },
    rounds: { type: 'string' },
    keys: { type: 'string' },
    dist: { type: 'string', default: join(root, 'dist') },
    before: { type: 'string' },
    out: { type: 'string', default: join(root, '.tmp/bench') },
    profile: { type: 'boolean', default: false },
  },
})
const numbers = (list) => list.split(',').map(Number)
const sizes = numbers(values.sizes ?? (values.quick ? '1000,4900' : '100,1000,4900'))
const cursors = numbers(values.cursors ?? (values.quick ? '50' : '0,10,50'))
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2))
const keys = Number(values.keys ?? 100)
if (![...sizes, ...cursors, rounds, keys].every(Number.isInteger))
  throw new Error('sizes, cursors, rounds and keys are whole numbers')
const warmUp = 20
const out = resolve(values.out)
const builds = { scriptorium: resolve(values.dist) }
if (values.before !== undefined) builds.before = resolve(values.before)

/** Where a paragraph begins. */
const offsetOf = (text, paragraph) => {
  const offset = text.search(new RegExp(`^${paragraph}\\. `, 'm'))
  if (offset === -1) throw new Error(`there is no paragraph ${paragraph}`)
  return offset
}

async function measure(browser, plain, size) {
  const text = textOf(size * 1_000)
  const worlds = {}
  try {
    for (const [build, dist] of Object.entries(builds)) worlds[build] = await openWorld(dist, text.length, out)
    plain.serve(text)
    const cells = []
    for (const count of cursors) {
      const runs = Object.fromEntries([...Object.keys(builds), 'plain'].map((page) => [page, []]))
      for (let round = 0; round < rounds; round++) {
        const turns = Object.keys(runs)
        if (round % 2 === 1) turns.reverse()
        for (const page of turns) {
          // The people go on while the plain page is typed in: the machine has the same to do.
          const world = worlds[page] ?? worlds.scriptorium
          const url = worlds[page]?.url ?? plain.url
          const placed = (paragraph) => world.meet(count, offsetOf(text, paragraph))
          const profile = values.profile ? join(out, `typing-${page}-${size}-${count}-${round}.cpuprofile`) : undefined
          runs[page].push(await typeIn(browser, url, { keys, warmUp, placed, profile }))
          await world.meet(0, 0)
          const { work } = summarise(runs[page].slice(-1))
          console.error(
            `${size} kB, ${count} cursors, ${page}: p50 ${work.p50.toFixed(1)}, p95 ${work.p95.toFixed(1)} ms of work`,
          )
        }
      }
      cells.push({ size, count, runs })
    }
    return { size, written: worlds.scriptorium.written, cells }
  } finally {
    await Promise.all(Object.values(worlds).map((world) => world.close()))
  }
}

mkdirSync(out, { recursive: true })
const executablePath = await findBrowser()
if (!executablePath) throw new Error('There is no Chromium. `node scripts/browser.mjs` gets one.')
const flags = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run']
if (process.getuid?.() === 0) flags.push('--no-sandbox')
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const browser = await chromium.launch({ executablePath, headless: true, args: flags })
const plain = await startPlainServer(out)
try {
  const documents = []
  for (const size of sizes) documents.push(await measure(browser, plain, size))
  const results = {
    machine: { ...describeMachine(out, []), browser: browser.version() },
    command: ['node bench/typing/run.mjs', ...process.argv.slice(2)].join(' '),
    quick: values.quick,
    rounds,
    keys,
    documents,
  }
  const markdown = toMarkdown(results)
  console.log(markdown)
  writeFileSync(join(out, 'typing.json'), `${JSON.stringify(results)}\n`)
  writeFileSync(join(out, 'typing.md'), markdown)
} finally {
  plain.close()
  await browser.close()
}
