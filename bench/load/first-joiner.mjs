// The load of the cold open, a process of its own: writes a long history into a document, or is the first who opens it.
// Gets its job as JSON in argv, reports as JSON. It uses the ordinary Socket.IO client: here nothing is a bottleneck.
import { pathToFileURL } from 'node:url'
import { io } from 'socket.io-client'
import * as Y from 'yjs'
import { readHistory } from './history.mjs'
import { cpuMs } from './process-figures.mjs'

/** Edits that one packet brings, while the history is written: its rate is bounded like any client's. */
const editsPerUpdate = 500
const settleMs = 1_000
const job = JSON.parse(process.argv[2])
const wire = await import(pathToFileURL(job.wire).href)
const { limits } = await import(new URL('limits.js', pathToFileURL(job.wire)).href)

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function connect() {
  return io(`http://127.0.0.1:${job.port}`, {
    parser: wire.clientWireParser,
    auth: { protocol: 2 },
    transports: ['websocket'],
    reconnection: false,
  })
}

/** Joins; resolves with the answer and the whole state, however it travelled. */
function join(socket) {
  const { id, keys } = job.document
  const person = { secret: Buffer.alloc(16, 1).toString('base64url'), name: 'Reader', color: 1 }
  return new Promise((resolve, reject) => {
    let state
    let got = 0
    let answer
    socket.on('connect_error', reject)
    socket.on('slice', (header, bytes, ack) => {
      state ??= new Uint8Array(header.bytes)
      state.set(new Uint8Array(bytes), header.offset)
      got += bytes.byteLength
      ack()
      if (got === header.bytes) resolve({ answer, state })
    })
    const request = { documentId: id, key: keys.edit, clients: [], person }
    socket.emit('join', request, new Uint8Array([0]), (given, _stateVector, update) => {
      if (!given.ok) return reject(new Error(JSON.stringify(given.error)))
      answer = given
      if (given.transfer === undefined) resolve({ answer, state: new Uint8Array(update) })
    })
  })
}

async function writeHistory() {
  const history = readHistory(job.trace)
  const socket = connect()
  const { answer } = await join(socket)
  const doc = new Y.Doc()
  doc.clientID = answer.clientId
  let updates = []
  doc.on('update', (update) => updates.push(update))
  const text = doc.getText('content')
  let edits = 0
  const send = async () => {
    const reply = await socket.emitWithAck('update', Y.mergeUpdates(updates))
    if (!reply.ok) throw new Error(JSON.stringify(reply.error))
    updates = []
  }
  for (const [position, deleted, inserted] of history.patches) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
    if (++edits % editsPerUpdate === 0) await send()
  }
  if (updates.length > 0) await send()
  if (history.endContent !== undefined && text.toString() !== history.endContent) throw new Error('not the right text')
  console.log(JSON.stringify({ edits, length: text.length, stateBytes: Y.encodeStateAsUpdate(doc).length }))
}

async function open() {
  await sleep(settleMs)
  const [cpu, start] = [cpuMs(job.serverPid), performance.now()]
  const { state } = await join(connect())
  const [cpuToState, msToState] = [cpuMs(job.serverPid) - cpu, performance.now() - start]
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  const { length } = doc.getText('content').toString()
  const msToText = performance.now() - start
  await sleep(settleMs)
  const cpuSettled = cpuMs(job.serverPid) - cpu
  console.log(JSON.stringify({ cpuToState, cpuSettled, msToState, msToText, length, stateBytes: state.length }))
}

/** Opens the document, leaves, and stays until the server has tidied up a room that nobody is in. */
async function rest() {
  const socket = connect()
  await join(socket)
  socket.disconnect()
  await sleep(2 * limits.roomIdleMs)
  console.log('{}')
}

await { write: writeHistory, open, rest }[job.task]()
process.exit(0)
