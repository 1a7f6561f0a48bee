// The Socket.IO door: who may connect, what a connection costs, and how rooms reach their clients. The only importer
// of socket.io.
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { protocolVersion } from '../../shared/protocol.ts'
import { serverWireParser } from '../../shared/wire.ts'
import { addressOf, isOriginAllowed } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { Broadcaster, Session } from '../session.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { Callers } from './callers.ts'
import { Connection, type ConnectionTools } from './connection.ts'
import { DoorAdapter } from './door-adapter.ts'
import { cutOff, QueueWatch, webSocketOf } from './queue-watch.ts'
import { packetRates } from './rates.ts'
import { chatRoom, docRoom } from './seat.ts'
import type { ScriptoriumServer, ScriptoriumSocket } from './types.ts'
import { type WebSocket, WebSocketTransport } from './websocket-transport.ts'
import { writeAround } from './write-at-once.ts'

type Conn = ScriptoriumSocket['conn']

export type DoorOptions = {
  publicUrl: string | undefined
  allowedOrigins: readonly string[]
  trustedProxies: number
}

export type SocketDoor = {
  broadcasterFor(id: DocumentId): Broadcaster
  /** From now on connections are served. */
  open(tools: Omit<ConnectionTools, 'sockets'>): void
  /** Tells every client that it should come back, and closes all connections. */
  close(): Promise<void>
  /** Open connections. */
  readonly connections: number
}

/** Attaches Socket.IO to the server. Until `open` every handshake is refused. */
export function createSocketDoor(httpServer: HttpServer, clock: Clock, options: DoorOptions): SocketDoor {
  const callers = new Callers(clock)
  const sockets = new WeakMap<Session, ScriptoriumSocket>()
  let tools: ConnectionTools | undefined
  let closeWatch: () => void = () => undefined

  const io: ScriptoriumServer = new Server(httpServer, {
    parser: serverWireParser,
    adapter: DoorAdapter,
    // For polling from pages of other origins that the host has listed; who may connect at all is allowRequest's business.
    cors: { origin: [...options.allowedOrigins] },
    serveClient: false,
    transports: ['polling', 'websocket'],
    maxHttpBufferSize: limits.messageBytesMax,
    pingInterval: limits.pingIntervalMs,
    pingTimeout: limits.pingTimeoutMs,
    perMessageDeflate: false,
    httpCompression: { threshold: 4_096 },
    connectTimeout: limits.joinTimeoutMs,
    allowRequest(request, decide) {
      const refusal = refusalOf(request)
      decide(refusal, refusal === null)
    },
  })

  useOwnTransport(io)

  function refusalOf(request: IncomingMessage): string | null {
    if (tools === undefined || tools.isDraining()) return 'draining'
    if (!isOriginAllowed(request, options)) return 'forbidden-origin'
    return callers.mayConnect(addressOf(request, options.trustedProxies)) ? null : 'too-many-connections'
  }

  io.engine.on('connection', (conn: Conn) => {
    conn.on('close', callers.add(addressOf(conn.request, options.trustedProxies)))
    if (tools !== undefined) boundPackets(conn, tools)
    writeAround(conn)
  })

  io.use((socket, next) => {
    if (socket.handshake.auth.protocol === protocolVersion) return next()
    const refusal = new AppError('protocol-mismatch', 'This page and the server are of different versions. Reload it.')
    next(Object.assign(new Error(refusal.message), { data: refusal.toRefusal() }))
  })

  return {
    get connections() {
      return callers.connections
    },
    broadcasterFor: (id) => broadcasterOf(io, sockets, id),
    open(given) {
      const watch = new QueueWatch(given.clock)
      tools = { ...given, sockets }
      const opened = tools
      closeWatch = () => watch.close()
      // One function for all sockets, which know their connections.
      function disconnected(this: ScriptoriumSocket, reason: string): void {
        const connection = this.data as Connection
        watch.delete(connection)
        connection.close()
        // Without a namespace nothing bounds how long the connection stays ([C4]).
        if (reason === 'client namespace disconnect') this.conn.close()
      }
      io.on('connection', (socket) => {
        const address = addressOf(socket.request, options.trustedProxies)
        forgetRequest(socket)
        const connection = new Connection(socket, { address, shares: callers.sharesOf(address) }, opened)
        watch.add(connection)
        socket.data = connection
        socket.on('disconnect', disconnected)
      })
    },
    async close() {
      const retryAfterMs = limits.drainRetryAfterMs
      for (const socket of io.sockets.sockets.values()) {
        socket.emit('closed', { code: 'draining', message: 'The server is restarting.', retryAfterMs })
      }
      // Not disconnect(), which would tell the client's library to stay away; and not io.close(), which drops what is
      // queued and closes an HTTP server that may be somebody else's.
      const conns = Object.values((io.engine as unknown as { clients: Record<string, Conn> }).clients)
      const closed = conns.map((conn) => {
        return new Promise<void>((resolve) => (webSocketOf(conn) ?? conn).once('close', () => resolve()))
      })
      for (const conn of conns) conn.close()
      await withinMs(clock, limits.closeFlushMsMax, Promise.all(closed))
      closeWatch()
      for (const conn of conns) cutOff(conn)
      io.engine.close()
      await io.of('/').adapter.close()
    },
  }
}

