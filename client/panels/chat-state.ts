// The chat of one open document as signals: lines, notices of who came and went, and how much is unread.
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { ProviderContract, ProviderStatus, ShownChatMessage } from '../sync/types.ts'
import { lastNumber } from './chat-feed.ts'
import { type Notice, Notices } from './notices.ts'

export class ChatState {
  readonly messages: Signal<readonly ShownChatMessage[]>
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
    this.unread = computed(() => {
      const read = this.readN.value
      if (read === undefined || this.isOpen.value) return 0
      const own = this.ownPersonId
      return this.messages.value.filter(({ n = 0, personId }) => n > read && personId !== own).length
    })
    this.ends = [
      provider.on('chat', (messages) => {
        this.messages.value = messages
        if (this.isOpen.peek()) this.markRead()
      }),
      provider.on('people', () => this.look()),
      provider.on('synced', () => {
        if (this.readN.peek() === undefined) this.readN.value = lastNumber(provider.chat.messages)
        this.look()
      }),
    ]
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
