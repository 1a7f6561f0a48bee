// The network between pages and a server: each connection delivers in order, each message takes its time, and anything
// can be cut, held up or lost. It knows bytes, and of what they mean only which of them are broadcasts.
import type { ClientSocket, Connect } from '../../client/sync/link.ts'
import { limits } from '../../shared/limits.ts'
import { type Adapter, ClientEnd, emptied, isBroadcast, type Message, ServerEnd } from './socket-end.ts'
import type { ProcessClock, Timeline } from './timeline.ts'

/** What stands at the other side: a server that listens. */
export type Listening = {
  readonly clock: ProcessClock
  readonly adapter: Adapter
  readonly isDraining: boolean
  /** A connection stands. */
  accept(end: ServerEnd): void
}

export class Network {
  readonly timeline: Timeline
  readonly connections = new Set<Connection>()
  /** ms that a message takes. */
  latency: { least: number; most: number } = { least: 0.1, most: 3 }
  /** False: nothing new gets through. */
  isUp = true
  server: Listening | undefined
  messages = 0
  /** Whether a broadcast ever arrived empty: only then may texts differ. */
  hasEmptied = false
  /** Pages to which a broadcast was lost. */
  readonly lossy = new Set<ProcessClock>()

  constructor(timeline: Timeline) {
    this.timeline = timeline
  }

  /** The `connect` of a provider that runs in this process. */
  connectFrom(clock: ProcessClock): Connect {
    return () => this.dial(clock).client as unknown as ClientSocket
  }

  dial(clock: ProcessClock): Connection {
    return new Connection(this, clock)
  }

  delay(): number {
    return this.timeline.between(this.latency.least, this.latency.most)
  }

  /** The server's process is gone: its connections are closed by the machine, or (without power) just silent. */
  serverDied(isSilent: boolean): void {
    this.server = undefined
    for (const connection of [...this.connections]) {
      if (isSilent) connection.halfOpen()
      else connection.cut({ losesUp: true, losesDown: this.timeline.random.chance(0.5) })
    }
  }

  /** Whether a broadcast to this page was lost since that was asked last: only then may it miss something. */
  takeLoss(clock: ProcessClock): boolean {
    return this.lossy.delete(clock)
  }

  /** A page is gone without a word. */
  pageDied(clock: ProcessClock): void {
    for (const connection of [...this.connections]) {
      if (connection.client.clock === clock)
        connection.cut({ losesUp: this.timeline.random.chance(0.5), losesDown: true })
    }
  }
}

/** One direction of a connection. */
class Pipe {
  readonly #network: Network
  readonly #deliver: (message: Message) => void
  /** What the receiver does not read yet, while it reads nothing. */
  readonly held: { data: Message }[] = []
  isHolding = false
  #lastAt = 0
  #isOpen = true
  /** Raised when what is on its way is lost. */
  #generation = 0

  constructor(network: Network, deliver: (message: Message) => void) {
    this.#network = network
    this.#deliver = deliver
  }

  send(message: Message): void {
    if (!this.#isOpen) return
    if (this.isHolding) this.held.push({ data: message })
    else this.#sendNow(() => this.#deliver(message))
  }

  /** What was held goes on its way. */
  release(): void {
    this.isHolding = false
    for (const { data } of this.held.splice(0)) this.send(data)
  }

  /** Nothing goes in any more; after what is on its way (or lost) the receiver hears of the end. */
  close(isLost: boolean, ended: () => void): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (isLost) this.#generation++
    this.#sendNow(ended)
  }

  /** Swallows everything from now on. */
  silence(): void {
    this.#isOpen = false
    this.#generation++
  }

  #sendNow(arrive: () => void): void {
    const { timeline } = this.#network
    const generation = this.#generation
    this.#lastAt = Math.max(this.#lastAt, timeline.now + this.#network.delay())
    timeline.at(this.#lastAt, () => {
      if (generation === this.#generation) arrive()
    })
  }
}

