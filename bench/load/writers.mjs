// The load generator, a process of its own: rooms of writers who type at a steady rate and count what the others' edits
// take to arrive. The same for every server but for the client class. Gets its job as JSON in argv, reports as JSON.
import { pathToFileURL } from 'node:url'
import { editOf } from './edits.mjs'
import { Histogram } from './histogram.mjs'
import { residentKB, schedule } from './process-figures.mjs'
import { ScriptoriumClient } from './scriptorium-client.mjs'
import { WsRelayClient } from './ws-relay-client.mjs'

const clientClasses = { scriptorium: ScriptoriumClient, 'ws-relay': WsRelayClient }
/** Sending times kept per writer: at five edits a second a quarter of a minute. */
const sentKept = 128
const joinsAtOnce = 16
const tickMs = 2
const quietMs = 500
const quietMsMax = 30_000
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const job = JSON.parse(process.argv[2])
const wire = job.wire === undefined ? undefined : await import(pathToFileURL(job.wire).href)
const latency = new Histogram()
/** How late this process itself sends: where that is much, it and not the server is what was measured. */
const lateness = new Histogram()
const writers = []
const byClient = new Map()
let deliveries = 0
let sent = 0
let isMeasuring = false
let lastArrival = 0

function onRuns(receiver, runs) {
  const now = performance.now()
  lastArrival = now
  for (const [client, first, count] of runs) {
    if (client === receiver.client) continue
    deliveries += count
    if (!isMeasuring) continue
    const { sentAt } = byClient.get(client)
    for (let n = first; n < first + count; n++) latency.add(now - sentAt[n % sentKept])
  }
}

async function connectAll() {
  const Client = clientClasses[job.client]
  const waiting = job.rooms.flatMap((room) => Array.from({ length: job.writersPerRoom }, () => room))
  const connectNext = async () => {
    for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
      const client = new Client({ port: job.port, room, wire }, onRuns)
      await client.join()
      const writer = { client, sentAt: new Float64Array(sentKept), count: 0, dueAt: 0 }
      writers.push(writer)
      byClient.set(client.client, writer)
    }
  }
  await Promise.all(Array.from({ length: joinsAtOnce }, connectNext))
}

/** Types until `until`, ms of performance.now(); the writers take turns, so that the load is even. */
async function type(until) {
  const intervalMs = 1_000 / job.editsPerSecond
  const start = performance.now()
  writers.forEach((writer, i) => {
    writer.dueAt = start + (intervalMs * ((i * 7919) % writers.length)) / writers.length
  })
  for (let now = start; now < until; now = performance.now()) {
    for (const writer of writers) {
      if (writer.dueAt > now) continue
      const sentAt = performance.now()
      if (isMeasuring) lateness.add(sentAt - writer.dueAt)
      writer.sentAt[writer.count % sentKept] = sentAt
      writer.client.send(editOf(writer.client.client, writer.count++))
      sent++
      writer.dueAt += intervalMs
    }
    await sleep(tickMs)
  }
}

function sample() {
  const { user, system } = process.cpuUsage()
  return { at: performance.now(), ...schedule(job.serverPid), load: (user + system) / 1e3, deliveries, sent }
}

async function drain() {
  const expected = sent * (job.writersPerRoom - 1)
  const end = performance.now() + quietMsMax
  lastArrival = performance.now()
  while (performance.now() < end) {
    if (deliveries === expected || performance.now() - lastArrival > 10 * quietMs) break
    await sleep(quietMs / 10)
  }
  // Whatever is delivered twice would still come now.
  await sleep(quietMs)
  return expected - deliveries
}

const emptyKB = residentKB(job.serverPid)
await connectAll()
await sleep(quietMs)
const connectedKB = residentKB(job.serverPid)
let before
setTimeout(() => {
  isMeasuring = true
  before = sample()
}, job.warmUpMs)
await type(performance.now() + job.warmUpMs + job.measureMs)
const after = sample()
isMeasuring = false
const endKB = residentKB(job.serverPid)
const missing = await drain()
const seconds = (after.at - before.at) / 1e3
const delivered = after.deliveries - before.deliveries
const serverMs = after.cpuMs - before.cpuMs
console.log(
  JSON.stringify({
    seconds,
    edits: after.sent - before.sent,
    deliveries: delivered,
    deliveredShare: delivered / ((after.sent - before.sent) * (job.writersPerRoom - 1)),
    cpuPerMillion: (serverMs / delivered) * 1e3,
    serverLoad: serverMs / 1e3 / seconds,
    serverWaited: (after.waitedMs - before.waitedMs) / 1e3 / seconds,
    generatorLoad: (after.load - before.load) / 1e3 / seconds,
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
    generatorLateP99: lateness.quantile(0.99),
    residentMB: endKB / 1024,
    kBPerConnection: (connectedKB - emptyKB) / writers.length,
    missing,
    refusals: writers.reduce((sum, { client }) => sum + client.refusals, 0),
    firstRefusal: writers.find(({ client }) => client.refusal)?.client.refusal,
    editBytes: editOf(writers[0].client.client, 100).length,
  }),
)
for (const { client } of writers) client.close()
process.exit(0)
