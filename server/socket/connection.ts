// One connection: parses what it sends, asks the rooms and features, answers. Whatever comes, nothing throws out of
// here, and nothing but this connection notices.
import { AppError, toAppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Action } from '../access.ts'
import type { DocumentSettings } from '../features/settings.ts'
import type { Metrics } from '../metrics.ts'
import { type TokenBucket, TokenBuckets } from '../token-bucket.ts'
import type { Shares } from './callers.ts'
import type { Watched } from './queue-watch.ts'
import { type EventRate, eventRates } from './rates.ts'
import {
  parseBytes,
  parseChat,
  parseChatDelete,
  parseChatHistory,
  parseDigest,
  parseJoin,
  parsePerson,
  parsePresence,
  parseSettings,
  parseSlice,
} from './schemas.ts'
import { Seat, type SeatTools } from './seat.ts'
import type { Ack, ScriptoriumSocket } from './types.ts'
import { Upload } from './upload.ts'

export type ConnectionTools = SeatTools & {
  metrics: Metrics
  settings: DocumentSettings
  isDraining(): boolean
}

/** An event that asks for an answer. `rate` is taken before it is handled. */
type Handler = {
  rate?: EventRate
  handle(connection: Connection, args: unknown[], ack: Ack): void | Promise<void>
}

export class Connection implements Watched {
  readonly socket: ScriptoriumSocket
  readonly #tools: ConnectionTools
  readonly #seat: Seat
  readonly #shares: Shares
  readonly #buckets: TokenBuckets<EventRate>
  /** Made for the first slice: most connections never send one. */
  #upload: Upload | undefined
  /** The newest presence that came too soon, and what takes back its timer. */
  #later: { state: unknown; cancel: () => void } | undefined

