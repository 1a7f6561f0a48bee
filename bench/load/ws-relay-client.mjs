// A writer on the bare relay: what others send is what it gets, one message for each edit.

import { eachRun } from './edits.mjs'
import { LeanSocket } from './lean-socket.mjs'

/** Ids from where Scriptorium's begin, so that updates are equally long. */
let nextClient = 2 ** 31

export class WsRelayClient {
  /** `onRuns(client, runs)` gets `[client, first, count]` runs of words of others. */
  constructor({ port, room }, onRuns) {
    this.client = nextClient++
    this.socket = new LeanSocket(port, `/${room.id}`, (_opcode, buffer, start) => {
      eachRun(buffer, start, (client, first, count) => onRuns(this, [[client, first, count]]))
    })
  }

  async join() {
    await this.socket.opened
  }

  send(update) {
    this.socket.send(update)
  }

  get refusals() {
    return 0
  }

  close() {
    this.socket.destroy()
  }
}
