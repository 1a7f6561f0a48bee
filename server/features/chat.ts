// Chat: kept lines beside a document, in the server's order, for everybody or between two people. Stored through the
// commit queue; never twice ([H1]–[H8]).
import { AppError } from '../../shared/errors.ts'
import type { DocumentId, PersonId } from '../../shared/ids.ts'
import type { ChatLine, ChatMessage, ChatPage } from '../../shared/protocol.ts'
import type { Clock } from '../clock.ts'
import type { CommitQueue } from '../commit-queue.ts'
import type { Room } from '../room.ts'
import type { Broadcaster, Session } from '../session.ts'
import type { Store } from '../store/store.ts'
import { KeptLines, newestOf } from './chat/kept-lines.ts'

type Tools = { store: Store; queue: CommitQueue; clock: Clock; broadcasterFor(id: DocumentId): Broadcaster }

/** The chat of one room: what was read of it, and the lines that are on their way to the disk. */
type RoomChat = {
  kept: KeptLines
  /** The newest lines for everybody. */
  tail: ChatPage
  next: number
  hasPrivate: boolean
  pending: Map<string, Promise<ChatMessage>>
  /** Settles when everybody before was looked up and has a number: lines get theirs in the order in which they came. */
  turn: Promise<unknown>
  /** Counts deletions: who was reading meanwhile may have read what is gone. */
  deletions: number
}

export class Chat {
  readonly #tools: Tools
  readonly #rooms = new WeakMap<Room, Promise<RoomChat>>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** The last durable lines that this person may read, oldest first ([H4]). */
  async tail(room: Room, personId: PersonId): Promise<ChatPage> {
    const chat = await this.#chatOf(room)
    if (!chat.hasPrivate) return newestOf(chat.tail)
    const own = await this.#unlessDeleted(chat, () => chat.kept.privatePage(personId))
    return newestOf(chat.tail, own)
  }

  /** The last ones before that number, likewise ([H7]). */
  async history(room: Room, personId: PersonId, before: number): Promise<ChatPage> {
    const chat = await this.#chatOf(room)
    return this.#unlessDeleted(chat, async () =>
      newestOf(await chat.kept.publicPage(before), await chat.kept.privatePage(personId, before)),
    )
  }

  /**
   * Stores a line and tells it to everybody else who may read it. Resolves with the message once it is durable; the same
   * id of the same person gives the first message again. Throws `forbidden`, `bad-request`, `not-found` (nobody here is
   * the person that it goes to), `degraded`, `busy`.
   */
  async send(room: Room, session: Session, line: ChatLine): Promise<ChatMessage> {
    if (!session.may('chat')) throw new AppError('forbidden', 'This link lets you read the chat, not write.')
    if (line.text === '') throw new AppError('bad-request', 'An empty message is not sent.')
    const chat = await this.#chatOf(room)
    const retryOf = `${session.person.id} ${line.id}`
    const pending = chat.pending.get(retryOf)
    if (pending !== undefined) return pending
    // Evicted and opened anew meanwhile, the room would give the same number again.
    room.pendingWrites++
    const found = chat.turn.then(() => chat.kept.sent(session.person.id, line.id))
    chat.turn = found.catch(() => undefined)
    const stored = found
      .then((first) => first ?? this.#store(room, chat, session, line))
      .finally(() => {
        room.pendingWrites--
        chat.pending.delete(retryOf)
      })
    chat.pending.set(retryOf, stored)
    return stored
  }

  /**
   * Takes a line's text from everybody who has it, and from the disk; what is left says that it was deleted, and is told.
   * Durable when it resolves. The caller has asked whether the session may. Throws `not-found` for a line that this person
   * may not read, `degraded`, `busy`.
   */
  async delete(room: Room, session: Session, n: number): Promise<ChatMessage> {
    const chat = await this.#chatOf(room)
    const message = await chat.kept.get(n, session.person.id)
    if (message === undefined) throw new AppError('not-found', 'There is no such message.')
    if (message.deleted === true) return message
    const { quote: _gone, ...rest } = message
    const deleted: ChatMessage = { ...rest, text: '', deleted: true }
    room.pendingWrites++
    try {
      await this.#tools.queue.write(chat.kept.writesOf(deleted))
    } finally {
      room.pendingWrites--
    }
    chat.deletions++
    const messages = chat.tail.messages.map((one) => (one.n === n ? deleted : one))
    chat.tail = { ...chat.tail, messages }
    this.#tell(room, deleted, session)
    return deleted
  }

  async #store(room: Room, chat: RoomChat, session: Session, line: ChatLine): Promise<ChatMessage> {
    const { queue, clock } = this.#tools
    const { id: personId, name, color } = session.person
    const { id, text, to, quote } = line
    const addressee = to === undefined ? undefined : addresseeIn(room, to)
    // The number is taken before the write: lines become durable in the order of their numbers.
    const message: ChatMessage = { n: chat.next++, id, text, personId, name, color, at: clock.now() }
    if (addressee !== undefined) message.to = addressee
    if (quote !== undefined) message.quote = quote
    if (addressee !== undefined) chat.hasPrivate = true
    await queue.write(chat.kept.writesOf(message))
    if (addressee === undefined) {
      chat.tail = newestOf({ messages: [...chat.tail.messages, message], more: chat.tail.more })
    }
    this.#tell(room, message, session)
    return message
  }

  /** To everybody who may read it, but the session that gets it as an answer. */
  #tell(room: Room, message: ChatMessage, except: Session): void {
    if (message.to === undefined) {
      this.#tools.broadcasterFor(room.id).chat(message, except)
      return
    }
    const readers = [message.personId, message.to.personId]
    for (const session of room.sessions) {
      if (session !== except && readers.includes(session.person.id)) session.peer.chat(message)
    }
  }

  /** Reads again when something was deleted meanwhile: that was told before this can be, and must not come back. */
  async #unlessDeleted(chat: RoomChat, read: () => Promise<ChatPage>): Promise<ChatPage> {
    for (;;) {
      const before = chat.deletions
      const page = await read()
      if (chat.deletions === before) return page
    }
  }

  #chatOf(room: Room): Promise<RoomChat> {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const reading = this.#read(room.id)
    this.#rooms.set(room, reading)
    reading.catch(() => this.#rooms.delete(room))
    return reading
  }

  async #read(id: DocumentId): Promise<RoomChat> {
    const kept = new KeptLines(this.#tools.store, id)
    const tail = newestOf(await kept.publicPage())
    const { next, hasPrivate } = await kept.next()
    return { kept, tail, next, hasPrivate, pending: new Map(), turn: Promise.resolve(), deletions: 0 }
  }
}

/** Somebody who is in the document now, by any of his sessions. Throws `not-found`. */
function addresseeIn(room: Room, personId: PersonId): NonNullable<ChatMessage['to']> {
  for (const { person } of room.sessions) if (person.id === personId) return { personId, name: person.name }
  throw new AppError('not-found', 'The person whom this message is for is not here any more.')
}
