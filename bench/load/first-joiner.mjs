// The load of the cold open, a process of its own: writes a document with its history, or is the first who opens it. Gets
// its job as JSON in argv, reports as JSON.
import * as Y from 'yjs'
import { textOf, writeHistory } from './author.mjs'
import { clientClasses } from './clients/classes.mjs'
import { cpuMs } from './process-figures.mjs'
import { readShared } from './shared.mjs'

const settleMs = 1_000
/** Longer than what the servers wait before they store or tidy up. */
const restMs = 4_000
const job = JSON.parse(process.argv[2])
const shared = await readShared(job.shared)
/** The state of a document without anything in it. */
const emptyStateBytes = 2

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const connect = (onUpdate = () => undefined) => {
  const listener = { onRuns: () => undefined, onCursor: () => undefined, onUpdate }
  return new clientClasses[job.client]({ port: job.port, room: job.room, shared }, listener)
}

async function write() {
  const { client, doc, edits } = await writeHistory(connect, job.history)
  client.close()
  await sleep(restMs)
  return { edits, length: doc.getText('content').length, stateBytes: Y.encodeStateAsUpdate(doc).length }
}

async function open() {
  await sleep(settleMs)
  const [cpu, start] = [cpuMs(job.serverPid), performance.now()]
  const state = await wholeState()
  const [cpuToState, msToState] = [cpuMs(job.serverPid) - cpu, performance.now() - start]
  const { length } = textOf(state)
  const msToText = performance.now() - start
  await sleep(settleMs)
  return { cpuToState, cpuSettled: cpuMs(job.serverPid) - cpu, msToState, msToText, length, stateBytes: state.length }
}

/** All come at once to a document that nobody had open. */
async function storm() {
  await sleep(settleMs)
  const [cpu, start] = [cpuMs(job.serverPid), performance.now()]
  const visits = Array.from({ length: job.visitors }, async () => {
    const state = await wholeState()
    return { ms: performance.now() - start, state }
  })
  const arrived = await Promise.all(visits)
  const cpuToLast = cpuMs(job.serverPid) - cpu
  const times = arrived.map(({ ms }) => ms).sort((a, b) => a - b)
  const { length } = textOf(arrived.at(-1).state)
  return { cpuToLast, msToFirst: times[0], msToMedian: times[times.length >> 1], msToLast: times.at(-1), length }
}

/** y-websocket answers with an empty document while it still loads, and sends what it found as an update. */
function wholeState() {
  return new Promise((resolve, reject) => {
    const isWhole = (state) => state.length > emptyStateBytes && resolve(state)
    connect(isWhole).join().then(isWhole, reject)
  })
}

/** Opens the document, leaves, and stays until the server has tidied up a room that nobody is in. */
async function rest() {
  const client = connect()
  await client.join()
  client.close()
  await sleep(shared === undefined ? restMs : 2 * shared.limits.roomIdleMs)
  return {}
}

console.log(JSON.stringify(await { write, open, storm, rest }[job.task]()))
process.exit(0)
