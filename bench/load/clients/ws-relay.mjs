// A writer on the bare relay: what others send is what it gets, one message for each edit or movement. The first byte says
// which of the two it is.
import { cursorOf, eachCursor } from '../cursors.mjs'
import { runsOf } from '../edits.mjs'
import { LeanSocket } from '../lean-socket.mjs'
import { nextClientId } from './client-ids.mjs'

const [edit, movement] = [0, 1]

export class WsRelayClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.refusals = 0
    this.socket = new LeanSocket(port, `/${room.id}`, (_opcode, buffer, start) => {
      if (buffer[start] === edit) listener.onRuns(this, runsOf(buffer, start + 1))
      else eachCursor(buffer, start + 1, (client, n) => listener.onCursor(this, client, n))
    })
  }

  async join() {
    await this.socket.opened
  }

  send(update) {
    this.socket.send(Buffer.concat([Buffer.of(edit), update]))
  }

  move(n) {
    this.socket.send(Buffer.concat([Buffer.of(movement), cursorOf(this.client, n)]))
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }
}
