// The two ends of a virtual connection, with the part of the Socket.IO API that page and server use: events, acks,
// rooms. Packets go through the product's own wire format, so nothing is shared between the two sides.
import { limits } from '../../shared/limits.ts'
import { clientWireParser, type Decoder, Encoder, serverWireParser } from '../../shared/wire.ts'
import type { ProcessClock } from './timeline.ts'

export type Message = string | Uint8Array
/** The connection, as its ends see it. */
export type Line = {
  readonly up: { send(message: Message): void }
  readonly down: { send(message: Message): void; readonly held: { data: Message }[] }
  open(): void
  leftByClient(wasConnected: boolean): void
  closedByServer(): void
}

type Listener = (...args: unknown[]) => void
type Ack = { call: Listener; withError: boolean }

const encoder = new Encoder()
const eventType = 2
const ackType = 3
const binaryEventType = 5
const binaryAckType = 6

const encodeEvent = (data: unknown[], id?: number): Message =>
  encoder.encode({ type: eventType, nsp: '/', data, ...(id !== undefined && { id }) })[0]

/** The event in a message that a server sent, or `undefined` for an answer. */
function eventIn(message: Message): unknown[] | undefined {
  let event: unknown[] | undefined
  const decoder = new clientWireParser.Decoder().on('decoded', ({ type, data }) => {
    if (type === eventType || type === binaryEventType) event = data as unknown[]
  })
  decoder.add(message)
  return event
}

export const isBroadcast = (message: Message): boolean => eventIn(message)?.[0] === 'update'

/** The same broadcast, with nothing in it. */
export const emptied = (message: Message): Message =>
  encodeEvent([...eventIn(message)!.slice(0, -1), Uint8Array.of(0, 0)])

/** What both ends can do. */
abstract class SocketEnd {
  connected = false
  readonly connection: Line
  readonly clock: ProcessClock
  readonly #listeners = new Map<string, Listener[]>()
  readonly #decoder: Decoder
  #acks = new Map<number, Ack>()
  #nextId = 0

  constructor(connection: Line, clock: ProcessClock, decoder: Decoder) {
    this.connection = connection
    this.clock = clock
    this.#decoder = decoder
    decoder.on('decoded', (packet) => this.#heard(packet))
  }

  abstract write(message: Message): void

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    return this
  }

  off(): this {
    this.#listeners.clear()
    return this
  }

  emit(...data: unknown[]): boolean {
    return this.send(data, undefined)
  }

  /** Throws what the decoder throws: the connection is over then. */
  receive(message: Message): void {
    this.#decoder.add(message)
  }

  /** Calls the listeners of one of the library's own events. */
  tell(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args)
  }

  protected send(data: unknown[], timeoutMs: number | undefined): boolean {
    const last = data.at(-1)
    if (typeof last !== 'function') {
      if (this.connected) this.write(encodeEvent(data))
      return true
    }
    const id = this.#nextId++
    let call = last as Listener
    if (timeoutMs !== undefined) {
      const cancel = this.clock.after(timeoutMs, () => {
        if (this.#acks.delete(id)) (last as Listener)(new Error('operation has timed out'))
      })
      call = (...args) => {
        cancel()
        ;(last as Listener)(...args)
      }
    }
    this.#acks.set(id, { call, withError: timeoutMs !== undefined })
    if (this.connected) this.write(encodeEvent(data.slice(0, -1), id))
    return true
  }

  /** As the library does: who asked with a timeout is told, everybody else hears nothing. */
  protected clearAcks(): void {
    const acks = this.#acks
    this.#acks = new Map()
    for (const { call, withError } of acks.values()) if (withError) call(new Error('socket has been disconnected'))
  }

  #heard(packet: { type: number; data?: unknown; id?: number | undefined }): void {
    const data = packet.data as unknown[]
    if (packet.type === ackType || packet.type === binaryAckType) this.#answered(packet.id, data)
    else if (packet.type === eventType || packet.type === binaryEventType) this.#happened(data, packet.id)
  }

  #answered(id: number | undefined, data: unknown[]): void {
    const ack = id === undefined ? undefined : this.#acks.get(id)
    if (ack === undefined) return
    this.#acks.delete(id!)
    if (ack.withError) ack.call(null, ...data)
    else ack.call(...data)
  }

  #happened([event, ...args]: unknown[], id: number | undefined): void {
    if (id !== undefined) args.push(this.#answerOf(id))
    this.came(event as string, args)
  }

  /** The other side sent an event. */
  protected came(event: string, args: unknown[]): void {
    this.tell(event, ...args)
  }

  #answerOf(id: number): Listener {
    let isSent = false
    return (...data) => {
      if (isSent || !this.connected) return
      isSent = true
      this.write(encoder.encode({ type: ackType, nsp: '/', data, id })[0])
    }
  }
}

