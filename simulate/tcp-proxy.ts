// A TCP proxy on 127.0.0.1 that breaks connections the way networks do. It knows no protocol, but for the first request of a
// connection, by which it tells a WebSocket upgrade. Clients that reuse a connection for an upgrade are not seen as such.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIP, type Socket } from 'node:net'
import { connect as connectSecurely, TLSSocket } from 'node:tls'

/** What happens to a connection whose first request asks for a WebSocket. `refuse` answers 400, `silence` never answers. */
export type UpgradeMode = 'pass' | 'refuse' | 'silence' | 'close'

/** All of them hold from the moment they are set, for connections that stand as well, unless said otherwise. */
export type Faults = {
  /** New connections are accepted and cut at once. */
  refuse: boolean
  /** Half-open: nothing goes either way, not even an end, but connections stay. What was sent arrives once it is false. */
  frozen: boolean
  /** Nothing reaches the client any more, while what it sends still arrives: answers get lost when it is cut then. */
  deaf: boolean
  /** Each way; order is kept. */
  delayMs: number
  /** Each way of each connection. */
  bytesPerSecond: number
  /** A connection is cut after exactly this many bytes, both ways together, counted from when the fault was set. */
  cutAfterBytes: number
  /** For connections that send their first request from now on. */
  upgrades: UpgradeMode
}

export const noFaults: Faults = {
  refuse: false,
  frozen: false,
  deaf: false,
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  cutAfterBytes: Number.POSITIVE_INFINITY,
  upgrades: 'pass',
}

/** Bytes held in one direction before its source has to wait: small, so that a slow reader is felt by who writes. */
const heldBytesMax = 256 * 1024
/** A throttled direction writes this many times a second. */
const slicesPerSecond = 50
const requestHeadBytesMax = 16 * 1024

/** Where connections go. `isSecure`: over TLS, while clients talk plainly to the proxy. */
export type ProxyTarget = { host: string; port: number; isSecure: boolean }

type Held = { bytes: Buffer; dueAt: number }

/** The two sockets of one connection, and how many bytes it may still carry. */
type Link = { client: Socket; upstream: Socket; bytesLeft: number; cut: () => void }

export class TcpProxy {
  readonly port: number
  /** Connections that found `refuse` set. */
  refusedCount = 0
  private readonly target: ProxyTarget
  private readonly server: ReturnType<typeof createServer>
  private faults: Faults = noFaults
  private readonly links = new Set<Link>()
  private readonly flows = new Set<Flow>()
  private waiting: (() => void)[] = []

  /** Use startTcpProxy. */
  constructor(server: ReturnType<typeof createServer>, target: ProxyTarget) {
    this.server = server
    this.target = target
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client) => this.accept(client))
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get connectionCount(): number {
    return this.links.size
  }

  /** Changes the faults that are named and leaves the others. `set(noFaults)` heals the network. */
  set(faults: Partial<Faults>): void {
    this.faults = { ...this.faults, ...faults }
    if (faults.cutAfterBytes !== undefined) for (const link of this.links) link.bytesLeft = faults.cutAfterBytes
    for (const flow of this.flows) flow.run()
  }

  /** Cuts every connection with a reset; what was held is lost. New ones are let in, unless `refuse` is set. */
  cut(): void {
    for (const link of [...this.links]) link.cut()
  }

  /** Resolves when no connection stands. */
  async whenIdle(): Promise<void> {
    if (this.links.size > 0) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  /** Cuts every connection and frees the port. */
  async close(): Promise<void> {
    this.cut()
    this.server.close()
    await once(this.server, 'close')
  }

  private accept(client: Socket): void {
    if (this.faults.refuse) {
      this.refusedCount++
      client.on('error', ignore)
      client.resetAndDestroy()
      return
    }
    const upstream = this.reach()
    const link: Link = { client, upstream, bytesLeft: this.faults.cutAfterBytes, cut: () => this.drop(link) }
    this.links.add(link)
    const flows = [
      new Flow(link, client, upstream, () => this.faults, true),
      new Flow(link, upstream, client, () => this.faults, false),
    ]
    for (const flow of flows) this.flows.add(flow)
    for (const socket of [client, upstream]) {
      socket.on('error', () => this.drop(link))
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) this.leave(link)
        for (const flow of flows) flow.run()
      })
    }
    client.once('close', () => this.forget(link, flows))
    upstream.once('close', () => this.forget(link, flows))
  }

  private reach(): Socket {
    const { host, port, isSecure } = this.target
    const options = { host, port, allowHalfOpen: true, noDelay: true }
    if (!isSecure) return connect(options)
    // A name only: certificates of bare addresses are looked up by address.
    return connectSecurely({ ...options, ...(isIP(host) === 0 && { servername: host }) })
  }

  private forget(link: Link, flows: Flow[]): void {
    if (!link.client.destroyed || !link.upstream.destroyed) return
    for (const flow of flows) {
      flow.stop()
      this.flows.delete(flow)
    }
  }

  private drop(link: Link): void {
    link.client.resetAndDestroy()
    // Node resets bare connections only.
    if (link.upstream instanceof TLSSocket) link.upstream.destroy()
    else link.upstream.resetAndDestroy()
    this.leave(link)
  }

  private leave(link: Link): void {
    this.links.delete(link)
    if (this.links.size === 0) for (const resolve of this.waiting.splice(0)) resolve()
  }
}

