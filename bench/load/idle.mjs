// The load of the memory workload, a process of its own: people who are there and do nothing. Gets its job as JSON in argv,
// reports as JSON.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { clientClasses } from './clients/classes.mjs'
import { residentKB } from './process-figures.mjs'
import { readShared } from './shared.mjs'

const joinsAtOnce = 16
/** For what ends a while after a join, and for the collection that is then asked for. */
const settleMs = 2_000
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const job = JSON.parse(process.argv[2])
const shared = await readShared(job.shared)
const listener = { onRuns: () => undefined, onCursor: () => undefined, onUpdate: () => undefined }

/** What the server holds after it collected its garbage, which it does and tells on this signal (collect-garbage.mjs), kB. */
async function resting() {
  await sleep(settleMs)
  process.kill(job.serverPid, 'SIGUSR2')
  await sleep(settleMs)
  const { liveKB } = JSON.parse(readFileSync(job.report, 'utf8'))
  return { liveKB, residentKB: residentKB(job.serverPid) }
}

/** One connection into each of the rooms, in turn, until there are `count`. */
async function connect(rooms, count) {
  const waiting = Array.from({ length: count }, (_, i) => rooms[i % rooms.length])
  const connectNext = async () => {
    for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
      await new clientClasses[job.client]({ port: job.port, room, shared }, listener).join()
    }
  }
  await Promise.all(Array.from({ length: joinsAtOnce }, connectNext))
}

// Once through everything, so that what is made only once is not counted.
await connect(job.rooms.slice(0, 1), joinsAtOnce)
const empty = await resting()
await connect(job.rooms, job.connections)
const full = await resting()
console.log(JSON.stringify({ empty, full }))
process.exit(0)
