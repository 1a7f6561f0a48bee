// A writer on Scriptorium: Engine.IO and Socket.IO by hand over a lean socket (docs/protocol.md, W, J, U, B). It keeps
// nothing but counts; what it sends is guarded, stored and acknowledged like any page's.
import { eachRun } from './edits.mjs'
import { LeanSocket, opcodes } from './lean-socket.mjs'

const framesKept = 512
const eventType = 5
const updateHeader = Buffer.from('["update"]')
const updateStart = Buffer.from('["update",{"from":')
/** Broadcast frames by room and seq: two hundred receivers get the same bytes, which are read once and then compared. */
const knownFrames = new Map()

export class ScriptoriumClient {
  constructor({ port, room, wire }, onRuns) {
    this.room = room
    this.wire = wire
    this.onRuns = onRuns
    this.ackId = 0
    this.refusals = 0
    this.acks = 0
    this.joined = new Promise((resolve, reject) => {
      this.resolveJoined = resolve
      this.rejectJoined = reject
    })
    this.socket = new LeanSocket(port, '/socket.io/?EIO=4&transport=websocket', (opcode, buffer, start, end) => {
      if (opcode === opcodes.binary) this.#frame(buffer, start, end)
      else if (opcode === opcodes.text) this.#text(buffer, start, end)
    })
  }

  /** Resolves when the server has let this client into the document. */
  async join() {
    await this.socket.opened
    await this.joined
  }

  send(update) {
    this.ackId++
    this.socket.send(updateFrame(this.ackId, update))
  }

  close() {
    this.socket.destroy()
  }

  #text(buffer, start, end) {
    // "43<id>[…]" answers an update: by far the most frequent, so it is not even parsed.
    if (buffer[start] === 0x34 && buffer[start + 1] === 0x33) {
      this.acks++
      if (buffer.indexOf('"ok":true', start, 'latin1') === -1 || buffer.indexOf('"ok":true', start) > end) {
        this.refusals++
        this.refusal ??= buffer.toString('utf8', start, end)
        this.rejectJoined(new Error(this.refusal))
      }
    } else if (buffer[start] === 0x32) this.socket.sendText('3')
    else if (buffer[start] === 0x30) this.socket.sendText('40{"protocol":1}')
    else if (buffer[start] === 0x34 && buffer[start + 1] === 0x30) this.#askToJoin()
    else if (buffer[start + 1] === 0x34) this.rejectJoined(new Error(buffer.toString('utf8', start, end)))
  }

  #askToJoin() {
    const { id, keys } = this.room
    const person = { secret: Buffer.alloc(16, this.room.id).toString('base64url'), name: 'Writer', color: 1 }
    const request = { documentId: id, key: keys.edit, clients: [], person }
    this.socket.send(this.wire.encodeFrame('event', ['join', request, new Uint8Array([0])], 0))
  }

  #frame(buffer, start, end) {
    if (buffer[start] === eventType) return this.#broadcast(buffer, start, end)
    const [answer] = this.wire.decodeFrame(buffer.subarray(start, end), 1 << 20).data
    if (!answer.ok) this.rejectJoined(new Error(JSON.stringify(answer.error)))
    this.client = answer.clientId
    this.resolveJoined()
  }

  #broadcast(buffer, start, end) {
    // An event without an ack: type, 0, then the length of the header.
    const headerAt = start + 2 + (buffer[start + 2] < 0x80 ? 1 : 2)
    if (buffer.compare(updateStart, 0, updateStart.length, headerAt, headerAt + updateStart.length) !== 0) return
    let from = 0
    for (let at = headerAt + updateStart.length; buffer[at] !== 0x2c; at++) from = from * 10 + buffer[at] - 0x30
    const key = `${this.room.id} ${from}`
    let known = knownFrames.get(key)
    const isKnown = known !== undefined && buffer.compare(known.bytes, 0, known.bytes.length, start, end) === 0
    if (!isKnown) {
      known = { bytes: Buffer.from(buffer.subarray(start, end)), runs: this.#runs(buffer, start, end) }
      knownFrames.set(key, known)
      if (knownFrames.size > framesKept) knownFrames.delete(knownFrames.keys().next().value)
    }
    this.onRuns(this, known.runs)
  }

  #runs(buffer, start, end) {
    const bytes = Buffer.from(this.wire.decodeFrame(buffer.subarray(start, end), 1 << 20).data.at(-1))
    const runs = []
    eachRun(bytes, 0, (client, first, count) => runs.push([client, first, count]))
    return runs
  }
}

/** The frame of [W2] for `update`; short enough that all lengths but the ack id take one byte. */
function updateFrame(ackId, update) {
  const ack = []
  let rest = ackId + 1
  for (; rest >= 0x80; rest >>>= 7) ack.push((rest & 0x7f) | 0x80)
  ack.push(rest)
  return Buffer.concat([
    Buffer.from([eventType, ...ack, updateHeader.length]),
    updateHeader,
    Buffer.from([1, update.length]),
    update,
  ])
}
