// The provider as others use it: ties a Y.Doc to a server over one Socket.IO connection. What it promises is in types,
// how it is kept in provider-core.
import * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import { platformRandom, toBase64url } from '../../shared/ids.ts'
import type { Settings } from '../../shared/settings.ts'
import { ask } from './ask.ts'
import { type Clock, systemClock } from './clock.ts'
import { IndexedDbJournal } from './indexeddb-journal.ts'
import { type Journal, NoJournal, type TextAside } from './journal.ts'
import type { Connect } from './link.ts'
import { tabId } from './page-events.ts'
import { ProviderCore } from './provider-core.ts'
import { toError } from './refusals.ts'
import type { ProviderContract, ProviderEvents, ProviderOptions } from './types.ts'

/** For tests and the simulator: what a provider otherwise takes from the platform. */
export type ProviderInternals = {
  clock?: Clock
  journal?: Journal
  startAfter?: Promise<unknown>
  connect?: Connect
}

const viewOnly: Refusal = {
  code: 'forbidden',
  message: 'This link is for reading. What you typed is only in this tab.',
}

export class Provider implements ProviderContract {
  /** The text that a refusal kept out of the document, when this provider came from `startOver`. */
  readonly offered: TextAside | undefined
  private readonly core: ProviderCore
  private readonly connectWith: Connect | undefined

  constructor(options: ProviderOptions, internals: ProviderInternals = {}, offered?: TextAside) {
    const clock = internals.clock ?? systemClock
    const journal = internals.journal ?? openJournal(options, clock)
    const { startAfter = Promise.resolve(), connect } = internals
    this.core = new ProviderCore(options, { clock, journal, startAfter, connect })
    this.connectWith = connect
    this.offered = offered
  }

  get doc() {
    return this.core.options.doc
  }
  get documentId() {
    return this.core.options.documentId
  }
  get status() {
    return this.core.status
  }
  get refusal() {
    return this.core.refusal
  }
  get saveState() {
    return this.core.saveState
  }
  get unsavedCount() {
    return this.core.copy.outbox.count
  }
  get unsavedSince() {
    return this.core.copy.outbox.since
  }
  get isKept() {
    return this.core.journal.kept
  }
  get role() {
    return this.core.role
  }
  get clientId() {
    return this.core.copy.clientId
  }
  get seq() {
    return this.core.ledger.last
  }
  get lineage() {
    return this.core.copy.lineage
  }
  get title() {
    return this.settings.title
  }
  get settings() {
    return this.core.settings.now
  }
  get usage() {
    return this.core.usage
  }
  get people() {
    return this.core.presence.list
  }
  get awareness() {
    return this.core.awareness
  }
  get chat() {
    return this.core.chat
  }

  whenSynced(): Promise<void> {
    return this.core.synced.promise
  }

  whenLoaded(): Promise<void> {
    return this.core.loaded.promise
  }

  whenSaved(): Promise<void> {
    const { refusal, role, saves } = this.core
    const { outbox } = this.core.copy
    const why = refusal ?? (role === 'view' && outbox.count > 0 ? viewOnly : undefined)
    if (why !== undefined) return Promise.reject(toError(why))
    const upTo = outbox.newestN
    return saves.until(() => outbox.isSettled(upTo))
  }

  async setSettings(patch: Partial<Settings>): Promise<void> {
    await ask(this.core.socket, 'settings', patch)
  }

  setPerson(person: { name: string; color: number }): void {
    const { core } = this
    core.person = { ...core.person, ...person }
    const user = core.awareness.getLocalState()?.user as object | undefined
    core.awareness.setLocalStateField('user', { ...user, ...person })
    core.tellPerson()
  }

  connect(): void {
    this.core.connect()
  }

  disconnect(): void {
    this.core.disconnect()
  }

  destroy(): Promise<void> {
    return this.core.destroy()
  }

  on<E extends keyof ProviderEvents>(event: E, listener: ProviderEvents[E]): () => void {
    return this.core.emitter.on(event, listener)
  }

  /**
   * After a refusal for good: ends this provider and opens the document again in a fresh Y.Doc, as the server has it.
   * `offered` of the new one is this one's text, for the person to compare and take from.
   */
  startOver(): Provider {
    const { core, documentId } = this
    const { refusal = viewOnly, clock, copy, options, person } = core
    const offered = core.aside ?? { id: '', documentId, at: clock.now(), refusal, text: copy.text }
    const startAfter = core.destroy()
    const connect = this.connectWith === undefined ? {} : { connect: this.connectWith }
    return new Provider({ ...options, person, doc: new Y.Doc() }, { clock, startAfter, ...connect }, offered)
  }

  /** Texts of this document that refusals kept out of it, in this browser, oldest first. */
  textsAside(): Promise<TextAside[]> {
    return this.core.journal.listAside()
  }

  /** The person has taken what he wanted of it. */
  forgetTextAside(id: string): Promise<void> {
    return this.core.journal.forgetAside(id)
  }
}

function openJournal({ documentId, storage }: ProviderOptions, clock: Clock): Journal {
  if (storage === 'none' || typeof indexedDB === 'undefined') return new NoJournal()
  return new IndexedDbJournal(
    documentId,
    tabId(() => toBase64url(platformRandom(12))),
    clock,
  )
}
