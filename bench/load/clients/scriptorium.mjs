// A writer on Scriptorium: Engine.IO and Socket.IO by hand over a lean socket (docs/protocol.md, W, J, U, B, P). It keeps
// nothing but counts; what it sends is guarded, stored and acknowledged like any page's.
import { randomBytes } from 'node:crypto'
import { runsOf } from '../edits.mjs'
import { LeanSocket, opcodes } from '../lean-socket.mjs'
import { varuint } from '../varuint.mjs'

const framesKept = 512
const headerBytesMax = 1 << 20
const [eventType, ackType] = [5, 6]
const updateHeader = Buffer.from('["update"]')
const updateStart = Buffer.from('["update",{"from":')
const presenceStart = Buffer.from('42["presence",')
const accepted = Buffer.from('"ok":true')
/** Broadcast frames by room and seq: two hundred receivers get the same bytes, which are read once and then compared. */
const knownFrames = new Map()
/** The last presence packet of each room, for the same reason. */
const knownPresence = new Map()

export class ScriptoriumClient {
  constructor({ port, room, shared }, listener) {
    this.room = room
    this.shared = shared
    this.listener = listener
    this.ackId = 0
    this.refusals = 0
    this.joined = new Promise((resolve, reject) => {
      this.resolveJoined = resolve
      this.rejectJoined = reject
    })
    this.socket = new LeanSocket(port, '/socket.io/?EIO=4&transport=websocket', (opcode, buffer, start, end) => {
      if (opcode === opcodes.binary) this.#frame(buffer, start, end)
      else if (opcode === opcodes.text) this.#text(buffer, start, end)
    })
  }

  /** Resolves with the state of the document, a Yjs v1 update. */
  async join() {
    await this.socket.opened
    return await this.joined
  }

  send(update) {
    this.ackId++
    this.socket.send(updateFrame(this.ackId, update))
  }

  move(n) {
    const place = [this.client, n, 0]
    const state = { cursor: { anchor: place, head: place }, idle: false }
    this.socket.sendText(`42["presence",${JSON.stringify(state)}]`)
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }

  #text(buffer, start, end) {
    const [first, second] = [buffer[start], buffer[start + 1]]
    // "43<id>[…]" answers an update: by far the most frequent, so it is not even parsed.
    if (first === 0x34 && second === 0x33) this.#answer(buffer, start, end)
    else if (first === 0x32) this.socket.sendText('3')
    else if (first === 0x30) this.socket.sendText(`40{"protocol":${this.shared.protocolVersion}}`)
    else if (first === 0x34 && second === 0x30) this.#askToJoin()
    else if (first === 0x34 && second === 0x34) this.rejectJoined(new Error(buffer.toString('utf8', start, end)))
    else if (startsWith(buffer, start, presenceStart)) this.#presence(buffer, start, end)
  }

  #answer(buffer, start, end) {
    if (buffer.subarray(start, end).includes(accepted)) return
    this.refusals++
    this.refusal ??= buffer.toString('utf8', start, end)
    this.rejectJoined(new Error(this.refusal))
  }

  #askToJoin() {
    const { id, keys } = this.room
    const person = { secret: randomBytes(16).toString('base64url'), name: 'Writer', color: 1 }
    const request = { documentId: id, key: keys.edit, clients: [], person }
    this.socket.send(this.shared.encodeFrame('event', ['join', request, new Uint8Array([0])], 0))
  }

  #frame(buffer, start, end) {
    if (buffer[start] === ackType) return this.#welcome(this.#read(buffer, start, end).data)
    // An event without an ack: type, 0, then the length of the header.
    const headerAt = start + 2 + (buffer[start + 2] < 0x80 ? 1 : 2)
    if (buffer[start + 1] !== 0) this.#slice(this.#read(buffer, start, end))
    else if (startsWith(buffer, headerAt, updateStart)) this.#broadcast(buffer, start, end, headerAt)
  }

  /** The answer to the join; a large state comes behind it, in slices. */
  #welcome([answer, _stateVector, update]) {
    if (!answer.ok) return this.rejectJoined(new Error(JSON.stringify(answer.error)))
    this.client = answer.clientId
    if (answer.transfer === undefined) return this.resolveJoined(Buffer.from(update))
    this.state = Buffer.alloc(answer.transfer.bytes)
    this.received = 0
  }

  #slice({ data, id }) {
    const [name, { offset }, bytes] = data
    if (name !== 'slice') return
    this.state.set(bytes, offset)
    this.received += bytes.length
    this.socket.sendText(`43${id}[]`)
    if (this.received === this.state.length) this.resolveJoined(this.state)
  }

  #broadcast(buffer, start, end, headerAt) {
    let from = 0
    for (let at = headerAt + updateStart.length; buffer[at] !== 0x2c; at++) from = from * 10 + buffer[at] - 0x30
    const key = `${this.room.id} ${from}`
    let known = knownFrames.get(key)
    if (known === undefined || !startsWith(buffer, start, known.bytes, end)) {
      known = { bytes: Buffer.from(buffer.subarray(start, end)), runs: this.#runs(buffer, start, end) }
      knownFrames.set(key, known)
      if (knownFrames.size > framesKept) knownFrames.delete(knownFrames.keys().next().value)
    }
    this.listener.onRuns(this, known.runs)
  }

  #runs(buffer, start, end) {
    return runsOf(Buffer.from(this.#read(buffer, start, end).data.at(-1)), 0)
  }

  #presence(buffer, start, end) {
    let known = knownPresence.get(this.room.id)
    if (known === undefined || !startsWith(buffer, start, known.bytes, end)) {
      const [, { states = [] }] = JSON.parse(buffer.toString('utf8', start + 2, end))
      const moves = states.filter(([, state]) => state.cursor).map(([client, { cursor }]) => [client, cursor.head[1]])
      known = { bytes: Buffer.from(buffer.subarray(start, end)), moves }
      knownPresence.set(this.room.id, known)
    }
    for (const [client, n] of known.moves) this.listener.onCursor(this, client, n)
  }

  #read(buffer, start, end) {
    return this.shared.decodeFrame(buffer.subarray(start, end), headerBytesMax)
  }
}

/** Whether `bytes` stand at `start`, and, if `end` is given, nothing else until there. */
function startsWith(buffer, start, bytes, end = start + bytes.length) {
  return buffer.compare(bytes, 0, bytes.length, start, end) === 0
}

/** The frame of [W2] for `update`. */
function updateFrame(ackId, update) {
  return Buffer.concat([
    Buffer.from([eventType, ...varuint(ackId + 1), updateHeader.length]),
    updateHeader,
    Buffer.from([1, ...varuint(update.length)]),
    update,
  ])
}
