// Socket.IO with its default parser over a lean socket (socket.io-protocol v5, engine.io-protocol v4): a packet with bytes is
// a text frame with a placeholder and a binary frame behind it. At most one byte string in a packet.
import { LeanSocket, opcodes } from './lean-socket.mjs'

const digits = /^\d*/
const placeholder = '{"_placeholder":true,"num":0}'

export class LeanSocketIo {
  /**
   * `handlers.event(name, id, args, buffer, start, end)`: an event whose bytes, if it has some, lie there until the handler
   * returns; `args` is the JSON behind the name, as text. `handlers.ack(id, buffer, start, end)`: an answer with bytes.
   */
  constructor(port, namespace, handlers) {
    this.prefix = namespace === '/' ? '' : `${namespace},`
    this.handlers = handlers
    this.announced = undefined
    this.connected = new Promise((resolve, reject) => {
      this.resolveConnected = resolve
      this.rejectConnected = reject
    })
    this.socket = new LeanSocket(port, '/socket.io/?EIO=4&transport=websocket', (opcode, buffer, start, end) => {
      if (opcode === opcodes.text) this.#text(buffer.latin1Slice(start, end))
      else if (opcode === opcodes.binary) this.#packet(this.announced, buffer, start, end)
    })
  }

  async whenConnected() {
    await this.socket.opened
    await this.connected
  }

  /** `json`: arguments behind the name, already text. */
  emit(name, json) {
    this.socket.sendText(`42${this.prefix}["${name}",${json}]`)
  }

  emitBytes(name, bytes, id = '') {
    this.socket.sendText(`451-${this.prefix}${id}["${name}",${placeholder}]`)
    this.socket.send(bytes)
  }

  answerBytes(id, bytes) {
    this.socket.sendText(`461-${this.prefix}${id}[${placeholder}]`)
    this.socket.send(bytes)
  }

  pause() {
    this.socket.pause()
  }

  destroy() {
    this.socket.destroy()
  }

  #text(packet) {
    if (packet === '2') this.socket.sendText('3')
    else if (packet[0] === '0') this.socket.sendText(`40${this.prefix}`)
    else if (packet.startsWith('40')) this.resolveConnected()
    else if (packet.startsWith('44')) this.rejectConnected(new Error(packet))
    else if (packet.startsWith('451-') || packet.startsWith('461-')) this.announced = packet
    else if (packet.startsWith('42')) this.#packet(packet, undefined, 0, 0)
  }

  #packet(packet, buffer, start, end) {
    const isAck = packet[1] === '6'
    const rest = packet.slice((packet[1] === '2' ? 2 : 4) + this.prefix.length)
    const [id] = digits.exec(rest)
    if (isAck) return this.handlers.ack(Number(id), buffer, start, end)
    const nameEnd = rest.indexOf('"', id.length + 2)
    this.handlers.event(rest.slice(id.length + 2, nameEnd), id, rest.slice(nameEnd + 2, -1), buffer, start, end)
  }
}
