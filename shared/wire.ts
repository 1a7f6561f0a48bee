// Our Socket.IO parser, the library's own extension point: how packets look on the wire. It knows no events and no
// connection. Runs in browsers and in Node.
import { AppError } from './errors.ts'
import { limits } from './limits.ts'
import { bytesStart, decodeFrame, encodeFrame } from './wire/frame.ts'
import { type Packet, packetTypes } from './wire/packet.ts'
import { decodeText, encodeText } from './wire/text.ts'

export { decodeFrame, encodeFrame, type Packet, packetTypes }

/**
 * Version of the Socket.IO protocol that text packets follow (https://socket.io/docs/v4/socket-io-protocol/), so that an
 * ordinary Socket.IO client which sends and gets no bytes is understood. One Engine.IO message is one packet:
 *
 * ```
 * packet  = text | frame
 * text    = type [ackId] [JSON]                   a text message
 * type    = "0" CONNECT, JSON: an object or nothing | "1" DISCONNECT, no JSON | "2" EVENT, JSON: [name, ...arguments]
 *         | "3" ACK, JSON: [...arguments] | "4" CONNECT_ERROR, JSON: an object or a string
 * ackId   = a safe integer in decimal; may stand in an EVENT, must in an ACK
 *
 * frame   = kind ack header strings               a binary message (base64 when polling)
 * kind    = %x05 EVENT | %x06 ACK
 * ack     = varuint                               the ack id + 1; 0 is none, and not allowed in an ACK
 * header  = varuint UTF-8                         its length in bytes, then JSON as in a text packet
 * strings = varuint varuint{n} bytes{n}           n ≥ 1, n lengths, and the byte strings up to the end of the frame:
 *                                                 the last arguments of the packet, after those of the header
 * varuint = an unsigned 32-bit number in LEB128: 7 bits a byte, low ones first, at most 5 bytes
 * ```
 *
 * There is one namespace, "/", which has no name on the wire. Whatever is not in this grammar, passes a limit
 * (shared/limits.ts), names an event as the library's own ones, or has a key `__proto__`, ends the connection it came on.
 */
export const protocol = 5

/** What one side lets in: text packets in UTF-16 units, headers of frames in UTF-8 bytes. */
export type WireBounds = { textPacketLengthMax: number; frameHeaderBytesMax: number }

/** What a page lets in: nothing is larger than one message. */
const clientBounds: WireBounds = {
  textPacketLengthMax: limits.messageBytesMax,
  frameHeaderBytesMax: limits.frameHeaderBytesMax,
}

/** What the server lets in. */
const serverBounds: WireBounds = {
  textPacketLengthMax: limits.textPacketLengthMax,
  frameHeaderBytesMax: limits.clientFrameHeaderBytesMax,
}

/** Packets to messages. Stateless: one serves every connection. */
export class Encoder {
  /**
   * The one message of a packet: a string, or a Uint8Array (in Node a Buffer) when its last arguments are bytes. Throws
   * TypeError for what the wire cannot carry (bytes before other arguments, another namespace): a mistake on this side.
   */
  encode(packet: Packet): [string | Uint8Array] {
    if (packet.nsp !== '/') throw new TypeError(`The wire has no namespace ${packet.nsp}`)
    const { type, data } = packet
    if ((type === packetTypes.event || type === packetTypes.ack) && Array.isArray(data)) {
      const start = bytesStart(data)
      if (start < data.length) {
        return [encodeFrame(type === packetTypes.event ? 'event' : 'ack', data, packet.id ?? undefined, start)]
      }
    }
    return [encodeText(packet)]
  }
}

type DecodedListener = (packet: Packet) => void

/**
 * Messages to packets, of one connection; calls the listeners of `decoded`. Nothing is held between messages, so a refused
 * one leaves no trace.
 */
export class Decoder {
  private readonly bounds: WireBounds
  /** Replaced, never changed: a listener may take itself out while it is called. */
  private listeners: readonly DecodedListener[] = []

  constructor(bounds: WireBounds = clientBounds) {
    this.bounds = bounds
  }

  /**
   * Reads one Engine.IO message: a string, a Uint8Array (Buffer) or an ArrayBuffer. Bytes of the packet are views of it.
   * Throws AppError `bad-request` or `too-large` before any listener is called; the library then ends the connection.
   */
  add(message: unknown): void {
    const packet = this.decode(message)
    for (const listener of this.listeners) listener(packet)
  }

  private decode(message: unknown): Packet {
    if (typeof message === 'string') return decodeText(message, this.bounds.textPacketLengthMax)
    if (message instanceof Uint8Array) return decodeFrame(message, this.bounds.frameHeaderBytesMax)
    if (message instanceof ArrayBuffer) return decodeFrame(new Uint8Array(message), this.bounds.frameHeaderBytesMax)
    throw new AppError('bad-request', 'A message is neither text nor bytes.')
  }

  on(_event: 'decoded', listener: DecodedListener): this {
    // Not a spread, which reserves room for more.
    this.listeners = this.listeners.concat(listener)
    return this
  }

  /** Takes a listener out: the name that socket.io-client uses. */
  off(_event: 'decoded', listener: DecodedListener): this {
    this.listeners = this.listeners.filter((other) => other !== listener)
    return this
  }

  /** Takes a listener out: the name that the server uses. */
  removeListener(event: 'decoded', listener: DecodedListener): this {
    return this.off(event, listener)
  }

  /** Part of the library's interface; the same decoder serves the next connection. There is nothing to let go of. */
  destroy(): void {
    // Packets are whole messages, so there never is a half one.
  }
}

/** What the `parser` option of socket.io and of socket.io-client takes. */
export type WireParser = { Encoder: typeof Encoder; Decoder: new () => Decoder; protocol: typeof protocol }

/** A parser with bounds of its own: the library makes decoders without arguments. */
export function createWireParser(bounds: WireBounds): WireParser {
  class BoundedDecoder extends Decoder {
    constructor() {
      super(bounds)
    }
  }
  return { Encoder, Decoder: BoundedDecoder, protocol }
}

/** For `new Server(…, { parser: serverWireParser })`: lets in what clients send. */
export const serverWireParser = createWireParser(serverBounds)

/** For `io(…, { parser: clientWireParser })`: lets in what the server sends. */
export const clientWireParser = createWireParser(clientBounds)

/** The parser without more ado, with the bounds of a client. */
export const wireParser = { Encoder, Decoder, protocol }
