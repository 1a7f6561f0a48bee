// Where chat lines stand in the store, and how they are read. A private line stands twice, with each of the two people
// it belongs to: nothing that reads for somebody else ever comes across it.
import type { DocumentId, PersonId } from '../../../shared/ids.ts'
import { limits } from '../../../shared/limits.ts'
import type { ChatMessage, ChatPage } from '../../../shared/protocol.ts'
import { decodeKey, encodeKey, prefixRange } from '../../store/key.ts'
import type { Store, StoreWrite } from '../../store/store.ts'

type Place = readonly ['chat'] | readonly ['chat-private', PersonId]
const forAll: Place = ['chat']
const placeOf = (personId: PersonId): Place => ['chat-private', personId]

/** Above every number that a line can have. */
const endN = 2 ** 48 - 1

export class KeptLines {
  readonly #store: Store
  readonly #id: DocumentId

  constructor(store: Store, id: DocumentId) {
    this.#store = store
    this.#id = id
  }

  /** The number after the last one that was given, and whether there are private lines. */
  async next(): Promise<{ next: number; hasPrivate: boolean }> {
    let last = 0
    // By its key: a line that cannot be read has its number all the same.
    for await (const [key] of this.#store.range({
      ...prefixRange(['doc', this.#id, ...forAll]),
      reverse: true,
      limit: 1,
    })) {
      last = decodeKey(key).at(-1) as number
    }
    const counted = await this.#store.get(this.#key('chat-last-private'))
    const lastPrivate = counted === undefined ? 0 : Number(Buffer.from(counted).toString())
    return { next: Math.max(last, lastPrivate) + 1, hasPrivate: counted !== undefined }
  }

  /** The newest lines for everybody with numbers below `before` (default: all), oldest first. */
  publicPage(before = endN): Promise<ChatPage> {
    return this.#read(forAll, before)
  }

  /** The newest private lines of and to this person, likewise. */
  privatePage(personId: PersonId, before = endN): Promise<ChatPage> {
    return this.#read(placeOf(personId), before)
  }

  /** The line with this number if this person may read it. */
  async get(n: number, personId: PersonId): Promise<ChatMessage | undefined> {
    const value =
      (await this.#store.get(this.#key('chat', n))) ?? (await this.#store.get(this.#key(...placeOf(personId), n)))
    return value === undefined ? undefined : parseMessage(value)
  }

  /** What this person has stored under this id of his before. */
  async sent(personId: PersonId, messageId: string): Promise<ChatMessage | undefined> {
    const n = await this.#store.get(this.#key('chat-id', personId, messageId))
    return n === undefined ? undefined : this.get(Number(Buffer.from(n).toString()), personId)
  }

  /** The writes that store a line under its number: new, or in place of what stood there. */
  writesOf(message: ChatMessage): StoreWrite[] {
    const { n, personId, to } = message
    const value = Buffer.from(JSON.stringify(message))
    const number = Buffer.from(String(n))
    const places = to === undefined ? [forAll] : [placeOf(personId), placeOf(to.personId)]
    const writes: StoreWrite[] = places.map((place) => ({ type: 'put', key: this.#key(...place, n), value }))
    writes.push({ type: 'put', key: this.#key('chat-id', personId, message.id), value: number })
    if (to !== undefined && message.deleted !== true) {
      writes.push({ type: 'put', key: this.#key('chat-last-private'), value: number })
    }
    return writes
  }

  async #read(place: Place, before: number, length: number = limits.chatTailLength): Promise<ChatPage> {
    const { gte } = prefixRange(['doc', this.#id, ...place])
    const range = { gte, lt: this.#key(...place, before), reverse: true, limit: length + 1 }
    const messages: ChatMessage[] = []
    for await (const [, value] of this.#store.range(range)) {
      const message = parseMessage(value)
      if (message !== undefined) messages.unshift(message)
    }
    const more = messages.length > length
    return { messages: more ? messages.slice(1) : messages, more }
  }

  #key(...parts: (string | number)[]): Uint8Array {
    return encodeKey(['doc', this.#id, ...parts])
  }
}

/** `undefined` for what the disk has spoilt: one line is not worth refusing the document for; `doctor` moves it aside. */
function parseMessage(value: Uint8Array): ChatMessage | undefined {
  try {
    return JSON.parse(Buffer.from(value).toString()) as ChatMessage
  } catch {
    return undefined
  }
}

/** The newest of these lists together, as much as a packet brings: chatTailLength lines, chatTailBytes of JSON. */
export function newestOf(...lists: readonly ChatPage[]): ChatPage {
  // A list that goes on further back has lines below its oldest one: older ones of another list would leave a hole.
  const floor = Math.max(0, ...lists.filter(({ more }) => more).map(({ messages }) => messages[0]?.n ?? 0))
  const all = lists.flatMap(({ messages }) => messages)
  const whole = all.filter(({ n }) => n >= floor).sort((a, b) => a.n - b.n)
  const newest = whole.slice(-limits.chatTailLength)
  let bytes = 0
  const from = newest.findLastIndex((message) => {
    bytes += Buffer.byteLength(JSON.stringify(message))
    return bytes > limits.chatTailBytes
  })
  const messages = newest.slice(from + 1)
  return { messages, more: messages.length < all.length || lists.some(({ more }) => more) }
}
