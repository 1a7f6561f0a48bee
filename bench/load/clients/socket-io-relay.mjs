// A writer on the bare Socket.IO relay: an `update` with bytes for an edit, a `cursor` in JSON for a movement, as a
// product on Socket.IO would send them.
import { runsOf } from '../edits.mjs'
import { LeanSocketIo } from '../lean-socket-io.mjs'
import { nextClientId } from './client-ids.mjs'

export class SocketIoRelayClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.room = room
    this.refusals = 0
    this.listener = listener
    this.socket = new LeanSocketIo(port, '/', {
      event: (name, _id, args, buffer, start) => this.#event(name, args, buffer, start),
      ack: () => undefined,
    })
  }

  async join() {
    await this.socket.whenConnected()
    this.socket.emit('join', JSON.stringify(this.room.id))
  }

  send(update) {
    this.socket.emitBytes('update', update)
  }

  move(n) {
    const place = [this.client, n, 0]
    const user = { name: 'Writer', color: 1 }
    this.socket.emit('cursor', JSON.stringify({ client: this.client, n, user, cursor: { anchor: place, head: place } }))
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }

  #event(name, args, buffer, start) {
    if (name === 'cursor') {
      const { client, n } = JSON.parse(args)
      this.listener.onCursor(this, client, n)
    } else if (name === 'update') {
      this.listener.onRuns(this, runsOf(buffer, start))
    }
  }
}
