// Writers who cannot have a WebSocket, on Scriptorium and on the bare Socket.IO relay: with the ordinary Socket.IO client,
// which is dear, so that few of them are enough to keep the load's core busy.
import { randomBytes } from 'node:crypto'
import { io } from 'socket.io-client'
import { runsOf } from '../edits.mjs'
import { nextClientId } from './client-ids.mjs'

const connect = (port, options) =>
  io(`http://127.0.0.1:${port}`, { ...options, transports: ['polling'], reconnection: false, forceNew: true })

const connected = (socket) =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })

export class PollingScriptoriumClient {
  constructor({ port, room, shared }, listener) {
    this.room = room
    this.refusals = 0
    this.socket = connect(port, { parser: shared.clientWireParser, auth: { protocol: shared.protocolVersion } })
    this.socket.on('update', (_header, bytes) => listener.onRuns(this, runsOf(Buffer.from(bytes), 0)))
  }

  async join() {
    await connected(this.socket)
    const { id, keys } = this.room
    const person = { secret: randomBytes(16).toString('base64url'), name: 'Writer', color: 1 }
    const request = { documentId: id, key: keys.edit, clients: [], person }
    const answer = await new Promise((resolve) => this.socket.emit('join', request, new Uint8Array([0]), resolve))
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    this.client = answer.clientId
  }

  send(update) {
    this.socket.emit('update', update, (answer) => {
      if (!answer.ok) this.refusals++
    })
  }

  close() {
    this.socket.disconnect()
  }
}

export class PollingRelayClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.room = room
    this.refusals = 0
    this.socket = connect(port, {})
    this.socket.on('update', (bytes) => listener.onRuns(this, runsOf(Buffer.from(bytes), 0)))
  }

  async join() {
    await connected(this.socket)
    this.socket.emit('join', this.room.id)
  }

  send(update) {
    this.socket.emit('update', update)
  }

  close() {
    this.socket.disconnect()
  }
}
