// One connection: parses what it sends, asks the rooms and features, answers. Whatever comes, nothing throws out of
// here, and nothing but this connection notices.
import { AppError, toAppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Action } from '../access.ts'
import type { DocumentSettings } from '../features/settings.ts'
import type { Metrics } from '../metrics.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { Shares } from './callers.ts'
import type { Watched } from './queue-watch.ts'
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

export class Connection implements Watched {
  readonly socket: ScriptoriumSocket
  readonly #tools: ConnectionTools
  readonly #seat: Seat
  readonly #upload: Upload
  readonly #shares: Shares
  readonly #updates: TokenBucket
  readonly #updateBytes: TokenBucket
  readonly #presence: TokenBucket
  readonly #typing: TokenBucket
  readonly #chat: TokenBucket
  readonly #history: TokenBucket
  readonly #settings: TokenBucket
  readonly #joins: TokenBucket
  readonly #others: TokenBucket
  /** The newest presence that came too soon, and what takes back its timer. */
  #later: { state: unknown; cancel: () => void } | undefined

  constructor(socket: ScriptoriumSocket, from: { address: string; shares: Shares }, tools: ConnectionTools) {
    this.socket = socket
    this.#tools = tools
    const { clock } = tools
    this.#seat = new Seat(socket, from, tools)
    this.#shares = from.shares
    this.#upload = new Upload(from.shares.uploads, clock)
    this.#updates = new TokenBucket(clock, limits.updatesPerSecond, limits.updatesBurst)
    this.#updateBytes = new TokenBucket(clock, limits.updateBytesPerSecond, limits.updateBytesBurst)
    this.#presence = new TokenBucket(clock, limits.presencePerSecond, limits.presenceBurst)
    this.#typing = new TokenBucket(clock, limits.typingPerSecond, limits.typingBurst)
    this.#chat = new TokenBucket(clock, limits.chatPerSecond, limits.chatBurst)
    this.#history = new TokenBucket(clock, limits.historyPerSecond, limits.historyBurst)
    this.#settings = new TokenBucket(clock, limits.settingsPerSecond, limits.settingsBurst)
    this.#joins = new TokenBucket(clock, limits.joinsPerSecond, limits.joinsBurst)
    this.#others = new TokenBucket(clock, limits.eventsPerSecond, limits.eventsBurst)
    this.#listen()
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

  #listen(): void {
    const { socket } = this
    // Without a listener Socket.IO writes malformed packets to the console.
    socket.on('error', () => undefined)
    socket.on('disconnect', () => this.#close())
    socket.on('update', (...args) => this.#answering('update', args, (ack) => this.#update(args, ack)))
    socket.on('slice', (...args) => this.#answering('slice', args, (ack) => this.#slice(args, ack)))
    socket.on('presence', (state) => this.#move(state))
    socket.on('typing', () => this.#type())
    this.#on('join', this.#joins, (args, ack) => this.#join(args, ack))
    this.#on('leave', this.#others, (_args, ack) => {
      this.#seat.leave()
      ack({ ok: true })
    })
    this.#on('person', this.#others, ([person], ack) => {
      const { room, session } = this.#placeFor('person')
      const { name, color } = parsePerson(person)
      room.rename(session, name, color)
      ack({ ok: true })
    })
    this.#on('chat', this.#chat, async ([line], ack) => {
      const { room, session } = this.#placeFor('chat')
      this.#assertNotDraining()
      take(this.#shares.chat)
      room.presence.stoppedTyping(session)
      ack({ ok: true, message: await this.#tools.chat.send(room, session, parseChat(line)) })
    })
    this.#on('chat-history', this.#history, async ([page], ack) => {
      const { room, session } = this.#placeFor('chat-history')
      take(this.#shares.history)
      ack({ ok: true, ...(await this.#tools.chat.history(room, session.person.id, parseChatHistory(page).before)) })
    })
    this.#on('chat-delete', this.#chat, async ([line], ack) => {
      const { room, session } = this.#placeFor('chat-delete')
      this.#assertNotDraining()
      take(this.#shares.chat)
      ack({ ok: true, message: await this.#tools.chat.delete(room, session, parseChatDelete(line).n) })
    })
    this.#on('settings', this.#settings, async ([patch], ack) => {
      const { room, session } = this.#placeFor('settings')
      this.#assertNotDraining()
      take(this.#shares.chat)
      ack({ ok: true, settings: await this.#tools.settings.change(room, session, parseSettings(patch)) })
    })
    this.#on('digest', this.#others, ([claim], ack) => ack({ ok: true, same: this.#compare(claim) }))
  }

  /** An event with a rate of its own and an ack. */
  #on(event: string, bucket: TokenBucket, handle: (args: unknown[], ack: Ack) => void | Promise<void>): void {
    this.socket.on(event, (...args) =>
      this.#answering(event, args, (ack) => {
        take(bucket)
        return handle(args, ack)
      }),
    )
  }

  /** Without an ack an event is dropped ([W5]); whatever goes wrong becomes its answer. */
  #answering(event: string, args: unknown[], handle: (ack: Ack) => void | Promise<void>): void {
    const ack = args.at(-1)
    if (typeof ack !== 'function') return
    const refuse = (error: unknown) => this.#refuse(event, error, ack as Ack)
    try {
      handle(ack as Ack)?.catch(refuse)
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
      take(this.#others)
      const { session } = this.#placeFor('slice')
      if (!session.synced) throw new AppError('not-synced', 'Join the document again first.')
      const whole = this.#upload.take(parseSlice(header), parseBytes(bytes, limits.sliceBytes))
      if (whole === undefined) ack({ ok: true })
      else this.#write(whole, ack)
    } catch (error) {
      this.#upload.drop()
      this.#stopWriting(error)
    }
  }

  /** Hands an update to the room if its rate allows. The role is checked there, where it is used. */
  #write(bytes: Uint8Array, ack: Ack): void {
    const place = this.#seat.place
    if (place === undefined) throw new AppError('not-synced', 'Join a document first.')
    this.#assertNotDraining()
    take(this.#updates)
    take(this.#updateBytes, bytes.length)
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
    if (place === undefined || this.#typing.take() > 0 || !place.session.may('typing')) return
    place.room.presence.typing(place.session)
  }

  #move(state: unknown): void {
    if (this.#seat.place === undefined) return
    const waitMs = this.#presence.take()
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

  /** `null` when the document is not at that seq or not at rest ([B7]). */
  #compare(claim: unknown): boolean | null {
    const { room } = this.#placeFor('digest')
    const { seq, digest } = parseDigest(claim)
    if (!room.atRest || room.committedSeq !== seq || !room.document.hasDigest) return null
    const same = room.document.digest === digest
    if (!same) this.#tools.metrics.digestDiffered(room.id)
    return same
  }

  #close(): void {
    this.#later?.cancel()
    this.#upload.drop()
    this.#seat.close()
  }
}

/** Throws `rate-limited` when the bucket has not enough. */
function take(bucket: TokenBucket, cost = 1): void {
  const retryAfterMs = bucket.take(cost)
  if (retryAfterMs === 0) return
  throw new AppError('rate-limited', 'That was too much at once; it will go on in a moment.', { retryAfterMs })
}
