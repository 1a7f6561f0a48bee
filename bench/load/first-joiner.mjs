// The load of the cold open, a process of its own: writes a document with its history, or is the first who opens it. Also puts
// text into a document that others then write in. Gets its job as JSON in argv, reports as JSON.
import * as Y from 'yjs'
import { clientClasses } from './clients/classes.mjs'
import { readHistory } from './history.mjs'
import { cpuMs } from './process-figures.mjs'
import { readShared } from './shared.mjs'

/** What one packet brings at most while a history is written, and how fast: the rate of every client is bounded. */
const [editsPerUpdate, lengthPerUpdate, paceMs] = [500, 20_000, 12]
const settleMs = 1_000
/** Longer than what the servers wait before they store or tidy up. */
const restMs = 4_000
const arrivedMsMax = 60_000
const job = JSON.parse(process.argv[2])
const shared = await readShared(job.shared)
/** The state of a document without anything in it. */
const emptyStateBytes = 2

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const connect = (onUpdate = () => undefined) => {
  const listener = { onRuns: () => undefined, onCursor: () => undefined, onUpdate }
  return new clientClasses[job.client]({ port: job.port, room: job.room, shared }, listener)
}

function textOf(state) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  return doc.getText('content').toString()
}

/** `places`: so many, spread over the text, each as the ids of the letters on both sides of it. */
async function fill() {
  const { patches, endContent } = readHistory(job.history)
  const client = connect()
  await client.join()
  const doc = new Y.Doc()
  doc.clientID = client.client
  let [updates, length] = [[], 0]
  doc.on('update', (update) => updates.push(update))
  const send = async () => {
    if (updates.length > 0) client.send(Buffer.from(Y.mergeUpdates(updates)))
    updates = []
    length = 0
    await sleep(paceMs)
  }
  const text = doc.getText('content')
  for (const [position, deleted, inserted] of patches) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
    length += inserted.length
    if (updates.length >= editsPerUpdate || length >= lengthPerUpdate) await send()
  }
  await send()
  const written = text.toString()
  if (endContent !== undefined && written !== endContent) throw new Error('not the text that was recorded')
  await arrived(written)
  if (client.refusals > 0) throw new Error(`refused: ${client.refusal}`)
  client.close()
  const stateBytes = Y.encodeStateAsUpdate(doc).length
  return { edits: patches.length, length: written.length, stateBytes, places: placesIn(text, job.places ?? 0) }
}

function placesIn(text, count) {
  const idAt = (index) => {
    const { client, clock } = Y.createRelativePositionFromTypeIndex(text, index).item
    return [client, clock]
  }
  return Array.from({ length: count }, (_, i) => {
    const index = 1 + Math.floor(((text.length - 1) * i) / count)
    return [idAt(index - 1), idAt(index)]
  })
}

async function write() {
  const written = await fill()
  await sleep(restMs)
  return written
}

/** Somebody who joins gets all of it. */
async function arrived(written) {
  for (const end = performance.now() + arrivedMsMax; performance.now() < end; await sleep(settleMs)) {
    const reader = connect()
    const state = await reader.join()
    reader.close()
    if (textOf(state) === written) return
  }
  throw new Error('the text that was written did not arrive')
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

console.log(JSON.stringify(await { fill, write, open, storm, rest }[job.task]()))
process.exit(0)
