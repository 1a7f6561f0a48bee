// Wires the whole server together: everything it keeps hangs from here. Exported as `scriptorium/server`.
import { existsSync } from 'node:fs'
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type DocumentId, platformRandom } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import { type Clock, systemClock } from './clock.ts'
import { CommitQueue } from './commit-queue.ts'
import type { Config } from './config.ts'
import { Chat } from './features/chat.ts'
import { Deletion } from './features/deletion.ts'
import { Documents } from './features/documents.ts'
import { DocumentSettings } from './features/settings.ts'
import { Share } from './features/share.ts'
import { type Fold, foldHere } from './fold.ts'
import { FoldThread } from './fold-thread.ts'
import { createHttpDoor } from './http/door.ts'
import { TcpConnections } from './http/tcp-connections.ts'
import { loadIdentity } from './identity.ts'
import { createLog } from './log.ts'
import { MetaChanges } from './meta-changes.ts'
import { Metrics } from './metrics.ts'
import { Rooms } from './rooms.ts'
import { createSocketDoor } from './socket/door.ts'
import { openLevelStore } from './store/level.ts'
import type { Store } from './store/store.ts'
import { threadMs } from './thread-clock.ts'
import { UpdateLog } from './update-log.ts'
import { WrongKeys } from './wrong-keys.ts'

export type { Config } from './config.ts'

export type ScriptoriumOptions = Partial<Config> & {
  dataDir: string
  /** Attach to this server instead of an own one. Its request listeners go on answering what is not Scriptorium's. */
  httpServer?: HttpServer
  /** Where documents are kept instead of LevelDB in `dataDir`. */
  store?: Store
  /** Time, for tests and simulations. */
  clock?: Clock
  /** Serve the API and the sockets without the page. */
  withoutPage?: boolean
}

export type Scriptorium = {
  /** Address of this machine, e.g. http://localhost:3000; known once it listens. */
  readonly url: string
  readonly httpServer: HttpServer
  /** Live documents; for tests and tools. */
  readonly rooms: Rooms
  readonly queue: CommitQueue
  /** Listens. Port 0 picks a free one. Resolves when connections are taken. */
  listen(port?: number, host?: string): Promise<void>
  /** The drain: no new work, commits and acks out, connections closed with a hint to come back, files given up. */
  close(): Promise<void>
}