  constructor(socket: ScriptoriumSocket, from: { address: string; shares: Shares }, tools: ConnectionTools) {
    this.socket = socket
    this.#tools = tools
    this.#seat = new Seat(socket, from, tools)
    this.#shares = from.shares
    this.#buckets = new TokenBuckets(tools.clock, eventRates)
    // One function for all events: a listener for each would be most of what an idle connection holds.
    socket.use(([event, ...args]) => this.#receive(event, args))
  }

  get isTransferring(): boolean {
    return this.#seat.isTransferring
  }

  /** Too slow: nothing live until it has drained. */
  stale(): void {
    this.#tools.metrics.stale()
    this.#seat.place?.session.peer.setLive(false)
  }

  drained(): void {
    this.#seat.place?.session.peer.resync('drained')
  }

  /** The connection is over. */
  close(): void {
    this.#later?.cancel()
    this.#upload?.drop()
    this.#seat.close()
  }

  static readonly #handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['update', { handle: (connection, args, ack) => connection.#update(args, ack) }],
    ['slice', { handle: (connection, args, ack) => connection.#slice(args, ack) }],
    ['join', { rate: 'joins', handle: (connection, args, ack) => connection.#join(args, ack) }],
    ['leave', { rate: 'others', handle: (connection, _args, ack) => connection.#leave(ack) }],
    ['person', { rate: 'others', handle: (connection, args, ack) => connection.#rename(args, ack) }],
    ['chat', { rate: 'chat', handle: (connection, args, ack) => connection.#say(args, ack) }],
    ['chat-history', { rate: 'history', handle: (connection, args, ack) => connection.#history(args, ack) }],
    ['chat-delete', { rate: 'chat', handle: (connection, args, ack) => connection.#unsay(args, ack) }],
    ['settings', { rate: 'settings', handle: (connection, args, ack) => connection.#change(args, ack) }],
    ['digest', { rate: 'others', handle: (connection, args, ack) => connection.#compare(args, ack) }],
  ])

  /** What came after the end, or is no event of ours, is dropped. */
  #receive(event: string, args: unknown[]): void {
    if (!this.socket.connected) return
    const handler = Connection.#handlers.get(event)
    if (handler !== undefined) this.#answer(event, handler, args)
    else if (event === 'presence') this.#move(args[0])
    else if (event === 'typing') this.#type()
  }

  /** Without an ack an event is dropped ([W5]); whatever goes wrong becomes its answer. */
  #answer(event: string, { rate, handle }: Handler, args: unknown[]): void {
    const ack = args.at(-1)
    if (typeof ack !== 'function') return
    const refuse = (error: unknown) => this.#refuse(event, error, ack as Ack)
    try {
      if (rate !== undefined) this.#take(rate)
      handle(this, args, ack as Ack)?.catch(refuse)
    } catch (error) {
      refuse(error)
    }
  }

  #refuse(event: string, error: unknown, ack: Ack): void {
    const refusal = toAppError(error)
    const { metrics } = this.#tools
    metrics.refused(event, refusal.code)
    if (refusal.code === 'internal') metrics.failed(event, refusal.cause ?? refusal)
    ack({ ok: false, error: refusal.toRefusal() })
  }

  /** The session, if its role may do that. Throws `not-synced` and `forbidden`. */
  #placeFor(action: Action) {
    const place = this.#seat.place
    if (place === undefined || place.session.ended) throw new AppError('not-synced', 'Join a document first.')
    if (!place.session.may(action)) throw new AppError('forbidden', 'This link does not allow that.')
    return place
  }

  #assertNotDraining(): void {
    if (!this.#tools.isDraining()) return
    throw new AppError('draining', 'The server is restarting.', { retryAfterMs: limits.drainRetryAfterMs })
  }

  #join([request, second]: unknown[], ack: Ack): Promise<void> {
    this.#assertNotDraining()
    take(this.#shares.joins)
    const wanted = parseJoin(request)
    const emptyStateVector = new Uint8Array([0])
    const stateVector = wanted.textOnly ? emptyStateVector : parseBytes(second, limits.stateVectorBytesMax)
    return this.#seat.join(wanted, stateVector, ack)
  }

  #leave(ack: Ack): void {
    this.#seat.leave()
    ack({ ok: true })
  }

  #rename([person]: unknown[], ack: Ack): void {
    const { room, session } = this.#placeFor('person')
    const { name, color } = parsePerson(person)
    room.rename(session, name, color)
    ack({ ok: true })
  }

  async #say([line]: unknown[], ack: Ack): Promise<void> {
    const { room, session } = this.#placeFor('chat')
    this.#assertNotDraining()
    take(this.#shares.chat)
    room.presence.stoppedTyping(session)
    ack({ ok: true, message: await this.#tools.chat.send(room, session, parseChat(line)) })
  }

  async #history([page]: unknown[], ack: Ack): Promise<void> {
    const { room, session } = this.#placeFor('chat-history')
    take(this.#shares.history)
    ack({ ok: true, ...(await this.#tools.chat.history(room, session.person.id, parseChatHistory(page).before)) })
  }

  async #unsay([line]: unknown[], ack: Ack): Promise<void> {
    const { room, session } = this.#placeFor('chat-delete')
    this.#assertNotDraining()
    take(this.#shares.chat)
    ack({ ok: true, message: await this.#tools.chat.delete(room, session, parseChatDelete(line).n) })
  }

  async #change([patch]: unknown[], ack: Ack): Promise<void> {
    const { room, session } = this.#placeFor('settings')
    this.#assertNotDraining()
    take(this.#shares.chat)
    ack({ ok: true, settings: await this.#tools.settings.change(room, session, parseSettings(patch)) })
  }

  #update([bytes]: unknown[], ack: Ack): void {
    this.#tools.metrics.received()
    try {
      this.#write(parseBytes(bytes, limits.updateBytesMax), ack)
    } catch (error) {
      this.#stopWriting(error)
    }
  }

  #slice([header, bytes]: unknown[], ack: Ack): void {
    try {
      this.#take('others')
      const { session } = this.#placeFor('slice')
      if (!session.synced) throw new AppError('not-synced', 'Join the document again first.')
      this.#upload ??= new Upload(this.#shares.uploads, this.#tools.clock)
      const whole = this.#upload.take(parseSlice(header), parseBytes(bytes, limits.sliceBytes))
      if (whole === undefined) ack({ ok: true })
      else this.#write(whole, ack)
    } catch (error) {
      this.#upload?.drop()
      this.#stopWriting(error)
    }
  }

  /** Hands an update to the room if its rate allows. The role is checked there, where it is used. */
  #write(bytes: Uint8Array, ack: Ack): void {
    const place = this.#seat.place
    if (place === undefined) throw new AppError('not-synced', 'Join a document first.')
    this.#assertNotDraining()
    this.#take('updates')
    this.#take('updateBytes', bytes.length)
    take(this.#shares.updateBytes, bytes.length)
    this.#shares.work.run(limits.freeWorkMs, () => {
      place.room.update(place.session, bytes, (answer) => ack(answer))
    })
  }

  /** After any refusal the session has to join again before it may write ([U4]). */
  #stopWriting(error: unknown): never {
    const place = this.#seat.place
    if (place !== undefined) place.session.synced = false
    throw error
  }

  /** Too often is dropped: what was told before still stands. */
  #type(): void {
    const place = this.#seat.place
    if (place === undefined || this.#buckets.take('typing') > 0 || !place.session.may('typing')) return
    place.room.presence.typing(place.session)
  }

  #move(state: unknown): void {
    if (this.#seat.place === undefined) return
    const waitMs = this.#buckets.take('presence')
    if (waitMs > 0) {
      this.#moveLater(state, waitMs)
      return
    }
    this.#later?.cancel()
    this.#later = undefined
    try {
      const { room, session } = this.#placeFor('presence')
      room.move(session, parsePresence(state))
    } catch (error) {
      this.#tools.metrics.refused('presence', toAppError(error).code)
    }
  }

  /** The newest state wins, so it is kept until the rate allows it ([P2]). */
  #moveLater(state: unknown, waitMs: number): void {
    if (this.#later !== undefined) this.#later.state = state
    else {
      const cancel = this.#tools.clock.after(waitMs, () => {
        const newest = this.#later?.state
        this.#later = undefined
        this.#move(newest)
      })
      this.#later = { state, cancel }
    }
  }

  /** `same` is `null` when the document is not at that seq or not at rest ([B7]). */
  #compare([claim]: unknown[], ack: Ack): void {
    const { room } = this.#placeFor('digest')
    const { seq, digest } = parseDigest(claim)
    const isComparable = room.atRest && room.committedSeq === seq && room.document.hasDigest
    const same = isComparable ? room.document.digest === digest : null
    if (same === false) this.#tools.metrics.digestDiffered(room.id)
    ack({ ok: true, same })
  }

  /** Throws `rate-limited` when this connection's bucket has not enough. */
  #take(rate: EventRate, cost = 1): void {
    assertTaken(this.#buckets.take(rate, cost))
  }
}

/** Likewise for one that others have a part in. */
function take(bucket: TokenBucket, cost = 1): void {
  assertTaken(bucket.take(cost))
}

function assertTaken(retryAfterMs: number): void {
  if (retryAfterMs === 0) return
  throw new AppError('rate-limited', 'That was too much at once; it will go on in a moment.', { retryAfterMs })
}
