// Socket.IO's in-memory adapter, with each broadcast framed for WebSocket once instead of once per receiver, and written around
// Engine.IO's queue where that is empty. One socket write per receiver remains, and little else.
import { Adapter, type BroadcastOptions } from 'socket.io-adapter'
import { type EngineConnection, frameBinaryMessage, writeAtOnce } from './socket/write-at-once.ts'

/** What engine.io gets with every packet of a broadcast; all receivers share it. */
type PacketOptions = {
  preEncoded: true
  volatile: boolean | undefined
  compress: boolean | undefined
  wsPreEncodedFrame?: Uint8Array[]
}

/** The part of the stock adapter that is private in its types: turns a packet into messages and may frame them. */
type Encoding = { _encode(packet: unknown, options: PacketOptions): unknown[] }

/** The part of Socket.IO's socket that a broadcast needs. */
type Receiver = {
  client: { writeToEngine(messages: unknown[], options: PacketOptions): void }
  conn: EngineConnection
}

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
