// Chat: kept lines beside a document, in the server's order. Stored through the commit queue; never twice ([H1]–[H4]).
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { ChatMessage } from '../../shared/protocol.ts'
import type { Clock } from '../clock.ts'
import type { CommitQueue } from '../commit-queue.ts'
import type { Room } from '../room.ts'
import type { Broadcaster, Session } from '../session.ts'
import { encodeKey, prefixRange } from '../store/key.ts'
import type { Store } from '../store/store.ts'

type Tools = { store: Store; queue: CommitQueue; clock: Clock; broadcasterFor(id: DocumentId): Broadcaster }

/** The chat of one room: what was read of it, and the lines that are on their way to the disk. */
type RoomChat = { tail: ChatMessage[]; next: number; pending: Map<string, Promise<ChatMessage>> }

const messageKey = (id: DocumentId, n: number) => encodeKey(['doc', id, 'chat', n])
const retryKey = (id: DocumentId, personId: string, messageId: string) =>
  encodeKey(['doc', id, 'chat-id', personId, messageId])

export class Chat {
  readonly #tools: Tools
  readonly #rooms = new WeakMap<Room, Promise<RoomChat>>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** The last chatTailLength messages that are durable, oldest first. */
  async tail(room: Room): Promise<ChatMessage[]> {
    return (await this.#chatOf(room)).tail
  }

  /**
   * Stores a line and tells it to everybody else in the room. Resolves with the message once it is durable; the same id
   * of the same person gives the first message again. Throws `forbidden`, `bad-request`, `degraded`, `busy`.
   */
  async send(room: Room, session: Session, line: { id: string; text: string }): Promise<ChatMessage> {
    if (!session.may('chat')) throw new AppError('forbidden', 'This link lets you read the chat, not write.')
    const text = line.text.trim()
    if (text === '') throw new AppError('bad-request', 'An empty message is not sent.')
    const chat = await this.#chatOf(room)
    const retryOf = `${session.person.id} ${line.id}`
    const pending = chat.pending.get(retryOf)
    if (pending !== undefined) return pending
    // Evicted and opened anew meanwhile, the room would give the same number again.
    room.pendingWrites++
    const stored = this.#store(room, chat, session, { id: line.id, text }).finally(() => {
      room.pendingWrites--
      chat.pending.delete(retryOf)
    })
    chat.pending.set(retryOf, stored)
    return stored
  }

  async #store(room: Room, chat: RoomChat, session: Session, line: { id: string; text: string }): Promise<ChatMessage> {
    const { store, queue, clock, broadcasterFor } = this.#tools
    const { id: personId, name, color } = session.person
    const key = retryKey(room.id, personId, line.id)
    const known = await store.get(key)
    if (known !== undefined) {
      const value = await store.get(messageKey(room.id, Number(Buffer.from(known).toString())))
      if (value !== undefined) return parseMessage(value)
    }
    // The number is taken before the write: lines become durable in the order of their numbers.
    const message: ChatMessage = { n: chat.next++, ...line, personId, name, color, at: clock.now() }
    await queue.write([
      { type: 'put', key: messageKey(room.id, message.n), value: Buffer.from(JSON.stringify(message)) },
      { type: 'put', key, value: Buffer.from(String(message.n)) },
    ])
    chat.tail = [...chat.tail, message].slice(-limits.chatTailLength)
    broadcasterFor(room.id).chat(message, session)
    return message
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
    const tail: ChatMessage[] = []
    const range = { ...prefixRange(['doc', id, 'chat']), reverse: true, limit: limits.chatTailLength }
    for await (const [, value] of this.#tools.store.range(range)) tail.unshift(parseMessage(value))
    return { tail, next: (tail.at(-1)?.n ?? 0) + 1, pending: new Map() }
  }
}

const parseMessage = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString()) as ChatMessage
