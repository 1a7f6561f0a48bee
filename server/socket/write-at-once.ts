// Messages to a WebSocket around Engine.IO's queue, in one piece, where nothing waits there. What Engine.IO does for
// a packet (an object, four events, a flush, a list of callbacks) costs as much as half a socket write.

/** The part of Engine.IO's socket that is needed; `_sender` is ws's, used as Engine.IO uses it. */
export type EngineConnection = {
  readyState: string
  writeBuffer: unknown[]
  transport: { writable: boolean; perMessageDeflate?: unknown; socket?: WebSocketInside }
}
type WebSocketInside = {
  readyState: number
  bufferedAmount: number
  _sender?: Sender
}
type Sender = { sendFrame(pieces: Uint8Array[]): void }

/** What Engine.IO is given with a message. */
type MessageOptions = { wsPreEncodedFrame?: Uint8Array[] }
type Write = (this: Writing, data: unknown, options?: MessageOptions, sent?: () => void) => unknown
type Writing = EngineConnection & { write: Write; send: Write }

/** First byte of an unfragmented message (RFC 6455, section 5.2): FIN and opcode 1 or 2. */
const textMessage = 0x81
const binaryMessage = 0x82
/** Of Engine.IO: the first character of a text that is a message; bytes are one without it. */
const messageType = '4'
/** `readyState` of a WebSocket. */
const isOpen = 1
/** Copying more into a frame costs as much as a second piece. */
const framedBytesMax = 16_384

/** From now on this connection writes at once what it can; everything else goes the library's way. */
export function writeAround(conn: unknown): void {
  const writing = conn as Writing
  writing.write = write
}

/** In place of Engine.IO's `write`, which is another name of its `send`. The same function for every connection. */
function write(this: Writing, data: unknown, options?: MessageOptions, sent?: () => void): unknown {
  const sender = sent === undefined && options?.wsPreEncodedFrame === undefined ? freeSenderOf(this) : undefined
  const frame = sender && frameOf(data)
  if (frame === undefined) return this.send(data, options, sent)
  sender?.sendFrame([frame])
  return this
}

function frameOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data.length > framedBytesMax ? undefined : frameBinaryMessage(data)
  if (typeof data !== 'string' || data.length > framedBytesMax) return undefined
  return framed(textMessage, Buffer.from(messageType + data))
}

/** Writes a whole frame if it can be written at once; otherwise nothing is written, and the answer is false. */
export function writeAtOnce(conn: EngineConnection, frame: Uint8Array): boolean {
  const sender = freeSenderOf(conn)
  sender?.sendFrame([frame])
  return sender !== undefined
}

/**
 * What writes to a WebSocket that waits for nothing. Where anything waits, in Engine.IO or in ws, a frame has to queue
 * behind it, and there is none.
 */
function freeSenderOf({ readyState, writeBuffer, transport }: EngineConnection): Sender | undefined {
  const { socket } = transport
  if (readyState !== 'open' || writeBuffer.length > 0 || !transport.writable || transport.perMessageDeflate) return
  if (socket?.readyState !== isOpen || socket.bufferedAmount > 0) return
  return socket._sender
}

/** A binary message as one unmasked, unfragmented, uncompressed WebSocket frame (RFC 6455, section 5.2). */
export function frameBinaryMessage(payload: Uint8Array): Uint8Array {
  return framed(binaryMessage, payload)
}

function framed(firstByte: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const headerLength = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = firstByte
  if (headerLength === 2) frame[1] = length
  else if (headerLength === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, headerLength)
  return frame
}