/** Resolves when all is done or the time is over. */
async function withinMs(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  let cancel: () => void = () => undefined
  const timeOver = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve)
  })
  await Promise.race([done, timeOver])
  cancel()
}

/** The types hide where the library makes its transports; polling stays as it is. */
function useOwnTransport(io: ScriptoriumServer): void {
  type Making = { createTransport(name: string, request: { websocket: WebSocket }): unknown }
  const engine = io.engine as unknown as Making
  const make = engine.createTransport.bind(engine)
  engine.createTransport = (name, request) =>
    name === 'websocket' ? new WebSocketTransport(request.websocket) : make(name, request)
}

/** Whatever a packet says, receiving it costs: an address that floods is cut off before rates of events matter ([C5]). */
function boundPackets(conn: Conn, { clock, metrics }: ConnectionTools): void {
  const buckets = new TokenBuckets(clock, packetRates)
  // Not `data`, which tells of messages only: pongs cost as much.
  conn.on('packet', ({ data }: { data?: string | Uint8Array }) => {
    if (buckets.take('packets') === 0 && buckets.take('bytes', data?.length ?? 0) === 0) return
    metrics.refused('packet', 'rate-limited')
    conn.close(true)
  })
}

/**
 * The library keeps, as long as the connection stands, the request that it began with and what it made of its headers: as
 * much memory as a session takes. It uses neither any more.
 */
function forgetRequest(socket: ScriptoriumSocket): void {
  const kept: { conn: { request: unknown }; handshake: unknown } = socket
  kept.conn.request = undefined
  kept.handshake = undefined
}

/** Exported for the simulation, whose network is not the library's. */
export function broadcasterOf(
  io: Pick<ScriptoriumServer, 'to' | 'of'>,
  sockets: WeakMap<Session, ScriptoriumSocket>,
  id: DocumentId,
): Broadcaster {
  const live = docRoom(id)
  const textOnly = chatRoom(id)
  const hasTextOnly = () => io.of('/').adapter.rooms.has(textOnly)
  return {
    update(header, bytes, except) {
      const author = except === undefined ? undefined : sockets.get(except)
      if (author === undefined) io.to(live).emit('update', header, bytes)
      else author.broadcast.to(live).emit('update', header, bytes)
    },
    presence: (changes) => void io.to(live).emit('presence', changes),
    presenceToTextOnly: (changes) => {
      if (hasTextOnly()) io.to(textOnly).emit('presence', changes)
    },
    heartbeat: (beat) => void io.to(live).emit('heartbeat', beat),
    settings: (change) => void io.to(live).to(textOnly).emit('settings', change),
    chat(message, except) {
      const author = except === undefined ? undefined : sockets.get(except)
      const everybody = author?.broadcast ?? io
      everybody.to(live).to(textOnly).emit('chat', message)
    },
  }
}