/** One direction of a link. */
class Flow {
  private readonly link: Link
  private readonly from: Socket
  private readonly to: Socket
  private readonly faults: () => Faults
  private readonly isFromClient: boolean
  private held: Held[] = []
  private heldBytes = 0
  private hasEnded = false
  private timer: NodeJS.Timeout | undefined
  /** Monotonic ms before which a throttled direction writes nothing more. */
  private throttledUntil = 0
  /** `reading`: the first request is not complete; `swallowed`: it was an upgrade that must not pass. */
  private head: 'reading' | 'known' | 'swallowed'
  private headBytes = Buffer.alloc(0)

  constructor(link: Link, from: Socket, to: Socket, faults: () => Faults, isClient: boolean) {
    this.link = link
    this.from = from
    this.to = to
    this.faults = faults
    this.isFromClient = isClient
    this.head = isClient ? 'reading' : 'known'
    from.on('data', (bytes: Buffer) => this.take(bytes))
    from.on('end', () => {
      this.hasEnded = true
      this.run()
    })
    to.on('drain', () => this.run())
  }

  stop(): void {
    clearTimeout(this.timer)
    this.held = []
  }

  /** Passes on what may go now, and looks again when more may. */
  run(): void {
    clearTimeout(this.timer)
    const { frozen: isFrozen, deaf } = this.faults()
    const frozen = isFrozen || (deaf && !this.isFromClient)
    if (frozen || this.heldBytes >= heldBytesMax) this.from.pause()
    else if (this.from.isPaused()) this.from.resume()
    if (frozen || this.to.destroyed) return
    while (this.held[0]) {
      const waitMs = Math.max(this.held[0].dueAt, this.throttledUntil) - performance.now()
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.run(), Math.ceil(waitMs))
        return
      }
      if (this.to.writableNeedDrain) return
      this.pass(this.held[0])
      if (this.to.destroyed) return
    }
    if (this.from.isPaused()) this.from.resume()
    if (this.hasEnded && !this.to.writableEnded) this.to.end()
  }

  private take(bytes: Buffer): void {
    if (this.head === 'swallowed') return
    if (this.head === 'reading') {
      const known = this.readHead(bytes)
      if (!known) return
      this.hold(known)
    } else {
      this.hold(bytes)
    }
    this.run()
  }

  /** Everything read so far, once it may pass. */
  private readHead(bytes: Buffer): Buffer | undefined {
    this.headBytes = Buffer.concat([this.headBytes, bytes])
    const mode = this.faults().upgrades
    const isComplete = this.headBytes.includes('\r\n\r\n') || this.headBytes.length > requestHeadBytesMax
    if (mode === 'pass') {
      this.head = 'known'
      return this.headBytes
    }
    if (!isComplete) return undefined
    if (!/^upgrade:\s*websocket/im.test(this.headBytes.toString('latin1'))) {
      this.head = 'known'
      return this.headBytes
    }
    this.head = 'swallowed'
    if (mode === 'close') this.link.cut()
    if (mode === 'refuse') {
      this.from.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      this.to.destroy()
    }
    return undefined
  }

  private hold(bytes: Buffer): void {
    this.held.push({ bytes, dueAt: performance.now() + this.faults().delayMs })
    this.heldBytes += bytes.length
  }

  private pass(first: Held): void {
    const { bytesPerSecond } = this.faults()
    const share = Math.max(1, Math.ceil(bytesPerSecond / slicesPerSecond))
    const slice = first.bytes.subarray(0, Math.min(share, this.link.bytesLeft))
    first.bytes = first.bytes.subarray(slice.length)
    if (first.bytes.length === 0) this.held.shift()
    this.heldBytes -= slice.length
    this.link.bytesLeft -= slice.length
    if (bytesPerSecond !== Number.POSITIVE_INFINITY) {
      this.throttledUntil = performance.now() + (slice.length / bytesPerSecond) * 1000
    }
    if (this.link.bytesLeft > 0) {
      this.to.write(slice)
      return
    }
    // The last bytes still arrive, so this is an end and no reset.
    this.stop()
    this.from.pause()
    this.to.end(slice, () => {
      this.to.destroy()
      this.from.destroy()
    })
  }
}

/** For a socket that is being cut: its error is what was asked for. */
function ignore(): undefined {
  return undefined
}

/**
 * A proxy on a free port of 127.0.0.1 that passes everything on until faults are set. A bare port is one of 127.0.0.1.
 */
export async function startTcpProxy(target: ProxyTarget | number): Promise<TcpProxy> {
  const server = createServer({ allowHalfOpen: true, noDelay: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const place = typeof target === 'number' ? { host: '127.0.0.1', port: target, isSecure: false } : target
  return new TcpProxy(server, place)
}
