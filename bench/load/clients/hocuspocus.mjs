// A writer on Hocuspocus 3 and 4: y-protocols' messages behind the name of the document, after an authentication
// (@hocuspocus/server, src/MessageReceiver.ts, src/types.ts; @hocuspocus/common, src/auth.ts).
import { cursorOf } from '../cursors.mjs'
import { LeanSocket } from '../lean-socket.mjs'
import { Reader, varuint } from '../varuint.mjs'
import { nextClientId } from './client-ids.mjs'
import { awarenessUpdate, readSyncMessage, syncStep1, syncUpdate } from './y-websocket.mjs'

const [auth, syncStatus] = [2, 8]
const [token, permissionDenied] = [0, 1]

export class HocuspocusClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.refusals = 0
    this.name = Buffer.from([...varuint(room.id.length), ...Buffer.from(room.id)])
    this.state = new Promise((resolve, reject) => {
      this.synced = resolve
      this.denied = reject
    })
    this.handlers = { listener, synced: this.synced, reply: (message) => this.#send(message) }
    this.socket = new LeanSocket(port, '/', (_opcode, buffer, start) => this.#message(buffer, start + this.name.length))
  }

  /** Resolves with the state of the document, a Yjs v1 update. */
  async join() {
    await this.socket.opened
    // A token of its own is what a provider sends where no authentication is asked for: an empty one.
    this.#send(Buffer.of(auth, token, 0))
    this.#send(syncStep1)
    return await this.state
  }

  send(bytes) {
    this.#send(syncUpdate(bytes))
  }

  move(n) {
    this.#send(awarenessUpdate(cursorOf(this.client, n)))
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }

  #send(message) {
    this.socket.send(Buffer.concat([this.name, message]))
  }

  #message(buffer, start) {
    const type = buffer[start]
    if (type === auth) {
      if (buffer[start + 1] === permissionDenied) this.denied(new Error('permission denied'))
    } else if (type === syncStatus) {
      // Zero: the update was not taken.
      if (new Reader(buffer, start + 1).uint() === 0) this.refusals++
    } else readSyncMessage(this, buffer, start, this.handlers)
  }
}
