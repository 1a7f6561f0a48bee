// A WebSocket client that costs next to nothing, so that one core of load can keep a server busy. It knows RFC 6455 as far
// as a server on this machine needs it: whole messages, no extensions, no close handshake.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** Everybody reads into this one: what a callback does not copy is gone when it returns. */
const sharedBuffer = Buffer.allocUnsafe(256 * 1024)
const maskedBit = 0x80

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

export class LeanSocket {
  /** `onMessage(opcode, buffer, start, end)`: the payload of one message lies there until the callback returns. */
  constructor(port, path, onMessage) {
    this.onMessage = onMessage
    this.rest = undefined
    this.isUpgraded = false
    this.opened = new Promise((resolve, reject) => {
      this.resolveOpened = resolve
      this.rejectOpened = reject
    })
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: sharedBuffer, callback: (length, buffer) => this.#read(buffer, length) },
    })
    this.socket.on('connect', () => this.socket.write(handshake(port, path)))
    this.socket.on('error', (error) => this.rejectOpened(error))
    this.socket.on('close', () => this.rejectOpened(new Error('the server closed the connection')))
  }

  /** One message. The mask is zero: the frame is a masked one as the standard asks, and the payload stays as it is. */
  send(payload, opcode = opcodes.binary) {
    const { length } = payload
    const sizeBytes = length < 126 ? 0 : length <= 0xffff ? 2 : 8
    const headerLength = 2 + sizeBytes + 4
    const frame = Buffer.alloc(headerLength + length)
    frame[0] = 0x80 | opcode
    frame[1] = maskedBit | (sizeBytes === 0 ? length : sizeBytes === 2 ? 126 : 127)
    if (sizeBytes === 2) frame.writeUInt16BE(length, 2)
    else if (sizeBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
    frame.set(payload, headerLength)
    this.socket.write(frame)
  }

  sendText(text) {
    this.send(Buffer.from(text), opcodes.text)
  }

  /** Stops reading: what is sent stays with the server once the buffers of the kernel are full. */
  pause() {
    this.socket.pause()
  }

  destroy() {
    this.socket.destroy()
  }

  #read(buffer, length) {
    let data = buffer
    let end = length
    if (this.rest !== undefined) {
      data = Buffer.concat([this.rest, buffer.subarray(0, length)])
      end = data.length
    }
    const used = this.isUpgraded ? this.#messages(data, 0, end) : this.#upgrade(data, end)
    this.rest = used === end ? undefined : Buffer.from(data.subarray(used, end))
    return true
  }

  #upgrade(data, length) {
    const end = data.subarray(0, length).indexOf('\r\n\r\n')
    if (end === -1) return 0
    const head = data.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101')) {
      this.rejectOpened(new Error(`not a WebSocket: ${head.split('\r\n')[0]}`))
      this.socket.destroy()
      return length
    }
    this.isUpgraded = true
    this.resolveOpened()
    return this.#messages(data, end + 4, length)
  }

  /** Hands out every whole message; returns where the first one that is not whole begins. */
  #messages(data, start, end) {
    let at = start
    while (end - at >= 2) {
      let length = data[at + 1] & 0x7f
      let from = at + 2
      if (length === 126) {
        if (end - at < 4) break
        length = data.readUInt16BE(at + 2)
        from = at + 4
      } else if (length === 127) {
        if (end - at < 10) break
        length = Number(data.readBigUInt64BE(at + 2))
        from = at + 10
      }
      if (from + length > end) break
      const opcode = data[at] & 0x0f
      if (opcode === opcodes.ping) this.send(data.subarray(from, from + length), opcodes.pong)
      else this.onMessage(opcode, data, from, from + length)
      at = from + length
    }
    return at
  }
}

let sockets = 0

function handshake(port, path) {
  const n = sockets++
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    // Who limits what comes from one address sees as many people as there are.
    `X-Forwarded-For: 10.1.${n >> 8}.${n & 0xff}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n')
}
