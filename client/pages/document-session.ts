// One document as a page has it open: owns the Y.Doc and the provider, and turns what they tell into signals.
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import type { PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { type Role, textName, type Usage } from '../../shared/protocol.ts'
import { defaultSettings, type Language } from '../../shared/settings.ts'
import type { Editor } from '../editor/editor.ts'
import { ChatState } from '../panels/chat-state.ts'
import { Provider, type Recovered, type TextAside } from '../sync/index.ts'
import type { Progress, ProviderStatus, SaveState } from '../sync/types.ts'
import type { PageStorage } from '../ui/storage.ts'
import type { DocumentLink } from './link.ts'
import { remember, roleOfKey } from './opened-documents.ts'
import type { OwnPersonStore } from './own-person.ts'
import { groupPeople, type ShownPerson } from './people.ts'
import type { SaveView } from './save-words.ts'

export type Following = { personId: PersonId; name: string; color: number; end: () => void }

export type SessionEvents = {
  /** Somebody else set another language. */
  languageChanged(person: string, language: Language): void
  /** Somebody else gave it another title; an empty one: took it away. */
  titleChanged(person: string, title: string): void
  /** The document's language could not be loaded; its text is shown plain. */
  languageMissing(): void
  /** Something that was chosen could not be loaded. */
  partMissing(): void
}

type SessionOptions = {
  link: DocumentLink
  person: OwnPersonStore
  storage: PageStorage
  events: SessionEvents
}

/** A moment longer than an ack takes: without it the words would flicker with every key. */
const savedHoldMs = 500
const rememberDelayMs = 1_000

export class DocumentSession {
  readonly options: SessionOptions
  readonly provider: Provider
  readonly text: Y.Text
  readonly status: Signal<ProviderStatus>
  readonly saveState: Signal<SaveState>
  readonly role: Signal<Role | undefined>
  readonly usage: Signal<Usage | undefined>
  readonly progress: Signal<Progress | undefined> = signal(undefined)
  readonly refusal: Signal<{ refusal: Refusal; localText: string } | undefined> = signal(undefined)
  /** What was typed offline and is merged now; the last time that there was something. */
  readonly recovered: Signal<Recovered | undefined> = signal(undefined)
  /** The server has answered a join. */
  readonly isJoined: Signal<boolean> = signal(false)
  /** There is a text to show: the server's, or the one this browser kept. */
  readonly isReady: Signal<boolean> = signal(false)
  readonly people: Signal<readonly ShownPerson[]> = signal([])
  /** Those of them who can be said to be here: without a connection that is oneself. */
  readonly peopleHere: ReadonlySignal<readonly ShownPerson[]>
  readonly firstLine: Signal<string> = signal('')
  /** The editor, once there is one. */
  readonly editor: Signal<Editor | undefined> = signal(undefined)
  readonly language: Signal<Language> = signal<Language>(defaultSettings.language)
  readonly title: ReadonlySignal<string>
  /** Whom the view follows; see follow. */
  readonly following: Signal<Following | undefined> = signal(undefined)
  /** A text of this person that a refusal kept out of the document; his to take. */
  readonly aside: Signal<TextAside | undefined>
  readonly chat: ChatState
  private readonly providerTitle: Signal<string>
  private readonly idle = new Set<number>()
  private readonly ends: (() => void)[] = []
  private savedTimer: ReturnType<typeof setTimeout> | undefined
  private rememberTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: SessionOptions, provider = openProvider(options)) {
    this.options = options
    this.provider = provider
    this.text = provider.doc.getText(textName)
    this.status = signal(provider.status)
    this.saveState = signal(provider.saveState)
    // Without the server's word: what it said of this key the last time.
    this.role = signal(provider.role ?? roleOfKey(options.storage, options.link.id, options.link.key))
    this.usage = signal(provider.usage)
    this.aside = signal(provider.offered)
    this.providerTitle = signal(provider.title)
    this.language.value = provider.settings.language
    const title = computed(() => this.providerTitle.value || this.firstLine.value.slice(0, limits.titleLengthMax))
    this.title = computed(() => (this.isReady.value ? title.value : ''))
    this.peopleHere = computed(() =>
      this.status.value === 'live' ? this.people.value : this.people.value.filter(({ isSelf }) => isSelf),
    )
    this.chat = new ChatState(provider, this.status)
    this.follow()
    this.showPeople()
    void this.whenReady()
  }

  /** Ends this session and opens the document as the server has it; the text of this one is then `aside` of the new one. */
  startOver(): DocumentSession {
    const provider = this.provider.startOver()
    this.letGo()
    return new DocumentSession(this.options, provider)
  }

  /** What the save state's words depend on, besides itself. */
  get saveView(): SaveView {
    return {
      isJoined: this.isJoined.value,
      isReader: this.role.value === 'view',
      hasText: this.isReady.value,
      isKept: this.provider.isKept,
    }
  }

  stopFollowing(): void {
    this.following.peek()?.end()
  }

  /** The person is done with the text that was set aside. */
  async forgetAside(): Promise<void> {
    const id = this.aside.value?.id
    this.aside.value = undefined
    if (id) await this.provider.forgetTextAside(id)
  }

  /** True when leaving the page would lose text: unsaved, and not kept by the browser. */
  get wouldLose(): boolean {
    const { saveState, unsavedCount, isKept } = this.provider
    return unsavedCount > 0 && saveState.kind !== 'refused' && !isKept
  }

  /** Ends the connection; unacknowledged text stays in the browser's storage. */
  async close(): Promise<void> {
    this.letGo()
    await this.provider.destroy()
    this.provider.doc.destroy()
  }

  private letGo(): void {
    this.stopFollowing()
    for (const end of this.ends) end()
    this.chat.close()
    clearTimeout(this.savedTimer)
    this.rememberLast()
  }

  private follow(): void {
    const { provider } = this
    this.ends.push(
      provider.on('status', (status) => {
        this.status.value = status
      }),
      provider.on('saved', (state) => this.showSaved(state)),
      provider.on('role', (role) => {
        this.role.value = role
        this.rememberSoon()
      }),
      provider.on('title', (title) => {
        this.providerTitle.value = title
      }),
      provider.on('settings', ({ language, title }, by) => {
        const { events } = this.options
        const isOther = by !== undefined && by.clientId !== provider.clientId
        if (isOther && language !== this.language.peek()) events.languageChanged(by.name, language)
        if (isOther && title !== this.providerTitle.peek()) events.titleChanged(by.name, title)
        this.language.value = language
      }),
      provider.on('usage', (usage) => {
        this.usage.value = usage
      }),
      provider.on('people', () => this.showPeople()),
      provider.on('synced', () => this.tellPerson()),
      provider.on('progress', (progress) => {
        this.progress.value = progress.bytes < progress.of ? progress : undefined
      }),
      provider.on('recovered', (recovered) => {
        this.recovered.value = recovered
      }),
      provider.on('refused', (refusal, localText) => {
        this.refusal.value = { refusal, localText }
        // Text that was never saved must be offered again after a reload, so its key stays good for it.
        if (provider.unsavedCount === 0) void this.endAccess(refusal)
      }),
      effect(() => {
        const { name, color } = this.options.person.person.value
        provider.setPerson({ name, color })
        this.showPeople()
      }),
      effect(() => {
        if (this.title.value !== '') this.rememberSoon()
      }),
    )
    provider.awareness.on('change', this.onPresence)
    this.ends.push(() => provider.awareness.off('change', this.onPresence))
    addEventListener('pagehide', this.rememberLast)
    this.ends.push(() => removeEventListener('pagehide', this.rememberLast))
  }

  private async endAccess(refusal: Refusal): Promise<void> {
    const { storage, link } = this.options
    const part = await import('./kept-text.ts').catch(() => undefined)
    await part?.endAccess(storage, link, refusal.code)
  }

  private async whenReady(): Promise<void> {
    const { provider } = this
    const loaded = provider.whenLoaded().then(() => {
      // What the browser keeps is for who has a key that opened it; all others wait for the server's word.
      const isKnown = this.role.peek() !== undefined
      // Full storage may have kept what was typed without what it stands on: that is no text to show as this document's.
      const isWhole = provider.doc.store.pendingStructs === null
      if (isKnown && isWhole && (this.text.length > 0 || provider.lineage !== undefined)) this.isReady.value = true
    })
    const synced = provider.whenSynced().then(() => {
      this.isJoined.value = true
      this.isReady.value = true
      this.role.value = provider.role
      this.usage.value = provider.usage
      this.rememberSoon(true)
    })
    // A refusal is told by its event; here it only means that there is nothing to wait for.
    await Promise.allSettled([loaded, synced])
    const [newest] = (await provider.textsAside()).reverse()
    this.aside.value ??= newest
  }

  /** "Saved" waits a moment and is looked at again; everything else is said at once. */
  private showSaved(state: SaveState): void {
    clearTimeout(this.savedTimer)
    const shown = this.saveState.peek()
    if (state.kind === 'saved' && shown.kind === 'saving') {
      this.savedTimer = setTimeout(() => {
        this.saveState.value = this.provider.saveState
      }, savedHoldMs)
    } else if (JSON.stringify(state) !== JSON.stringify(shown)) this.saveState.value = state
  }

  private readonly showPeople = (): void => {
    const people = groupPeople(this.provider.people, this.provider.clientId, this.idle)
    // Before the server has told who is here: at least oneself.
    this.people.value = people.map((person) => (person.isSelf ? { ...person, ...this.options.person.shown } : person))
  }

  /** A name changed while a join was on its way: the join had the old one, and before its answer no other is taken. */
  private tellPerson(): void {
    const { people, clientId } = this.provider
    const told = people.find((entry) => entry.clientId === clientId)
    const { name, color } = this.options.person.shown
    if (told !== undefined && (told.name !== name || told.color !== color)) this.provider.setPerson({ name, color })
  }

  private readonly onPresence = (changes: { added: number[]; updated: number[]; removed: number[] }): void => {
    const states = this.provider.awareness.getStates()
    let hasChanged = false
    for (const id of [...changes.added, ...changes.updated, ...changes.removed]) {
      const isIdle = states.get(id)?.idle === true
      if (isIdle === this.idle.has(id)) continue
      hasChanged = true
      if (isIdle) this.idle.add(id)
      else this.idle.delete(id)
    }
    if (hasChanged) this.showPeople()
  }

  private rememberSoon(isOpening = false): void {
    clearTimeout(this.rememberTimer)
    this.rememberTimer = setTimeout(() => this.remember(), isOpening ? 0 : rememberDelayMs)
  }

  /** Who goes to the list at once finds there what was written last. */
  private readonly rememberLast = () => this.rememberTimer !== undefined && this.remember()

  private remember(): void {
    clearTimeout(this.rememberTimer)
    this.rememberTimer = undefined
    const { link, storage } = this.options
    const role = this.role.value
    if (role === undefined || this.refusal.value !== undefined) return
    remember(storage, { id: link.id, keys: { [role]: link.key }, title: this.title.value, openedAt: Date.now() })
  }
}

function openProvider({ link, person }: SessionOptions): Provider {
  return new Provider({
    url: location.origin,
    documentId: link.id,
    key: link.key,
    doc: new Y.Doc(),
    person: person.person.peek(),
  })
}
