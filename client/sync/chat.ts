// The chat as the page shows it: kept lines in the server's order, own lines at once. A line that could not be sent
// goes out again after the next join, under the same id, which the server stores once [H2].
import { AppError, type Refusal } from '../../shared/errors.ts'
import { platformRandom, toBase64url } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, ChatMessage, PersonEntry } from '../../shared/protocol.ts'
import { cleanText } from '../../shared/text.ts'
import type { Clock } from './clock.ts'
import type { ShownChatMessage } from './types.ts'

type ChatAnswer = Answer<{ message: ChatMessage }>

/** What the chat needs of the provider. `send` calls back once, with `undefined` when no answer came. */
export type ChatHost = {
  isLive(): boolean
  me(): Pick<PersonEntry, 'personId' | 'name' | 'color'>
  send(line: { id: string; text: string }, answered: (answer: ChatAnswer | undefined) => void): void
  changed(messages: readonly ShownChatMessage[]): void
}

type Waiting = { resolve: () => void; reject: (error: AppError) => void }

export class Chat {
  private readonly host: ChatHost
  private readonly clock: Clock
  private kept: ChatMessage[] = []
  private own: ShownChatMessage[] = []
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

  /** Shows the line at once. Resolves when it is stored; rejects with AppError when the server refused it. */
  send(text: string): Promise<void> {
    const clean = cleanText(text).trim()
    if (clean === '' || clean.length > limits.chatTextLengthMax) {
      const message = clean === '' ? 'Write something first.' : 'The message is too long.'
      return Promise.reject(new AppError('bad-request', message))
    }
    const id = toBase64url(platformRandom(12))
    this.own.push({ id, text: clean, at: this.clock.now(), ...this.host.me(), state: 'pending' })
    return this.deliver(id)
  }

  /** Sends a line that failed again. */
  retry(id: string): Promise<void> {
    const line = this.own.find((one) => one.id === id)
    if (line === undefined) return Promise.resolve()
    this.mark(id, 'pending')
    return this.deliver(id)
  }

  /** A join answer: what was missed, and own lines that wait go out. */
  joined(tail: readonly ChatMessage[]): void {
    for (const message of tail) this.insert(message)
    this.host.changed(this.messages)
    for (const line of this.own) if (line.state === 'pending') this.transmit(line.id)
  }

  received(message: ChatMessage): void {
    this.insert(message)
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
    this.host.send({ id, text: line.text }, (answer) => {
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

  private insert(message: ChatMessage): void {
    this.own = this.own.filter((line) => line.id !== message.id)
    this.waiting.get(message.id)?.resolve()
    this.waiting.delete(message.id)
    let at = this.kept.length
    while (at > 0 && this.kept[at - 1]!.n > message.n) at--
    if (this.kept[at - 1]?.n === message.n) return
    this.kept.splice(at, 0, message)
    if (this.kept.length > limits.chatLinesMax) this.kept.shift()
  }
}
