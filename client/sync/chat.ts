// The chat as the page shows it: kept lines in the server's order, own lines at once. A line that could not be sent
// goes out again after the next join, under the same id, which the server stores once [H2].
import { AppError, type Refusal } from '../../shared/errors.ts'
import { platformRandom, toBase64url } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, ChatLine, ChatMessage, ChatPage, PersonEntry } from '../../shared/protocol.ts'
import { cleanText } from '../../shared/text.ts'
import type { Clock } from './clock.ts'
import type { ChatOptions, ShownChatMessage } from './types.ts'

type ChatAnswer = Answer<{ message: ChatMessage }>

/** What the chat needs of the provider. `send` calls back once, with `undefined` when no answer came. */
export type ChatHost = {
  isLive(): boolean
  me(): Pick<PersonEntry, 'personId' | 'name' | 'color'>
  people(): readonly PersonEntry[]
  typing(): void
  send(line: ChatLine, answered: (answer: ChatAnswer | undefined) => void): void
  history(before: number): Promise<ChatPage>
  delete(n: number): Promise<{ message: ChatMessage }>
  changed(messages: readonly ShownChatMessage[]): void
}

type Waiting = { resolve: () => void; reject: (error: AppError) => void }

export class Chat {
  private readonly host: ChatHost
  private readonly clock: Clock
  private kept: ChatMessage[] = []
  private own: ShownChatMessage[] = []
  private older = false
  /** Newest line of the last join answer: up to there no line is missing. Of later ones some may have been missed. */
  private wholeUpTo = 0
  private typedAt = 0
  private readonly onTheirWay = new Set<string>()
  private readonly waiting = new Map<string, Waiting>()

  constructor(host: ChatHost, clock: Clock) {
    this.host = host
    this.clock = clock
  }

  /** Kept lines oldest first, then own ones that are not kept yet. */
  get messages(): readonly ShownChatMessage[] {
    return [...this.kept.map((message) => ({ ...message, state: 'kept' as const })), ...this.own]
  }

  get hasMore(): boolean {
    return this.older
  }

  /** Shows the line at once. Resolves when it is stored; rejects with AppError when the server refused it. */
  send(text: string, { to, quote }: ChatOptions = {}): Promise<void> {
    const clean = cleanText(text).trim()
    if (clean === '' || clean.length > limits.chatTextLengthMax) {
      const message = clean === '' ? 'Write something first.' : 'The message is too long.'
      return Promise.reject(new AppError('bad-request', message))
    }
    const id = toBase64url(platformRandom(12))
    const line: ShownChatMessage = { id, text: clean, at: this.clock.now(), ...this.host.me(), state: 'pending' }
    const name = this.host.people().find(({ personId }) => personId === to)?.name ?? ''
    if (to !== undefined) line.to = { personId: to, name }
    if (quote !== undefined) line.quote = { ...quote, text: cleanText(quote.text).slice(0, limits.chatQuoteLengthMax) }
    this.own.push(line)
    this.typedAt = 0
    return this.deliver(id)
  }

  /** For every key in the composer: the others are told from time to time. */
  typing(): void {
    const now = this.clock.now()
    if (Math.abs(now - this.typedAt) < limits.typingSendMs) return
    this.typedAt = now
    this.host.typing()
  }

  /** Sends a line that failed again. */
  retry(id: string): Promise<void> {
    const line = this.own.find((one) => one.id === id)
    if (line === undefined) return Promise.resolve()
    this.mark(id, 'pending')
    return this.deliver(id)
  }

  /** Brings the page of lines before those that are here; does nothing when there are none. Rejects as `ask` does. */
  async loadMore(): Promise<void> {
    const before = this.kept[0]?.n
    if (!this.older || before === undefined) return
    const { messages, more } = await this.host.history(before)
    // Joined anew meanwhile, it may have started again from a newer line.
    if (this.kept[0]?.n !== before) return
    for (const message of messages) this.insert(message)
    this.older = more && this.kept.length < limits.chatLinesMax
    this.host.changed(this.messages)
  }

  /** For owners. Resolves when its text is gone, for everybody. Rejects as `ask` does. */
  async delete(n: number): Promise<void> {
    this.received((await this.host.delete(n)).message)
  }

  /** A join answer: what was missed, and own lines that wait go out. */
  joined({ messages: tail, more }: ChatPage): void {
    const [oldest = 0, newest = 0] = [tail[0]?.n, tail.at(-1)?.n]
    // Between what is here and what came there may be lines of neither: they can be paged back to. Only what was told
    // since the answer was made, and came before it, stays.
    const startsAnew = more && oldest > this.wholeUpTo
    this.wholeUpTo = newest
    if (startsAnew) this.kept = this.kept.filter(({ n }) => n > newest)
    if (startsAnew || !more) this.older = more
    for (const message of tail) this.insert(message)
    this.host.changed(this.messages)
    for (const line of this.own) if (line.state === 'pending') this.transmit(line.id)
  }

  received(message: ChatMessage): void {
    this.settle(message.id)
    const isShown = this.kept.some(({ n }) => n === message.n)
    const isOlder = message.n < (this.kept[0]?.n ?? 0)
    // Deleted before it was ever here, or a retry of what is long stored, with lines in between that are not here: it
    // comes, if at all, with its page.
    const isOfAPage = this.older && !isShown && (message.deleted === true || isOlder)
    if (!isOfAPage) this.insert(message)
    this.host.changed(this.messages)
  }

  destroy(): void {
    for (const { reject } of this.waiting.values()) reject(new AppError('internal', 'The document was closed.'))
    this.waiting.clear()
  }

  private deliver(id: string): Promise<void> {
    const stored = new Promise<void>((resolve, reject) => this.waiting.set(id, { resolve, reject }))
    // A page that does not care about the answer sees it in `messages`: that must not be an unhandled rejection.
    stored.catch(() => undefined)
    this.host.changed(this.messages)
    this.transmit(id)
    return stored
  }

  private transmit(id: string): void {
    const line = this.own.find((one) => one.id === id)
    if (line === undefined || this.onTheirWay.has(id) || !this.host.isLive()) return
    this.onTheirWay.add(id)
    const { text, to, quote } = line
    this.host.send({ id, text, ...(to && { to: to.personId }), ...(quote && { quote }) }, (answer) => {
      this.onTheirWay.delete(id)
      // Not stored as far as is known: the server stores an id once. Without a connection the next join sees to it.
      if (answer === undefined) this.transmit(id)
      else if (answer.ok) this.received(answer.message)
      else this.failed(id, answer.error)
    })
  }

  private failed(id: string, refusal: Refusal): void {
    this.mark(id, 'failed')
    this.host.changed(this.messages)
    this.waiting.get(id)?.reject(new AppError(refusal.code, refusal.message))
    this.waiting.delete(id)
  }

  private mark(id: string, state: 'pending' | 'failed'): void {
    this.own = this.own.map((line) => (line.id === id ? { ...line, state } : line))
  }

  /** An own line is stored: it is shown, if at all, as one of the kept ones. */
  private settle(id: string): void {
    this.own = this.own.filter((line) => line.id !== id)
    this.waiting.get(id)?.resolve()
    this.waiting.delete(id)
  }

  private insert(message: ChatMessage): void {
    this.settle(message.id)
    const before = this.kept.findLastIndex(({ n }) => n <= message.n)
    const same = this.kept[before]?.n === message.n ? this.kept[before] : undefined
    if (same?.deleted) return
    this.kept.splice(same ? before : before + 1, same ? 1 : 0, message)
    if (this.kept.length <= limits.chatLinesMax) return
    this.kept.shift()
    this.older = true
  }
}
