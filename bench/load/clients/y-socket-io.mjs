// A writer on y-socket.io: a namespace for each document, and y-protocols' updates in events of its own (y-socket.io 1.1,
// dist/client/provider.js).
import { cursorOf, eachCursor } from '../cursors.mjs'
import { runsOf } from '../edits.mjs'
import { LeanSocketIo } from '../lean-socket-io.mjs'
import { nextClientId } from './client-ids.mjs'

const emptyVector = Buffer.of(0)
const emptyState = Buffer.of(0, 0)

export class YSocketIoClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.refusals = 0
    this.listener = listener
    this.state = new Promise((resolve) => {
      this.resolveState = resolve
    })
    this.socket = new LeanSocketIo(port, `/yjs|${room.id}`, {
      event: (name, id, _args, buffer, start) => this.#event(name, id, buffer, start),
      ack: (_id, buffer, start, end) => this.resolveState(Buffer.from(buffer.subarray(start, end))),
    })
  }

  /** Resolves with the state of the document, a Yjs v1 update. The server listens only once it has said `sync-step-1`. */
  async join() {
    await this.socket.whenConnected()
    return await this.state
  }

  send(update) {
    this.socket.emitBytes('sync-update', update)
  }

  move(n) {
    this.socket.emitBytes('awareness-update', cursorOf(this.client, n))
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }

  #event(name, id, buffer, start) {
    if (name === 'sync-step-1') {
      this.socket.answerBytes(id, emptyState)
      this.socket.emitBytes('sync-step-1', emptyVector, 0)
    } else if (name === 'awareness-update') {
      eachCursor(buffer, start, (client, n) => this.listener.onCursor(this, client, n))
    } else if (name === 'sync-update') {
      this.listener.onRuns(this, runsOf(buffer, start))
    }
  }
}
