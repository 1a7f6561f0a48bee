// The connection and its coming back: one Socket.IO connection per attempt, so that nothing of an old one (buffered
// packets, late answers) can reach a new one. Knows what a refused handshake is, and nothing of documents.
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { errorCodes, type Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { type ClientToServerEvents, protocolVersion, type ServerToClientEvents } from '../../shared/protocol.ts'
import { clientWireParser } from '../../shared/wire.ts'
import { type Clock, jitter } from './clock.ts'

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>
export type SocketIoOptions = Partial<ManagerOptions & SocketOptions>

export type LinkHost = {
  /** A connection stands; its listeners are for the host to add. */
  opened(socket: ClientSocket): void
  /** It went, or could not be made; the link tries again by itself. */
  lost(): void
  /** The handshake was refused with a code; false ends the trying. */
  refused(refusal: Refusal): boolean
}

/** Makes a connection that is not opened yet; `io` of socket.io-client, unless a simulation has a network of its own. */
export type Connect = (url: string, options: SocketIoOptions) => ClientSocket

/** How the next connection is opened: see `Link.transports`. */
type Route = 'websocket' | 'polling' | 'polling-only'

/** What became of the current attempt. */
type LinkState =
  | { kind: 'stopped' }
  | { kind: 'opening'; socket: ClientSocket }
  | { kind: 'open'; socket: ClientSocket; since: number }
  | { kind: 'waiting'; cancel: () => void }

export class Link {
  private readonly url: string
  private readonly options: SocketIoOptions
  private readonly host: LinkHost
  private readonly clock: Clock
  private readonly connect: Connect
  private state: LinkState = { kind: 'stopped' }
  private route: Route = 'websocket'
  /** Attempts since the last one that led to a join. */
  private attempts = 0
  /** WebSockets in a row that were killed young. */
  private shortLived = 0

  constructor(url: string, options: SocketIoOptions, host: LinkHost, clock: Clock, connect: Connect = io) {
    this.url = url
    this.options = options
    this.host = host
    this.clock = clock
    this.connect = connect
  }

  /** Connects at once unless it is connected; a wait ends. */
  start(): void {
    if (this.state.kind === 'open' || this.state.kind === 'opening') return
    this.drop()
    this.open()
  }

  /** The network came back: what was learnt about the old one is void. */
  networkChanged(): void {
    if (this.state.kind !== 'waiting') return
    this.route = 'websocket'
    this.shortLived = 0
    this.attempts = 0
    this.start()
  }

  stop(): void {
    this.drop()
    this.state = { kind: 'stopped' }
  }

  /** Gives the connection up and comes back after `afterMs`, or its own back-off. */
  restart(afterMs?: number): void {
    this.drop()
    this.wait(afterMs)
  }

  /** A join was answered: the next loss starts the back-off from its beginning. */
  joined(): void {
    this.attempts = 0
  }

  private open(): void {
    const socket = this.connect(this.url, {
      path: '/socket.io',
      timeout: limits.connectTimeoutMs,
      ...this.transports(),
      ...this.options,
      auth: { ...this.options.auth, protocol: protocolVersion },
      parser: clientWireParser,
      // Its own reconnection would send what was buffered before the join, and cannot change its transports.
      reconnection: false,
      forceNew: true,
      autoConnect: false,
    })
    this.state = { kind: 'opening', socket }
    socket.on('connect', () => this.onConnect(socket))
    socket.on('connect_error', (error) => this.onConnectError(socket, error))
    socket.on('disconnect', (reason) => this.onDisconnect(socket, reason))
    socket.connect()
  }

  /**
   * WebSocket first. Where that fails polling, which goes over to WebSocket by itself if it can: a proxy that swallows
   * upgrades must not lock anybody out. (The library's own fallback stays with polling even where it need not.) Polling
   * alone after WebSockets that were cut young, for as long as it does better.
   */
  private transports(): SocketIoOptions {
    if (this.route === 'websocket') return { transports: ['websocket'] }
    if (this.route === 'polling') return { transports: ['polling', 'websocket'] }
    return { transports: ['polling'], upgrade: false }
  }

  private onConnect(socket: ClientSocket): void {
    if (this.state.kind !== 'opening' || this.state.socket !== socket) return
    this.state = { kind: 'open', socket, since: this.clock.now() }
    this.host.opened(socket)
  }

  private onConnectError(socket: ClientSocket, error: Error & { data?: unknown }): void {
    if (this.state.kind !== 'opening' || this.state.socket !== socket) return
    this.drop()
    const refusal = parseRefusal(error.data)
    if (refusal !== undefined && !this.host.refused(refusal)) {
      this.state = { kind: 'stopped' }
      return
    }
    if (refusal === undefined && this.route === 'websocket') {
      // Part of the same attempt: the other half follows at once.
      this.route = 'polling'
      if (this.options.transports === undefined) {
        this.open()
        return
      }
    } else if (refusal === undefined) {
      // Nobody there at all: then it was not the WebSocket that was killed.
      this.shortLived = 0
      this.route = 'websocket'
    }
    // First: what hears of the loss may end the link.
    this.wait(refusal?.retryAfterMs)
    this.host.lost()
  }

  private onDisconnect(socket: ClientSocket, reason: string): void {
    // Cut between the transport's handshake and Socket.IO's: there is no connect_error for that.
    if (this.state.kind === 'opening') this.onConnectError(socket, new Error(reason))
    if (this.state.kind !== 'open' || this.state.socket !== socket) return
    const age = this.clock.now() - this.state.since
    const cut = reason === 'transport close' || reason === 'transport error' || reason === 'parse error'
    const wasWebSocket = socket.io.engine?.transport.name === 'websocket'
    this.shortLived = cut && wasWebSocket && age < limits.shortLivedMs ? this.shortLived + 1 : 0
    if (this.shortLived >= 2) this.route = 'polling-only'
    // Polling was cut as well: it is not the WebSocket that is being killed.
    else if (this.route === 'polling-only') this.route = 'websocket'
    this.drop()
    this.wait()
    this.host.lost()
  }

  /** Never less than `afterMs` [E2]: only what is waited on top of it is left to chance. */
  private wait(afterMs = 0): void {
    const least = this.options.reconnectionDelay ?? limits.reconnectDelayMsMin
    const most = this.options.reconnectionDelayMax ?? limits.reconnectDelayMsMax
    const backOff = Math.min(most, least * 2 ** Math.min(this.attempts++, 10))
    const cancel = this.clock.after(afterMs + jitter(backOff, this.clock), () => this.open())
    this.state = { kind: 'waiting', cancel }
  }

  /** Lets go of whatever there is; nothing of it is heard any more. */
  private drop(): void {
    const { state } = this
    this.state = { kind: 'stopped' }
    if (state.kind === 'waiting') state.cancel()
    if (state.kind !== 'opening' && state.kind !== 'open') return
    state.socket.off()
    state.socket.disconnect()
  }
}

/** A refusal in `connect_error.data`; anything else is `undefined`. */
function parseRefusal(data: unknown): Refusal | undefined {
  if (typeof data !== 'object' || data === null || !('code' in data)) return undefined
  const { code, message, retryAfterMs } = data as Partial<Refusal>
  if (typeof code !== 'string' || !(code in errorCodes)) return undefined
  const words = typeof message === 'string' ? message : 'The server refused the connection.'
  return typeof retryAfterMs === 'number' ? { code, message: words, retryAfterMs } : { code, message: words }
}
