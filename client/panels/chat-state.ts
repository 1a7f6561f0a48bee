// The chat of one open document as signals: lines, notices of who came and went, how much is unread, who is typing, and
// the line that is being written.
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Quote } from '../../shared/protocol.ts'
import type { ProviderContract, ProviderStatus, ShownChatMessage } from '../sync/types.ts'
import { lastNumber } from './chat-feed.ts'
import { type Notice, Notices } from './notices.ts'

/** Who a private line is for; `name`: as he was called when he was chosen. */
export type Recipient = { personId: PersonId; name: string }

export class ChatState {
  readonly messages: Signal<readonly ShownChatMessage[]>
  /** There are older lines than those in `messages`. */
  readonly hasMore: Signal<boolean>
  /** Names of others who write a line for all at the moment, each person once. */
  readonly typing: Signal<readonly string[]> = signal([])
  /** What is being written, for whom (`undefined`: everybody), and of which piece of the text: kept while the panel is closed. */
  readonly draft: Signal<string> = signal('')
  readonly recipient: Signal<Recipient | undefined> = signal(undefined)
  readonly quote: Signal<Quote | undefined> = signal(undefined)
  readonly notices: Signal<readonly Notice[]> = signal([])
  readonly isOpen: Signal<boolean> = signal(false)
  /** Others' lines that came while the chat was closed. */
  readonly unread: ReadonlySignal<number>
  private readonly provider: ProviderContract
  private readonly status: ReadonlySignal<ProviderStatus>
  private readonly seen = new Notices()
  /** Lines up to this number are read; what was there at the first look is no news. */
  private readonly readN: Signal<number | undefined> = signal(undefined)
  private readonly ends: (() => void)[]
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(provider: ProviderContract, status: ReadonlySignal<ProviderStatus>) {
    this.provider = provider
    this.status = status
    this.messages = signal(provider.chat.messages)
    this.hasMore = signal(provider.chat.hasMore)
    this.unread = computed(() => {
      const read = this.readN.value
      if (read === undefined || this.isOpen.value) return 0
      const own = this.ownPersonId
      return this.messages.value.filter(({ n = 0, personId, deleted }) => n > read && personId !== own && !deleted)
        .length
    })
    this.ends = [
      provider.on('chat', (messages) => {
        this.messages.value = messages
        this.hasMore.value = provider.chat.hasMore
        if (this.isOpen.peek()) this.markRead()
      }),
      provider.on('people', () => {
        this.look()
        this.lookWhoTypes()
      }),
      provider.on('synced', () => {
        if (this.readN.peek() === undefined) this.readN.value = lastNumber(provider.chat.messages)
        this.hasMore.value = provider.chat.hasMore
        this.look()
      }),
    ]
    provider.awareness.on('change', this.lookWhoTypes)
    this.ends.push(() => provider.awareness.off('change', this.lookWhoTypes))
  }

  get ownPersonId(): PersonId | undefined {
    const { people, clientId } = this.provider
    return people.find((entry) => entry.clientId === clientId)?.personId
  }

  setOpen(isOpen: boolean): void {
    this.isOpen.value = isOpen
    this.markRead()
  }

  close(): void {
    for (const end of this.ends) end()
    clearTimeout(this.timer)
  }

  private markRead(): void {
    if (this.readN.peek() !== undefined) this.readN.value = lastNumber(this.messages.peek())
  }

  private readonly lookWhoTypes = (): void => {
    const { people, awareness } = this.provider
    const own = this.ownPersonId
    const states = awareness.getStates()
    const typing = people.filter((one) => one.personId !== own && states.get(one.clientId)?.typing === true)
    const names = [...new Map(typing.map(({ personId, name }) => [personId, name])).values()]
    // Every movement of a cursor comes by here.
    if (names.join('\n') !== this.typing.peek().join('\n')) this.typing.value = names
  }

  /** Only while connected: nobody has left because this page is offline. */
  private look(): void {
    const { people } = this.provider
    if (this.status.peek() !== 'live' && this.provider.status !== 'live') return
    this.add(this.seen.see(people, this.ownPersonId, Date.now(), lastNumber(this.messages.peek())))
    this.settleLater()
  }

  private settleLater(): void {
    clearTimeout(this.timer)
    const at = this.seen.nextSettleAt
    if (at === undefined) return
    this.timer = setTimeout(
      () => {
        this.add(this.seen.settle(Date.now(), lastNumber(this.messages.peek())))
        this.settleLater()
      },
      Math.max(0, at - Date.now()),
    )
  }

  private add(notices: readonly Notice[]): void {
    if (notices.length > 0) this.notices.value = [...this.notices.peek(), ...notices].slice(-limits.noticesMax)
  }
}
