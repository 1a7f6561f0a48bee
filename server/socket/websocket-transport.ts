// Engine.IO's WebSocket transport, made for connections that mostly rest. The library's own keeps for each of them a
// dictionary of wrapped listeners and seven functions, a tenth of all that an idle connection holds. Knows no packets of
// Socket.IO.

type PacketType = 'open' | 'close' | 'ping' | 'pong' | 'message' | 'upgrade' | 'noop' | 'error'
type Packet = {
  type: PacketType
  data?: string | Uint8Array
  /** `wsPreEncodedFrame`: the whole frame, made once for all receivers of a broadcast. */
  options?: { wsPreEncodedFrame?: Uint8Array[] }
}

/** In the order of their digits on the wire (https://socket.io/docs/v4/engine-io-protocol/). */
const packetTypes: readonly PacketType[] = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop']

type Sent = (error?: Error | null) => void
/** The part of `ws` that is used. */
export type WebSocket = {
  on(event: string, listener: (this: WebSocket, ...args: never[]) => void): unknown
  removeAllListeners(event: string): unknown
  send(data: string | Uint8Array, sent: Sent): void
  close(): void
  _sender: { sendFrame(frame: Uint8Array[], sent: Sent): void }
  [transportOf]?: WebSocketTransport
}

type Listener = (...args: unknown[]) => void
type Listeners = { [event in 'ready' | 'packet' | 'drain' | 'error' | 'close']: Listener | undefined }

const transportOf = Symbol('transport')

// The same functions for every WebSocket, which finds its transport by itself.
function onMessage(this: WebSocket, data: Uint8Array, isBinary: boolean): void {
  this[transportOf]?.received(data, isBinary)
}
function onError(this: WebSocket, error: Error): void {
  this[transportOf]?.failed(error)
}
function onClose(this: WebSocket): void {
  this[transportOf]?.closed()
}

/** What Engine.IO asks of a transport, for version 4 of its protocol. `socket` is what queues are read from. */
export class WebSocketTransport {
  readonly socket: WebSocket
  readyState: 'open' | 'closing' | 'closed' = 'open'
  writable = true
  /** Set by Engine.IO. */
  sid: string | undefined
  perMessageDeflate: unknown
  readonly #listeners: Listeners = {
    ready: undefined,
    packet: undefined,
    drain: undefined,
    error: undefined,
    close: undefined,
  }

  constructor(socket: WebSocket) {
    this.socket = socket
    socket[transportOf] = this
    // That of the upgrade, which is over.
    socket.removeAllListeners('error')
    socket.on('message', onMessage)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  get name(): 'websocket' {
    return 'websocket'
  }

  /** One listener an event: Engine.IO takes the last one out before it gives another. */
  on(event: string, listener: Listener): this {
    // Only polling has headers of its own to write.
    if (event === 'headers') return this
    this.#listeners[event as keyof Listeners] = listener
    return this
  }

  /** Errors and the end are told once, whoever asked. */
  once(event: string, listener: Listener): this {
    return this.on(event, listener)
  }

  removeListener(event: string, listener: Listener): this {
    if (this.#listeners[event as keyof Listeners] === listener) this.#listeners[event as keyof Listeners] = undefined
    return this
  }

  /** Part of the interface, for requests of polling. */
  onRequest(): void {
    // A WebSocket has one request, which it began with.
  }

  /** Part of the interface: it may be closed while an upgrade is under way. */
  discard(): void {
    // Closing a WebSocket is the same at any time.
  }

  send(packets: readonly Packet[]): void {
    this.writable = false
    const last = packets.at(-1)
    for (const packet of packets) {
      this.#write(packet, (error) => {
        if (error) this.failed(error)
        else if (packet === last) this.#sent()
      })
    }
  }

  close(closed?: () => void): void {
    if (this.readyState !== 'open') return
    this.readyState = 'closing'
    this.socket.close()
    closed?.()
  }

  received(data: Uint8Array, isBinary: boolean): void {
    this.#listeners.packet?.(isBinary ? { type: 'message', data } : readText(data.toString()))
  }

  failed(error: Error): void {
    this.#tellOnce('error', error)
  }

  closed(): void {
    this.readyState = 'closed'
    this.#tellOnce('close')
  }

  #write({ type, data, options }: Packet, sent: Sent): void {
    const frame = options?.wsPreEncodedFrame
    if (frame !== undefined) this.socket._sender.sendFrame(frame, sent)
    else if (data instanceof Uint8Array) this.socket.send(data, sent)
    else this.socket.send(`${packetTypes.indexOf(type)}${data ?? ''}`, sent)
  }

  #sent(): void {
    this.#listeners.drain?.()
    this.writable = true
    this.#listeners.ready?.()
  }

  #tellOnce(event: 'error' | 'close', ...args: unknown[]): void {
    const listener = this.#listeners[event]
    this.#listeners[event] = undefined
    listener?.(...args)
  }
}

/** What is no packet closes the connection. */
function readText(text: string): Packet {
  const type = packetTypes[text.charCodeAt(0) - 48]
  if (type === undefined) return { type: 'error', data: 'parser error' }
  return text.length > 1 ? { type, data: text.slice(1) } : { type }
}