/** The page's end: what `io()` would give. */
export class ClientEnd extends SocketEnd {
  readonly io = { engine: { transport: { name: 'websocket' } } }
  #isOver = false

  constructor(connection: Line, clock: ProcessClock) {
    super(connection, clock, new clientWireParser.Decoder())
  }

  connect(): void {
    this.connection.open()
  }

  disconnect(): void {
    if (this.#isOver) return
    const wasConnected = this.connected
    this.over('io client disconnect')
    this.connection.leftByClient(wasConnected)
  }

  timeout(ms: number): { emit(...data: unknown[]): void } {
    return { emit: (...data) => void this.send(data, ms) }
  }

  write(message: Message): void {
    this.connection.up.send(message)
  }

  /** The connection stands. */
  opened(): void {
    if (this.#isOver) return
    this.connected = true
    this.tell('connect')
  }

  refused(): void {
    if (!this.#isOver) this.tell('connect_error', new Error('websocket error'))
  }

  over(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const wasConnected = this.connected
    this.connected = false
    if (wasConnected) this.tell('disconnect', reason)
    else this.tell('connect_error', new Error(reason))
    this.clearAcks()
  }
}

type Operator = { to(room: string): Operator; emit(...data: unknown[]): void }

/** Rooms of one server, as the library's adapter keeps them. */
export class Adapter {
  readonly rooms = new Map<string, Set<ServerEnd>>()

  to(rooms: readonly string[], except?: ServerEnd): Operator {
    return {
      to: (room) => this.to([...rooms, room], except),
      emit: (...data) => {
        const message = encodeEvent(data)
        const receivers = new Set(rooms.flatMap((room) => [...(this.rooms.get(room) ?? [])]))
        for (const end of receivers) if (end !== except && end.connected) end.write(message)
      },
    }
  }
}

/** The server's end. */
export class ServerEnd extends SocketEnd {
  readonly handshake = { auth: { protocol: 1 } }
  readonly rooms = new Set<string>()
  readonly conn: { close(discard?: boolean): void; writeBuffer: { data: Message }[]; transport: { writable: boolean } }
  readonly #adapter: Adapter
  #middleware: ((event: unknown[]) => void) | undefined

  constructor(connection: Line, clock: ProcessClock, adapter: Adapter) {
    super(connection, clock, new serverWireParser.Decoder())
    this.#adapter = adapter
    this.conn = {
      close: () => connection.closedByServer(),
      writeBuffer: connection.down.held,
      transport: { writable: true },
    }
  }

  get broadcast(): Operator {
    return this.#adapter.to([], this)
  }

  /** The library would go on to the listeners if the function asked for it; ours never does. */
  use(middleware: (event: unknown[]) => void): this {
    this.#middleware = middleware
    return this
  }

  protected override came(event: string, args: unknown[]): void {
    this.#middleware?.([event, ...args])
  }

  join(room: string): void {
    this.rooms.add(room)
    const members = this.#adapter.rooms.get(room) ?? new Set()
    this.#adapter.rooms.set(room, members.add(this))
  }

  leave(room: string): void {
    this.rooms.delete(room)
    const members = this.#adapter.rooms.get(room)
    members?.delete(this)
    if (members?.size === 0) this.#adapter.rooms.delete(room)
  }

  write(message: Message): void {
    this.connection.down.send(message)
  }

  override receive(message: Message): void {
    if (message.length > limits.messageBytesMax) throw new RangeError('the message is too long')
    super.receive(message)
  }

  over(reason: string): void {
    if (!this.connected) return
    for (const room of [...this.rooms]) this.leave(room)
    this.connected = false
    this.tell('disconnect', reason)
    this.clearAcks()
  }
}
