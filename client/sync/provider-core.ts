// The provider's inside: wires connection, session, local copy, presence and chat together and keeps the status. How a
// document is kept in step is in sync-session, how connections are made in link, what is kept in local-copy and journal.
import { Awareness } from 'y-protocols/awareness'
import { AppError, type Refusal } from '../../shared/errors.ts'
import { type DocumentId, type Key, platformRandom, toBase64url } from '../../shared/ids.ts'
import type { JoinAnswer, JoinRequest, Role, Usage } from '../../shared/protocol.ts'
import { Announcer } from './announcer.ts'
import { Chat } from './chat.ts'
import { chatOver } from './chat-line.ts'
import type { Clock } from './clock.ts'
import { Emitter } from './emitter.ts'
import type { Journal, TextAside } from './journal.ts'
import { JournalUpkeep } from './journal-upkeep.ts'
import { type ClientSocket, type Connect, Link, type LinkHost } from './link.ts'
import { LocalCopy } from './local-copy.ts'
import { listenToPage } from './page-events.ts'
import { pageLife } from './page-life.ts'
import { type Phase, sessionOf, socketOf, statusOf } from './phase.ts'
import { Presence } from './presence.ts'
import { isForGood, isOfTheText, toError } from './refusals.ts'
import { saveStateOf } from './save-state.ts'
import { SeqLedger } from './seq-ledger.ts'
import { SharedSettings } from './settings.ts'
import { type SessionHost, SyncSession } from './sync-session.ts'
import type { ProviderEvents, ProviderOptions, ProviderStatus, SaveState } from './types.ts'
import { Latch, Waiters } from './waiters.ts'

type CoreTools = { clock: Clock; journal: Journal; startAfter: Promise<unknown>; connect: Connect | undefined }

export class ProviderCore {
  readonly options: ProviderOptions
  readonly clock: Clock
  readonly journal: Journal
  readonly copy: LocalCopy
  readonly ledger = new SeqLedger()
  readonly awareness: Awareness
  readonly presence: Presence
  readonly chat: Chat
  readonly emitter = new Emitter<ProviderEvents>()
  readonly synced = new Latch()
  readonly loaded = new Latch()
  readonly saves = new Waiters()
  readonly settings = new SharedSettings(this.emitter)
  person: JoinRequest['person']
  role: Role | undefined
  usage: Usage | undefined
  /** The text that the last refusal kept out of the document. */
  aside: TextAside | undefined
  private readonly link: Link
  private readonly upkeep: JournalUpkeep
  private readonly stopPageEvents: () => void
  private phase: Phase = { kind: 'loading' }
  private wantsConnection: boolean
  /** Connecting means `connecting` until it has worked or failed once, then `offline`. */
  private wasAnswered = false
  private delayed: Refusal | undefined
  private readonly announcer = new Announcer(this.emitter)

  constructor(options: ProviderOptions, { clock, journal, startAfter, connect }: CoreTools) {
    this.options = options
    this.clock = clock
    this.journal = journal
    this.wantsConnection = options.autoConnect ?? true
    const { name, color = 0, secret = toBase64url(platformRandom(16)) } = options.person ?? { name: '' }
    this.person = { name, color, secret }
    journal.onKept = () => this.saveChanged()
    this.copy = new LocalCopy(options.doc, journal, clock, {
      edited: () => this.onEdited(),
      recovered: (recovered) => this.emitter.emit('recovered', recovered),
    })
    // Only now: an Awareness takes the document's id when it is made, and the copy has just set it.
    this.awareness = new Awareness(options.doc)
    this.awareness.setLocalState({ user: this.shown, cursor: null, idle: false })
    const me = () => ({ ...this.presence.personOf(this.copy.clientId), ...this.shown })
    this.chat = new Chat({ ...chatOver(() => this.socket, this.emitter), me, people: () => this.presence.list }, clock)
    this.presence = new Presence(
      this.awareness,
      clock,
      (state) => this.socket?.emit('presence', state),
      (people, changes) => this.emitter.emit('people', people, changes),
    )
    this.upkeep = new JournalUpkeep(this.copy, clock, {
      mark: () => (this.phase.kind === 'live' ? { seq: this.ledger.last, ...this.settings.now } : undefined),
      adopted: () => sessionOf(this.phase)?.join(),
    })
    this.link = new Link(options.url, options.socket ?? {}, this.linkHost(), clock, connect)
    const flush = () => sessionOf(this.phase)?.flush()
    this.stopPageEvents = listenToPage(pageLife(this.link, journal, this.upkeep, flush))
    void this.start(startAfter)
  }

