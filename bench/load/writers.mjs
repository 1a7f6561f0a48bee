// The load generator, a process of its own: crowds of people who write or move at a steady rate, phase after phase, while
// the server's cost is read. Gets its job as JSON in argv, reports the figures of each phase as JSON.
import { placesIn, writeHistory } from './author.mjs'
import { clientClasses } from './clients/classes.mjs'
import { Crowd } from './crowd.mjs'
import { edits } from './edits.mjs'
import { residentKB, schedule } from './process-figures.mjs'
import { readShared } from './shared.mjs'

const tickMs = 2
const quietMs = 500
const quietMsMax = 30_000
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const job = JSON.parse(process.argv[2])
const shared = await readShared(job.shared)
const Client = clientClasses[job.client]
const makeClient = (room, listener) => new Client({ port: job.port, room, shared }, listener)
const crowds = job.crowds.map((crowd) => new Crowd(crowd, makeClient))
const watched = crowds[0]
const total = (figure) => crowds.reduce((sum, crowd) => sum + crowd[figure], 0)

function sample() {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now(),
    ...schedule(job.serverPid),
    load: (user + system) / 1e3,
    deliveries: total('deliveries'),
    expected: total('expected'),
    residentKB: residentKB(job.serverPid),
  }
}

const ignored = () => undefined
const ignoring = { onRuns: ignored, onCursor: ignored, onUpdate: ignored }

/** Somebody opens the document `job.visited`, types a word, and leaves. */
async function visit() {
  const visitor = makeClient(job.visited, ignoring)
  await visitor.join()
  visitor.send(edits.type.of(visitor.client, 0))
  await sleep(quietMs)
  visitor.close()
}

/**
 * What everybody of the crowds `active` (all, if not said) does until the phase is over. `perSecond` is a rate for the
 * phase; with `stopReaders` those who only read stop reading when the measurement begins; a visit begins `visitEveryMs`.
 */
async function run({ name, warmUpMs, measureMs, active, perSecond, stopReaders = false, visitEveryMs }) {
  const acting = crowds.filter((crowd) => active === undefined || active.includes(crowd.name))
  const start = performance.now()
  for (const crowd of acting) {
    if (perSecond !== undefined) crowd.perSecond = perSecond
    crowd.schedule(start)
  }
  let before
  let nextVisitAt = visitEveryMs === undefined ? Number.POSITIVE_INFINITY : start
  const visits = []
  for (let now = start; now < start + warmUpMs + measureMs; now = performance.now()) {
    if (before === undefined && now >= start + warmUpMs) {
      if (stopReaders) for (const crowd of acting) for (const reader of crowd.readers) reader.pause()
      watched.latency.clear()
      watched.lateness.clear()
      watched.isMeasuring = true
      before = sample()
    }
    for (const crowd of acting) crowd.act(now)
    if (now >= nextVisitAt) {
      visits.push(visit())
      nextVisitAt += visitEveryMs
    }
    await sleep(tickMs)
  }
  watched.isMeasuring = false
  const after = sample()
  await Promise.all(visits)
  return { name, ...figures(before, after) }
}

function figures(before, after) {
  const seconds = (after.at - before.at) / 1e3
  const deliveries = after.deliveries - before.deliveries
  const serverMs = after.cpuMs - before.cpuMs
  return {
    seconds,
    deliveries,
    deliveriesPerSecond: deliveries / seconds,
    deliveredShare: deliveries / (after.expected - before.expected),
    cpuPerMillion: (serverMs / deliveries) * 1e3,
    serverLoad: serverMs / 1e3 / seconds,
    serverWaited: (after.waitedMs - before.waitedMs) / 1e3 / seconds,
    generatorLoad: (after.load - before.load) / 1e3 / seconds,
    p50: watched.latency.quantile(0.5),
    p95: watched.latency.quantile(0.95),
    p99: watched.latency.quantile(0.99),
    generatorLateP99: watched.lateness.quantile(0.99),
    residentMB: after.residentKB / 1024,
    grownMB: (after.residentKB - before.residentKB) / 1024,
  }
}

/** How much of what was done never arrived. */
async function drain() {
  const end = performance.now() + quietMsMax
  const since = performance.now()
  while (performance.now() < end) {
    const lastArrival = Math.max(since, ...crowds.map((crowd) => crowd.lastArrival))
    if (total('deliveries') === total('expected') || performance.now() - lastArrival > 10 * quietMs) break
    await sleep(quietMs / 10)
  }
  // Whatever is delivered twice would still come now.
  await sleep(quietMs)
  return total('expected') - total('deliveries')
}

/** The document of the first room gets `job.history`. Resolves with its author, who stays until others are there. */
async function makeGrown() {
  const [room] = watched.rooms
  const { client, doc } = await writeHistory(() => makeClient(room, ignoring), job.history)
  room.places = placesIn(doc, watched.writersPerRoom)
  return client
}

const author = job.history && (await makeGrown())
const emptyKB = residentKB(job.serverPid)
for (const crowd of crowds) await crowd.connect()
author?.close()
await sleep(quietMs)
const connectedKB = residentKB(job.serverPid)
const phases = []
const isOver = ({ p99 }) => p99 > (job.endAtP99Ms ?? Number.POSITIVE_INFINITY)
for (const phase of job.phases) {
  let measured = await run(phase)
  // Once more: a machine that stood still for a moment is not what the server can bear.
  if (isOver(measured)) measured = await run(phase)
  phases.push(measured)
  if (isOver(measured)) break
}
const missing = await drain()
const connections = crowds.reduce((sum, { writers, readers }) => sum + writers.length + readers.length, 0)
console.log(
  JSON.stringify({
    phases,
    kBPerConnection: (connectedKB - emptyKB) / connections,
    missing,
    refusals: total('refusals'),
    firstRefusal: crowds.map((crowd) => crowd.firstRefusal).find(Boolean),
  }),
)
for (const crowd of crowds) crowd.close()
process.exit(0)