/** Opens the data folder and builds a server. Throws when the folder is in use, damaged or cannot be written. */
export async function createScriptorium(options: ScriptoriumOptions): Promise<Scriptorium> {
  const { dataDir, durability = 'fsync', logLevel = 'silent', trustedProxies = 0 } = options
  const { publicUrl, allowedOrigins = [] } = options
  const clock = options.clock ?? systemClock
  const random = platformRandom
  const log = createLog(logLevel)
  const metrics = new Metrics(log)
  const store = options.store ?? (await openLevelStore({ folder: dataDir, durability }))
  const identity = await loadIdentity(store).catch(async (error) => {
    await store.close()
    throw error
  })
  const queue = new CommitQueue({ store, clock, log })
  queue.onChange((degraded) => {
    if (degraded) log.error('the disk refuses writes: nothing is acknowledged until it takes them again')
    else log.info('the disk takes writes again')
  })
  const updateLog = new UpdateLog(store)
  const httpServer = options.httpServer ?? createServer()
  const otherListeners = httpServer.listeners('request') as RequestListener[]
  const otherUpgrades = httpServer.listeners('upgrade')
  httpServer.removeAllListeners('request')
  // Those of a proxy are everybody's, and an HTTP server that is somebody else's has bounds of its own.
  const isOpenToAll = options.httpServer === undefined && trustedProxies === 0
  const tcpPerAddressMax = limits.connectionsPerAddressMax + limits.httpConnectionsPerAddressMax
  const connections = new TcpConnections(httpServer, isOpenToAll ? tcpPerAddressMax : undefined)
  if (options.httpServer === undefined) {
    httpServer.headersTimeout = limits.httpHeadersMsMax
    httpServer.requestTimeout = limits.httpRequestMsMax
    httpServer.maxConnections = limits.connectionsMax + limits.httpConnectionsMax
  }
  const door = createSocketDoor(httpServer, clock, { publicUrl, allowedOrigins, trustedProxies })
  // Somebody who asks and never reads must not keep an answer in memory for ever. From the first request on, and behind
  // the door, which takes the listeners before it over: a WebSocket would keep the timer all its life.
  if (options.httpServer === undefined) {
    httpServer.on('request', ({ socket }) => void socket.setTimeout(limits.httpIdleMsMax))
  }
  const broadcasterFor = (id: DocumentId) => door.broadcasterFor(id)
  const { fold, endFolding } = folding(clock)
  const rooms = new Rooms({ store, updateLog, queue, clock, random, log, events: metrics, fold, broadcasterFor })
  const documents = new Documents({ updateLog, queue, rooms, clock, random })
  const metaChanges = new MetaChanges(rooms, queue)
  const share = new Share({ metaChanges, random })
  const deletion = new Deletion({ store, queue, rooms, metaChanges, clock, log })
  const settings = new DocumentSettings({ metaChanges, broadcasterFor })
  const chat = new Chat({ store, queue, clock, broadcasterFor })
  const wrongKeys = new WrongKeys()
  let isDraining = false
  let closing: Promise<void> | undefined

  metrics.watch({
    sessions: () => rooms.sessionCount,
    rooms: () => rooms.size,
    degraded: () => queue.degraded,
    commits: () => queue.stats,
  })
  httpServer.on(
    'request',
    exceptSocketIo(
      createHttpDoor(
        { publicUrl, allowedOrigins, trustedProxies },
        {
          documents,
          share,
          deletion,
          wrongKeys,
          metrics,
          log,
          isDraining: () => isDraining,
          isDegraded: () => queue.degraded,
          pageDir: options.withoutPage ? undefined : findPage(),
          otherwise: otherListeners.length === 0 ? undefined : callAll(otherListeners),
        },
      ),
    ),
  )
  door.open({
    rooms,
    documents,
    settings,
    chat,
    clock,
    random,
    identity,
    updateLog,
    metrics,
    wrongKeys,
    isDraining: () => isDraining,
  })

  void deletion.resume()

  async function drain(): Promise<void> {
    isDraining = true
    if (httpServer.listening) log.info('draining')
    await Promise.race([queue.whenIdle(), new Promise<void>((resolve) => clock.after(limits.drainMsMax / 2, resolve))])
    await door.close()
    if (options.httpServer === undefined) await closeServer(httpServer, connections)
    else giveBack(httpServer, { request: otherListeners, upgrade: otherUpgrades })
    await rooms.compactAll(limits.drainMsMax / 4)
    rooms.close()
    endFolding()
    queue.close()
    await store.close()
    log.info('closed')
  }

  return {
    httpServer,
    rooms,
    queue,
    get url() {
      const address = httpServer.address() as AddressInfo | null
      if (address === null) throw new Error('the server does not listen yet')
      return `http://localhost:${address.port}`
    },
    listen: (port = options.port ?? 3000, host = options.host ?? '0.0.0.0') => listen(httpServer, port, host),
    close: () => {
      closing ??= drain()
      return closing
    },
  }
}

/** In a thread where there is a built script for one; run from its sources the server folds where it is. */
function folding(clock: Clock): { fold: Fold; endFolding(): void } {
  const script = new URL('./fold-worker.js', import.meta.url)
  if (!existsSync(script)) {
    const fold: Fold = async (log, seq, measured) => foldHere(log, seq, measured ? threadMs : undefined)
    return { fold, endFolding: () => undefined }
  }
  const thread = new FoldThread(script, clock)
  return { fold: thread.fold, endFolding: () => thread.close() }
}

function listen(httpServer: HttpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    httpServer.once('error', reject)
    httpServer.listen(port, host, () => {
      httpServer.off('error', reject)
      resolve()
    })
  })
}

function closeServer(httpServer: HttpServer, connections: TcpConnections): Promise<void> {
  return new Promise((resolve) => {
    httpServer.close(() => resolve())
    connections.destroyAll()
  })
}

/** Somebody else's server goes on without us, with the listeners it came with. */
function giveBack(httpServer: HttpServer, before: { request: unknown[]; upgrade: unknown[] }): void {
  for (const event of ['request', 'upgrade'] as const) {
    httpServer.removeAllListeners(event)
    for (const listener of before[event]) httpServer.on(event, listener as () => void)
  }
}

function callAll(listeners: readonly RequestListener[]): RequestListener {
  return (request, response) => {
    for (const listener of listeners) listener(request, response)
  }
}

/** Engine.IO answers its own path; every other request is ours. */
function exceptSocketIo(handle: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith('/socket.io/')) return
    handle(request, response)
  }
}

/** The page that `npm run build` made: beside the compiled server, or in dist/ when the server runs from its sources. */
function findPage(): string {
  const places = ['../page', '../dist/page'].map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(`${place}/index.html`))
  if (found === undefined) throw new Error('The page is not built. Run: npm run build')
  return found
}
