// A writer on y-websocket's server: y-protocols' sync and awareness messages (y-protocols 1.0, sync.js) over a lean socket.
import { cursorOf, eachCursor } from '../cursors.mjs'
import { runsOf } from '../edits.mjs'
import { LeanSocket } from '../lean-socket.mjs'
import { Reader, varuint } from '../varuint.mjs'
import { nextClientId } from './client-ids.mjs'

const [sync, awareness] = [0, 1]
const [step1, step2, update] = [0, 1, 2]
/** The state vector of an empty document, and its whole state. */
const emptyVector = Buffer.of(0)
const emptyState = Buffer.of(0, 0)

export const syncStep1 = withLength([sync, step1], emptyVector)
const syncStep2 = withLength([sync, step2], emptyState)
export const syncUpdate = (bytes) => withLength([sync, update], bytes)
export const awarenessUpdate = (bytes) => withLength([awareness], bytes)

function withLength(start, bytes) {
  return Buffer.concat([Buffer.from([...start, ...varuint(bytes.length)]), bytes])
}

/**
 * Reads one message that begins at `start`. `listener` hears `onCursor`, and `onRuns`, or `onUpdate(bytes)` if it has that;
 * `synced(bytes)` gets the state that the server answered with, `reply(message)` sends what has to be answered.
 */
export function readSyncMessage(client, buffer, start, { listener, synced, reply }) {
  const reader = new Reader(buffer, start)
  const type = reader.uint()
  if (type === awareness) {
    reader.uint()
    eachCursor(buffer, reader.at, (who, n) => listener.onCursor(client, who, n))
  }
  if (type !== sync) return
  const step = reader.uint()
  const length = reader.uint()
  const bytes = () => Buffer.from(buffer.subarray(reader.at, reader.at + length))
  if (step === step1) reply(syncStep2)
  else if (step === step2) synced(bytes())
  else if (listener.onUpdate !== undefined) listener.onUpdate(bytes())
  else listener.onRuns(client, runsOf(buffer, reader.at))
}

export class YWebsocketClient {
  constructor({ port, room }, listener) {
    this.client = nextClientId()
    this.refusals = 0
    this.state = new Promise((resolve) => {
      this.synced = resolve
    })
    const handlers = { listener, synced: this.synced, reply: (message) => this.socket.send(message) }
    this.socket = new LeanSocket(port, `/${room.id}`, (_opcode, buffer, start) =>
      readSyncMessage(this, buffer, start, handlers),
    )
  }

  /** Resolves with the state of the document, a Yjs v1 update. */
  async join() {
    await this.socket.opened
    this.socket.send(syncStep1)
    return await this.state
  }

  send(bytes) {
    this.socket.send(syncUpdate(bytes))
  }

  move(n) {
    this.socket.send(awarenessUpdate(cursorOf(this.client, n)))
  }

  pause() {
    this.socket.pause()
  }

  close() {
    this.socket.destroy()
  }
}