  get status(): ProviderStatus {
    return statusOf(this.phase, this.wasAnswered)
  }

  get refusal(): Refusal | undefined {
    return this.phase.kind === 'refused' ? this.phase.refusal : undefined
  }

  get saveState(): SaveState {
    const { status, refusal, delayed, role, journal } = this
    const unsavedCount = this.copy.outbox.count
    const isJoined = sessionOf(this.phase)?.isJoined === true
    return saveStateOf({ status, refusal, delayed, role, isJoined, unsavedCount, kept: journal.kept })
  }

  connect(): void {
    this.wantsConnection = true
    if (this.phase.kind === 'stopped') this.become({ kind: 'connecting' })
    if (this.phase.kind === 'connecting') this.link.start()
  }

  disconnect(): void {
    this.wantsConnection = false
    if (this.phase.kind === 'refused' || this.phase.kind === 'destroyed' || this.phase.kind === 'loading') return
    this.link.stop()
    this.become({ kind: 'stopped' })
  }

  async destroy(): Promise<void> {
    if (this.phase.kind === 'destroyed') return this.journal.close()
    sessionOf(this.phase)?.flush()
    this.link.stop()
    this.become({ kind: 'destroyed' })
    this.upkeep.stop()
    this.stopPageEvents()
    this.copy.close()
    this.presence.destroy()
    this.chat.destroy()
    this.awareness.destroy()
    const closed = new AppError('internal', 'The document was closed.')
    this.synced.reject(closed)
    this.saves.reject(closed)
    this.emitter.clear()
    await this.journal.close()
    this.loaded.resolve()
  }

  private async start(startAfter: Promise<unknown>): Promise<void> {
    await startAfter.catch(() => undefined)
    if (this.isOver()) return
    this.settings.loaded(await this.copy.load())
    this.loaded.resolve()
    if (this.isOver()) return
    this.become({ kind: this.wantsConnection ? 'connecting' : 'stopped' })
    if (this.wantsConnection) this.link.start()
    this.upkeep.watchForGoneTabs()
  }

  /** A method: over an `await` the compiler would take the phase for unchanged. */
  private isOver(): boolean {
    return this.phase.kind === 'destroyed'
  }

  /** Every change of phase comes through here: what the old one held is let go of, and the page is told. */
  private become(phase: Phase): void {
    const before = sessionOf(this.phase)
    // Who comes back before the network does finds the document as it was last.
    if (this.phase.kind === 'live' && phase.kind !== 'live' && phase.kind !== 'refused') this.upkeep.saveBase()
    this.phase = phase
    if (before !== undefined && before !== sessionOf(phase)) before.end()
    if (phase.kind !== 'live' && phase.kind !== 'joining') this.presence.offline()
    if (phase.kind === 'live') this.wasAnswered = true
    if (this.status === 'offline') this.copy.away()
    this.announcer.tellStatus(this.status)
    this.saveChanged()
  }

  private onEdited(): void {
    sessionOf(this.phase)?.edited()
    this.saveChanged()
  }

  private linkHost(): LinkHost {
    return {
      opened: (socket) => this.onOpen(socket),
      lost: () => this.onLost(),
      refused: (refusal) => {
        if (isForGood(refusal)) this.refuse(refusal)
        return !isForGood(refusal)
      },
    }
  }

