// Socket.IO's in-memory adapter, with each broadcast framed for WebSocket once instead of once per receiver. The library
// does that for text only, and in two pieces; here it is done for bytes too, in one piece: one socket write per receiver.
import { Adapter } from 'socket.io-adapter'

/** What engine.io gets with every packet of a broadcast; all receivers share it. */
type PacketOptions = { wsPreEncodedFrame?: Uint8Array[] }

/** The part of the stock adapter that is private in its types: turns a packet into messages and may frame them. */
type Encoding = { _encode(packet: unknown, options: PacketOptions): unknown[] }

/** First byte of an unfragmented binary message (RFC 6455, section 5.2): FIN and opcode 2. */
const binaryMessage = 0x82

/**
 * For `new Server(…, { adapter: BroadcastAdapter })`. Framing is an extra: engine.io uses the frame where it can (WebSocket
 * without perMessageDeflate) and the plain message everywhere else, polling included.
 */
export class BroadcastAdapter extends Adapter {
  constructor(namespace: unknown) {
    super(namespace)
    // The types hide `_encode`, so it cannot be overridden by its name; it is replaced on the instance.
    const encoding = this as unknown as Encoding
    const encode = encoding._encode.bind(this)
    encoding._encode = (packet, options) => {
      const messages = encode(packet, options)
      const [message] = messages
      if (options.wsPreEncodedFrame) options.wsPreEncodedFrame = [Buffer.concat(options.wsPreEncodedFrame)]
      else if (messages.length === 1 && message instanceof Uint8Array) {
        options.wsPreEncodedFrame = [frameBinaryMessage(message)]
      }
      return messages
    }
  }
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
