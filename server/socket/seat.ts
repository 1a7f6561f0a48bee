// Where a connection is: in no document, or in one as a session. Taking the seat and giving it up again, and the
// transfer of a large state to it.
import { AppError, type Refusal, toAppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { ChatMessage, JoinAnswer, JoinRequest, PresenceChanges } from '../../shared/protocol.ts'
import { hashKey } from '../access.ts'
import type { Clock } from '../clock.ts'
import { settingsOf } from '../document-meta.ts'
import type { Chat } from '../features/chat.ts'
import type { Documents } from '../features/documents.ts'
import { type Joined, type JoinTools, join } from '../join.ts'
import type { Lease, Rooms } from '../rooms.ts'
import type { Peer, Session } from '../session.ts'
import type { WrongKeys } from '../wrong-keys.ts'
import type { Shares } from './callers.ts'
import { Download } from './download.ts'
import type { Ack, ScriptoriumSocket } from './types.ts'

export type SeatTools = JoinTools & {
  rooms: Rooms
  documents: Documents
  chat: Chat
  clock: Clock
  wrongKeys: WrongKeys
  /** Socket of each session, for broadcasts that leave out their author. */
  sockets: WeakMap<Session, ScriptoriumSocket>
}

export const docRoom = (id: string) => `doc:${id}`
export const chatRoom = (id: string) => `chat:${id}`
const roomOf = (id: string, textOnly: boolean) => (textOnly ? chatRoom(id) : docRoom(id))

/** A lease, and who sits there. */
type Place = Lease & { session: Session }

export class Seat {
  readonly #socket: ScriptoriumSocket
  readonly #address: string
  readonly #shares: Shares
  readonly #tools: SeatTools
  #place: Place | undefined
  #download: Download | undefined
  #transfers = 0
  #isJoining = false
  /** Set while it is in no document: takes back the timer that would end the connection. */
  #cancelTimeout: (() => void) | undefined
  /** Counts departures: a join that waited meanwhile has nobody to let in any more. */
  #departures = 0

  constructor(socket: ScriptoriumSocket, from: { address: string; shares: Shares }, tools: SeatTools) {
    this.#socket = socket
    this.#address = from.address
    this.#shares = from.shares
    this.#tools = tools
    this.#awaitJoin()
  }

  /** The session and its room, while there is one. */
  get place(): Readonly<Pick<Place, 'room' | 'session'>> | undefined {
    return this.#place
  }

  get isTransferring(): boolean {
    return this.#download?.isUnderWay === true
  }

  /** Joins, or syncs again, and answers. Throws AppError; a session that was there before is then as it was. */
  async join(wanted: JoinRequest, stateVector: Uint8Array, ack: Ack): Promise<void> {
    if (this.#isJoining) throw new AppError('busy', 'One join at a time.', { retryAfterMs: 200 })
    this.#shares.work.assertPaid()
    this.#isJoining = true
    try {
      const departures = this.#departures
      await this.#checkKey(wanted)
      if (departures !== this.#departures) throw new AppError('not-synced', 'You left while you joined; join again.')
      if (!this.#isSeatOf(wanted)) this.leave()
      await this.#take(wanted, stateVector, ack)
    } finally {
      this.#isJoining = false
    }
  }

  /** Gives the seat up; does nothing when there is none. */
  leave(): void {
    this.#departures++
    this.#download?.stop()
    const place = this.#place
    if (place === undefined) return
    this.#place = undefined
    place.room.end(place.session)
    place.release()
    this.#awaitJoin()
  }

  /** For a connection that is over. */
  close(): void {
    this.leave()
    this.#stopAwaiting()
  }

  /** Whoever is in no document, and does not come into one, has no reason to stay connected ([C4]). */
  #awaitJoin(): void {
    this.#stopAwaiting()
    this.#cancelTimeout = this.#tools.clock.after(limits.joinTimeoutMs, () => {
      if (this.#isJoining) this.#awaitJoin()
      else this.#socket.conn.close(true)
    })
  }

  #stopAwaiting(): void {
    this.#cancelTimeout?.()
    this.#cancelTimeout = undefined
  }

  /** Before a room is opened for it: a wrong key must cost the server nothing but a look-up. */
  async #checkKey({ documentId, key }: JoinRequest): Promise<void> {
    const { documents, wrongKeys } = this.#tools
    try {
      await documents.roleOf(documentId, key)
    } catch (error) {
      if (toAppError(error).code === 'forbidden') await wrongKeys.count(this.#address)
      throw error
    }
  }

  /** Rights never change under a session: another document, key or way of reading makes another one. */
  #isSeatOf({ documentId, key, textOnly }: JoinRequest): boolean {
    const place = this.#place
    return (
      place !== undefined &&
      !place.session.ended &&
      place.room.id === documentId &&
      place.session.keyHash === hashKey(key) &&
      place.session.textOnly === (textOnly === true)
    )
  }

  async #take(wanted: JoinRequest, stateVector: Uint8Array, ack: Ack): Promise<void> {
    const { rooms, chat, sockets } = this.#tools
    const departures = this.#departures
    const existing = this.#place?.session
    let isIn = existing !== undefined
    const lease: Lease = this.#place ?? (await rooms.acquire(wanted.documentId))
    try {
      const line = {
        peer: existing?.peer ?? new SocketPeer(this, this.#socket, roomOf(lease.room.id, wanted.textOnly === true)),
        existing,
        timed: <T>(act: () => T) => this.#shares.work.run(limits.freeJoinMs, act),
        isWaiting: () => this.#socket.connected && departures === this.#departures,
        entered: (session: Session) => {
          sockets.set(session, this.#socket)
          this.#place = { room: lease.room, release: lease.release, session }
          this.#stopAwaiting()
        },
      }
      const joined = await join(lease.room, wanted, stateVector, line, this.#tools)
      const tail = await chat.tail(lease.room, joined.session.person.id)
      // Read last: what changed while it waited was told before this answer, which must not take it back.
      const settings = settingsOf(lease.room.meta)
      if (this.#socket.connected) this.#answer(joined, { chat: tail.messages, moreChat: tail.more, settings }, ack)
      isIn = true
    } finally {
      // Whatever went wrong: no lease without a session stays behind, and no session that was not answered or is gone.
      if (this.#place?.release !== lease.release) lease.release()
      else if (!this.#socket.connected || !isIn) this.leave()
    }
  }

  #answer(joined: Joined, beside: Pick<JoinAnswer, 'chat' | 'moreChat' | 'settings'>, ack: Ack): void {
    this.#download?.stop()
    const answer: JoinAnswer = { ...joined.answer, ...beside }
    const { session, stateVector, update } = joined
    if (session.textOnly) ack({ ok: true, ...answer })
    else if (update.length <= limits.inlineStateBytesMax) ack({ ok: true, ...answer }, stateVector, update)
    else {
      const id = ++this.#transfers
      const download = this.#downloadOf(id, update)
      ack({ ok: true, ...answer, transfer: { id, bytes: update.length } }, stateVector)
      this.#download = download
      download.advance()
    }
  }

  #downloadOf(id: number, bytes: Uint8Array): Download {
    return new Download({
      budget: this.#shares.downloads,
      id,
      bytes,
      clock: this.#tools.clock,
      send: (header, slice, answered) => this.#socket.emit('slice', header, slice, answered),
      onStall: () => this.#socket.conn.close(true),
    })
  }
}

/** A session's line to its client. */
class SocketPeer implements Peer {
  readonly #seat: Seat
  readonly #socket: ScriptoriumSocket
  /** The Socket.IO room of those who are live. */
  readonly #room: string

  constructor(seat: Seat, socket: ScriptoriumSocket, room: string) {
    this.#seat = seat
    this.#socket = socket
    this.#room = room
  }

  presence(changes: PresenceChanges): void {
    this.#socket.emit('presence', changes)
  }

  chat(message: ChatMessage): void {
    if (this.#socket.rooms.has(this.#room)) this.#socket.emit('chat', message)
  }

  resync(reason: 'drained' | 'rebuilt'): void {
    this.#socket.emit('resync', { reason })
  }

  close(refusal: Refusal): void {
    this.#socket.emit('closed', refusal)
    this.#seat.leave()
  }

  /** The library keeps a record of who joins it, and forgets those who disconnect only once. */
  setLive(live: boolean): void {
    if (live && this.#socket.connected) void this.#socket.join(this.#room)
    else void this.#socket.leave(this.#room)
  }
}
