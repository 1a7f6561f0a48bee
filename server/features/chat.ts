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
type RoomChat = {
  tail: ChatMessage[]
  next: number
  pending: Map<string, Promise<ChatMessage>>
  /** Settles when everybody before was looked up and has a number: lines get theirs in the order in which they came. */
  turn: Promise<unknown>
}

const messageKey = (id: DocumentId, n: number) => encodeKey(['doc', id, 'chat', n])
const retryKey = (id: DocumentId, personId: string, messageId: string) =>
  encodeKey(['doc', id, 'chat-id', personId, messageId])

export class Chat {
  readonly #tools: Tools
  readonly #rooms = new WeakMap<Room, Promise<RoomChat>>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** The last messages that are durable, oldest first: at most chatTailLength, and at most chatTailBytes of JSON. */
  async tail(room: Room): Promise<ChatMessage[]> {
    return (await this.#chatOf(room)).tail
  }

  /**
   * Stores a line and tells it to everybody else in the room. Resolves with the message once it is durable; the same id
   * of the same person gives the first message again. Throws `forbidden`, `bad-request`, `degraded`, `busy`.
   */
  async send(room: Room, session: Session, line: { id: string; text: string }): Promise<ChatMessage> {
    if (!session.may('chat')) throw new AppError('forbidden', 'This link lets you read the chat, not write.')
    const { text } = line
    if (text === '') throw new AppError('bad-request', 'An empty message is not sent.')
    const chat = await this.#chatOf(room)
    const retryOf = `${session.person.id} ${line.id}`
    const pending = chat.pending.get(retryOf)
    if (pending !== undefined) return pending
    // Evicted and opened anew meanwhile, the room would give the same number again.
    room.pendingWrites++
    const found = chat.turn.then(() => this.#find(room, session, line.id))
    chat.turn = found.catch(() => undefined)
    const stored = found
      .then((first) => first ?? this.#store(room, chat, session, { id: line.id, text }))
      .finally(() => {
        room.pendingWrites--
        chat.pending.delete(retryOf)
      })
    chat.pending.set(retryOf, stored)
    return stored
  }

  /** What this person has stored under this id before. */
  async #find(room: Room, session: Session, id: string): Promise<ChatMessage | undefined> {
    const { store } = this.#tools
    const n = await store.get(retryKey(room.id, session.person.id, id))
    if (n === undefined) return undefined
    const value = await store.get(messageKey(room.id, Number(Buffer.from(n).toString())))
    return value === undefined ? undefined : parseMessage(value)
  }

  async #store(room: Room, chat: RoomChat, session: Session, line: { id: string; text: string }): Promise<ChatMessage> {
    const { queue, clock, broadcasterFor } = this.#tools
    const { id: personId, name, color } = session.person
    // The number is taken before the write: lines become durable in the order of their numbers.
    const message: ChatMessage = { n: chat.next++, ...line, personId, name, color, at: clock.now() }
    await queue.write([
      { type: 'put', key: messageKey(room.id, message.n), value: Buffer.from(JSON.stringify(message)) },
      { type: 'put', key: retryKey(room.id, personId, line.id), value: Buffer.from(String(message.n)) },
    ])
    chat.tail = tailOf([...chat.tail, message])
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
    return { tail: tailOf(tail), next: (tail.at(-1)?.n ?? 0) + 1, pending: new Map(), turn: Promise.resolve() }
  }
}

/** The newest of these that a join answer can bring: a bounded number of lines and of bytes. */
function tailOf(messages: readonly ChatMessage[]): ChatMessage[] {
  const newest = messages.slice(-limits.chatTailLength)
  let bytes = 0
  const from = newest.findLastIndex((message) => {
    bytes += Buffer.byteLength(JSON.stringify(message))
    return bytes > limits.chatTailBytes
  })
  return newest.slice(from + 1)
}

const parseMessage = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString()) as ChatMessage