export class Connection {
  readonly client: ClientEnd
  server: ServerEnd | undefined
  readonly up: Pipe
  readonly down: Pipe
  /** Of so many broadcasts from now on nothing arrives, or nothing of their content. */
  losesBroadcasts = 0
  emptiesBroadcasts = 0
  readonly #network: Network

  constructor(network: Network, clock: ProcessClock) {
    this.#network = network
    this.client = new ClientEnd(this, clock)
    this.up = new Pipe(network, (message) => this.#toServer(message))
    this.down = new Pipe(network, (message) => this.#toClient(message))
  }

  open(): void {
    const { timeline } = this.#network
    timeline.at(timeline.now + this.#network.delay(), () => this.#arrive())
  }

  leftByClient(wasConnected: boolean): void {
    this.#network.connections.delete(this)
    if (wasConnected) this.up.close(false, () => this.#endServer('client namespace disconnect'))
    this.down.silence()
  }

  closedByServer(): void {
    this.up.silence()
    this.down.close(false, () => this.#endClient('transport close'))
    this.#endServer('forced close')
  }

  /** Both sides hear of it after a while. */
  cut({ losesUp, losesDown }: { losesUp: boolean; losesDown: boolean }): void {
    this.#network.timeline.note(`cut ${losesUp} ${losesDown}`)
    this.up.close(losesUp, () => this.#endServer('transport close'))
    this.down.close(losesDown, () => this.#endClient('transport close'))
  }

  /** Nothing gets through, and each side finds out by itself. */
  halfOpen(): void {
    const { timeline } = this.#network
    this.up.silence()
    this.down.silence()
    const patience = () =>
      timeline.now + timeline.between(limits.pingTimeoutMs, limits.pingIntervalMs + limits.pingTimeoutMs)
    timeline.at(patience(), () => this.#endServer('ping timeout'))
    timeline.at(patience(), () => this.#endClient('ping timeout'))
  }

  #arrive(): void {
    const { server, isUp, timeline } = this.#network
    const { client } = this
    if (!isUp) {
      client.clock.after(limits.connectTimeoutMs, () => client.refused())
      return
    }
    if (server === undefined || server.isDraining) {
      client.clock.after(this.#network.delay(), () => client.refused())
      return
    }
    this.#network.connections.add(this)
    this.server = new ServerEnd(this, server.clock, server.adapter)
    this.server.connected = true
    timeline.note('connected')
    timeline.at(timeline.now + this.#network.delay(), () => {
      if (!client.clock.stopped) client.opened()
    })
    server.accept(this.server)
  }

  #toServer(message: Message): void {
    const { server } = this
    if (server === undefined || !server.connected || server.clock.stopped) return
    this.#count('up', message)
    try {
      server.receive(message)
    } catch (error) {
      this.#network.timeline.note(`unreadable ${String(error)}`)
      this.closedByServer()
    }
  }

  #toClient(message: Message): void {
    const { client } = this
    if (!client.connected || client.clock.stopped) return
    this.#count('down', message)
    if (this.losesBroadcasts + this.emptiesBroadcasts > 0 && isBroadcast(message)) {
      if (this.losesBroadcasts > 0) {
        this.losesBroadcasts--
        this.#network.lossy.add(client.clock)
        return
      }
      this.emptiesBroadcasts--
      client.receive(emptied(message))
      return
    }
    client.receive(message)
  }

  #count(direction: string, message: Message): void {
    this.#network.messages++
    this.#network.timeline.note(direction, message)
  }

  #endServer(reason: string): void {
    this.#network.connections.delete(this)
    if (this.server !== undefined && !this.server.clock.stopped) this.server.over(reason)
  }

  #endClient(reason: string): void {
    this.#network.connections.delete(this)
    if (!this.client.clock.stopped) this.client.over(reason)
  }
}
