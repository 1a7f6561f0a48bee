// Somebody else in the document: shows a cursor and writes now and then, over a real connection. Keeps no text, so that fifty
// of them fit beside what is measured.
import { setTimeout as sleep } from 'node:timers/promises'
import * as encoding from 'lib0/encoding'
import { io } from 'socket.io-client'
// The product's: the peers in bench/ bring one of their own, and two copies do not know each other's documents.
import * as Y from '../../node_modules/yjs/dist/yjs.mjs'

/** On which side of new text a position stays, as the page's own has it. */
const side = 0
const triesMax = 50

export class Person {
  constructor({ url, document, clientWireParser, protocolVersion }, n) {
    this.n = n
    this.document = document
    this.clock = 0
    this.refused = undefined
    this.socket = io(url, {
      parser: clientWireParser,
      auth: { protocol: protocolVersion },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    })
  }

  /** `stateVector`: of the text as it was written, so that the server need not send it. */
  async join(stateVector) {
    const { id, keys } = this.document
    const secret = Buffer.alloc(16, this.n + 1).toString('base64url')
    const person = { secret, name: `Person ${this.n + 1}`, color: this.n % 12 }
    const request = { documentId: id, key: keys.edit, clients: [], person }
    // All are of one address, which may not open a large document fifty times in a moment.
    for (let tries = 0; tries < triesMax; tries++) {
      const answer = await this.socket.emitWithAck('join', request, stateVector)
      if (answer.ok) {
        this.client = answer.clientId
        return
      }
      if (answer.error.code !== 'rate-limited') throw new Error(`a person was refused: ${answer.error.code}`)
      await sleep(answer.error.retryAfterMs ?? 100)
    }
    throw new Error('a person was not let in')
  }

  /** Positions are letters: `{client, clock}`. */
  show(anchor, head) {
    const [from, to] = [anchor, head].map(({ client, clock }) => [client, clock, side])
    this.socket.emit('presence', { cursor: { anchor: from, head: to }, idle: false })
  }

  /** A letter before that one, which must not be the first of its structure. */
  write({ client, clock }) {
    if (this.refused) throw new Error(`a person may not write: ${this.refused}`)
    const bytes = letterBefore(Y.createID(this.client, this.clock++), { client, clock })
    this.socket.emit('update', bytes, (answer) => {
      if (!answer.ok) this.refused = answer.error.code
    })
  }

  leave() {
    this.socket.disconnect()
  }
}

/** The Yjs v1 update of one letter between two that are neighbours in their structure. */
function letterBefore(id, { client, clock }) {
  const [left, right] = [Y.createID(client, clock - 1), Y.createID(client, clock)]
  const item = new Y.Item(id, null, left, null, right, null, null, new Y.ContentString('x'))
  const encoder = new Y.UpdateEncoderV1()
  const rest = encoder.restEncoder
  // One block of one structure, and no deletions.
  encoding.writeVarUint(rest, 1)
  encoding.writeVarUint(rest, 1)
  encoder.writeClient(id.client)
  encoding.writeVarUint(rest, id.clock)
  item.write(encoder, 0)
  encoding.writeVarUint(rest, 0)
  return encoding.toUint8Array(rest)
}