  private onOpen(socket: ClientSocket): void {
    if (this.phase.kind !== 'connecting') return
    const { documentId, key } = this.options
    const { copy, ledger, clock } = this
    const parts = { documentId: documentId as DocumentId, key: key as Key, copy, ledger, clock }
    const session = new SyncSession(socket, parts, this.sessionHost())
    socket.on('chat', (message) => this.chat.received(message))
    this.settings.opened()
    socket.on('settings', ({ settings, by }) => this.settings.told(settings, by))
    socket.on('closed', (refusal) => this.onClosed(refusal))
    this.become({ kind: 'joining', socket, session })
    session.join()
  }

  private onLost(): void {
    this.wasAnswered = true
    if (this.phase.kind !== 'refused' && this.phase.kind !== 'destroyed') this.become({ kind: 'connecting' })
  }

  /** The server ends the session and says why. */
  private onClosed(refusal: Refusal): void {
    if (isForGood(refusal)) {
      this.refuse(refusal)
      return
    }
    if (refusal.code === 'replaced') this.copy.abandonClientId()
    this.reconnect(refusal.retryAfterMs)
  }

  private reconnect(afterMs?: number): void {
    this.link.restart(afterMs)
    this.onLost()
  }

  private sessionHost(): SessionHost {
    return {
      person: () => this.person,
      joined: (answer) => this.onJoined(answer),
      presence: (changes) => {
        if (this.phase.kind === 'live') this.presence.apply(changes)
      },
      usage: (usage) => {
        this.usage = usage
        this.emitter.emit('usage', usage)
      },
      progress: (progress) => {
        if (progress.direction === 'down') this.settings.stateArrives()
        this.emitter.emit('progress', progress)
      },
      saved: () => this.saveChanged(),
      changed: () => this.upkeep.changed(),
      delayed: (refusal) => {
        this.delayed = refusal
        this.saveChanged()
      },
      refused: (refusal) => this.refuse(refusal),
      broken: () => this.reconnect(),
    }
  }

  private onJoined(answer: JoinAnswer): void {
    if (this.phase.kind !== 'joining' && this.phase.kind !== 'live') return
    const { socket, session } = this.phase
    const { role, usage } = answer
    const isNewRole = role !== this.role
    Object.assign(this, { role, usage })
    if (this.copy.outbox.count === 0) this.delayed = undefined
    this.link.joined()
    this.presence.setClientId(answer.clientId)
    this.become({ kind: 'live', socket, session })
    this.presence.reset(answer.people, answer.presence)
    this.settings.answered(answer.settings)
    if (isNewRole) this.emitter.emit('role', role)
    this.emitter.emit('usage', usage)
    this.chat.joined({ messages: answer.chat, more: answer.moreChat })
    this.synced.resolve()
    this.emitter.emit('synced')
    this.upkeep.changed()
  }

  /** How this person is shown. */
  private get shown() {
    return { name: this.person.name, color: this.person.color }
  }

  /** The connection, while the document is open over it. */
  get socket(): ClientSocket | undefined {
    return socketOf(this.phase)
  }

  /** A new name or colour; without a session the next join brings it. */
  tellPerson(): void {
    sessionOf(this.phase)?.tellPerson()
  }

  /** For good: nothing is sent any more, and text that the server will not have is put aside for the person. */
  private refuse(refusal: Refusal): void {
    if (this.phase.kind === 'refused' || this.phase.kind === 'destroyed') return
    this.upkeep.stop()
    this.link.stop()
    if (isOfTheText(refusal)) {
      this.aside = this.copy.setAside(this.options.documentId, refusal)
      // What is typed from here on stands on what will never be sent.
      this.copy.close()
    } else this.journal.leave()
    this.become({ kind: 'refused', refusal })
    this.synced.reject(toError(refusal))
    this.saves.reject(toError(refusal))
    this.emitter.emit('refused', refusal, this.copy.text)
  }

  private saveChanged(): void {
    this.saves.look()
    this.announcer.tellSaved(this.saveState, this.copy.outbox.count)
  }
}
