// Socket.IO's in-memory adapter, with each broadcast framed for WebSocket once instead of once per receiver, and written around
// Engine.IO's queue where that is empty. One socket write per receiver remains, and little else.
import { Adapter, type BroadcastOptions } from 'socket.io-adapter'

/** What engine.io gets with every packet of a broadcast; all receivers share it. */
type PacketOptions = {
  preEncoded: true
  volatile: boolean | undefined
  compress: boolean | undefined
  wsPreEncodedFrame?: Uint8Array[]
}

/** The part of the stock adapter that is private in its types: turns a packet into messages and may frame them. */
type Encoding = { _encode(packet: unknown, options: PacketOptions): unknown[] }

/** The part of Socket.IO's and Engine.IO's sockets that a broadcast needs; `_sender` is ws's, used as Engine.IO uses it. */
type Receiver = {
  client: { writeToEngine(messages: unknown[], options: PacketOptions): void }
  conn: { readyState: string; writeBuffer: unknown[]; transport: Transport }
}
type Transport = { writable: boolean; perMessageDeflate?: unknown; socket?: WebSocketInside }
type WebSocketInside = {
  readyState: number
  bufferedAmount: number
  _sender?: { sendFrame(pieces: Uint8Array[]): void }
}

/** First byte of an unfragmented binary message (RFC 6455, section 5.2): FIN and opcode 2. */
const binaryMessage = 0x82
/** `readyState` of a WebSocket. */
const isOpen = 1

/**
 * For `new Server(…, { adapter: BroadcastAdapter })`. Framing is an extra: the frame is used where it can be (WebSocket
 * without perMessageDeflate), and the plain message everywhere else, polling included. Nobody is told by `onAnyOutgoing`.
 */
export class BroadcastAdapter extends Adapter {
  override broadcast(packet: { nsp?: string }, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name
    const { volatile, compress } = options.flags ?? {}
    const packetOptions: PacketOptions = { preEncoded: true, volatile, compress }
    // The types hide `_encode`.
    const messages = (this as unknown as Encoding)._encode(packet, packetOptions)
    const frame = singleFrame(messages, packetOptions)
    if (frame !== undefined) packetOptions.wsPreEncodedFrame = [frame]
    this.#apply(options, (receiver) => {
      if (frame !== undefined && writeAtOnce(receiver.conn, frame)) return
      receiver.client.writeToEngine(messages, packetOptions)
    })
  }

  #apply(options: BroadcastOptions, tell: (receiver: Receiver) => void): void {
    const applying = this as unknown as { apply(options: BroadcastOptions, tell: (receiver: Receiver) => void): void }
    applying.apply(options, tell)
  }
}

/** The library frames text only, and in two pieces. */
function singleFrame(messages: unknown[], { wsPreEncodedFrame }: PacketOptions): Uint8Array | undefined {
  if (wsPreEncodedFrame !== undefined) return Buffer.concat(wsPreEncodedFrame)
  const [message] = messages
  return messages.length === 1 && message instanceof Uint8Array ? frameBinaryMessage(message) : undefined
}

/**
 * Writes to a WebSocket that waits for nothing. Where anything waits, in Engine.IO or in ws, the frame has to queue behind it:
 * then nothing is written, and the answer is false.
 */
function writeAtOnce({ readyState, writeBuffer, transport }: Receiver['conn'], frame: Uint8Array): boolean {
  const { socket } = transport
  if (readyState !== 'open' || writeBuffer.length > 0 || !transport.writable || transport.perMessageDeflate)
    return false
  if (socket?.readyState !== isOpen || socket.bufferedAmount > 0 || socket._sender === undefined) return false
  socket._sender.sendFrame([frame])
  return true
}

/** One unmasked, unfragmented, uncompressed WebSocket frame (RFC 6455, section 5.2) with this payload. */
export function frameBinaryMessage(payload: Uint8Array): Uint8Array {
  const { length } = payload
  const headerLength = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = binaryMessage
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
