// People who do the same at a steady rate, each in a room with others, and what the others' doings take to reach them. The
// same for every server but for the client class.
import { edits } from './edits.mjs'
import { Histogram } from './histogram.mjs'

/** Sending times kept per person. */
const sentKept = 1_024
const joinsAtOnce = 16

export class Crowd {
  latency = new Histogram()
  /** How late this process itself sends: where that is much, it and not the server is what was measured. */
  lateness = new Histogram()
  writers = []
  /** Connections that only read. What they get is not counted. */
  readers = []
  deliveries = 0
  sent = 0
  lastArrival = 0
  isMeasuring = false

  /**
   * `activity`: 'type', 'paste' or 'move'. `makeClient(room, listener)` makes one of the server's kind. A room that has text
   * already says the `places` where its writers begin (edits.mjs).
   */
  constructor({ name, rooms, writersPerRoom, readersPerRoom = 0, activity, perSecond }, makeClient) {
    this.name = name
    this.rooms = rooms.map((room) => ({ ...room, members: new Map(), placesTaken: 0 }))
    this.writersPerRoom = writersPerRoom
    this.readersPerRoom = readersPerRoom
    this.edit = edits[activity]
    this.perSecond = perSecond
    this.makeClient = makeClient
    this.listener = {
      onRuns: (receiver, runs) => this.#onRuns(receiver, runs),
      onCursor: (receiver, client, n) => this.#onCursor(receiver, client, n),
    }
  }

  async connect() {
    const waiting = this.rooms.flatMap((room) => [
      ...Array.from({ length: this.writersPerRoom }, () => () => this.#connectWriter(room)),
      ...Array.from({ length: this.readersPerRoom }, () => () => this.#connectReader(room)),
    ])
    const connectNext = async () => {
      for (let connect = waiting.shift(); connect !== undefined; connect = waiting.shift()) await connect()
    }
    await Promise.all(Array.from({ length: joinsAtOnce }, connectNext))
  }

  /** The writers take turns, so that the load is even. */
  schedule(start) {
    this.intervalMs = 1_000 / this.perSecond
    this.writers.forEach((writer, i) => {
      writer.dueAt = start + (this.intervalMs * ((i * 7919) % this.writers.length)) / this.writers.length
    })
  }

  /** Everybody who is due at `now` does it. */
  act(now) {
    for (const writer of this.writers) {
      if (writer.dueAt > now) continue
      const sentAt = performance.now()
      if (this.isMeasuring) this.lateness.add(sentAt - writer.dueAt)
      writer.sentAt[writer.count % sentKept] = sentAt
      if (this.edit === undefined) writer.client.move(writer.count++)
      else writer.client.send(this.edit.of(writer.client.client, writer.count++, writer.place))
      this.sent++
      writer.dueAt += this.intervalMs
    }
  }

  get expected() {
    return this.sent * (this.writersPerRoom - 1)
  }

  get refusals() {
    return this.writers.reduce((sum, { client }) => sum + client.refusals, 0)
  }

  get firstRefusal() {
    return this.writers.find(({ client }) => client.refusal)?.client.refusal
  }

  close() {
    for (const { client } of this.writers) client.close()
    for (const reader of this.readers) reader.close()
  }

  async #connectWriter(room) {
    const writer = { sentAt: new Float64Array(sentKept), count: 0, dueAt: 0, seen: new Map() }
    writer.client = this.makeClient(room, this.listener)
    writer.client.members = room.members
    writer.place = room.places?.[room.placesTaken++]
    await writer.client.join()
    room.members.set(writer.client.client, writer)
    this.writers.push(writer)
  }

  async #connectReader(room) {
    const nobody = () => undefined
    const reader = this.makeClient(room, { onRuns: nobody, onCursor: nobody })
    await reader.join()
    this.readers.push(reader)
  }

  #onRuns(receiver, runs) {
    for (const [client, clock, length] of runs) {
      if (client === receiver.client) continue
      this.#arrived(receiver, client, clock / this.edit.length, (clock + length) / this.edit.length)
    }
  }

  /** A place that was passed over has arrived with the one that came after it. */
  #onCursor(receiver, client, n) {
    const writer = receiver.members.get(receiver.client)
    if (client === receiver.client || writer === undefined) return
    const last = writer.seen.get(client) ?? -1
    if (n <= last) return
    writer.seen.set(client, n)
    this.#arrived(receiver, client, last + 1, n + 1)
  }

  #arrived(receiver, client, first, end) {
    const now = performance.now()
    this.lastArrival = now
    this.deliveries += end - first
    if (!this.isMeasuring) return
    const { sentAt } = receiver.members.get(client)
    for (let n = first; n < end; n++) this.latency.add(now - sentAt[n % sentKept])
  }
}
