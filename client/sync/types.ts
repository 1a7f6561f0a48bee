// What a provider promises to a page, the simulator and the tests: the contract in types, apart from how it is kept.
import type { ManagerOptions, SocketOptions } from 'socket.io-client'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import type { ClientId, Lineage, PersonId } from '../../shared/ids.ts'
import type { ChatMessage, PersonEntry, Quote, Role, Seq, Usage } from '../../shared/protocol.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Recovered } from './recovered.ts'

export type ProviderOptions = {
  /** Origin of the server, e.g. `http://localhost:3000`. */
  url: string
  documentId: string
  key: string
  /** The document to keep in step; its text is `doc.getText('content')`. The provider sets its clientID. */
  doc: Y.Doc
  /**
   * Who is shown to the others; without a name "Anonymous". `secret`: 22 characters base64url kept per browser; made up when
   * absent (then nobody recognises the person again).
   */
  person?: { name: string; color?: number; secret?: string }
  /** Where unacknowledged text is kept. Default: `indexeddb` where there is one, else `none`. */
  storage?: 'indexeddb' | 'none'
  /** Passed on to socket.io-client, e.g. `{ transports: ['polling'] }`. */
  socket?: Partial<ManagerOptions & SocketOptions>
  /** Default true: connects at once. */
  autoConnect?: boolean
}

/** `offline` means: text is kept, and the provider is trying to come back. `refused` is for good. */
export type ProviderStatus = 'connecting' | 'live' | 'offline' | 'refused'

/** Why the save state is what it is; the page has words for each. */
export type SaveState =
  | { kind: 'saved' }
  | { kind: 'saving' }
  /** Not connected; `kept`: the browser's storage holds what is unsaved. */
  | { kind: 'offline'; kept: boolean }
  | { kind: 'view-only' }
  /** Connected, but the server cannot store at the moment (`degraded`, `busy`, `rate-limited`). */
  | { kind: 'delayed'; refusal: Refusal; kept: boolean }
  | { kind: 'refused'; refusal: Refusal }

/** `to`: a private line, for one person who is in the document now (and for him in all his tabs). */
export type ChatOptions = { to?: PersonId; quote?: Quote }

/** A chat line as the page shows it; `pending` until stored, `failed` when the server refused it. */
export type ShownChatMessage = Omit<ChatMessage, 'n'> & { n?: number; state: 'kept' | 'pending' | 'failed' }

export type Progress = { direction: 'down' | 'up'; bytes: number; of: number }

export type ProviderEvents = {
  status: (status: ProviderStatus) => void
  /** The save state or unsavedCount changed. */
  saved: (state: SaveState) => void
  role: (role: Role) => void
  /** The people list changed. */
  people: (people: readonly PersonEntry[], changes: { joined: PersonEntry[]; left: PersonEntry[] }) => void
  chat: (messages: readonly ShownChatMessage[]) => void
  title: (title: string) => void
  /** They are different now; `by` is who changed them (himself included), unknown when it happened while away. */
  settings: (settings: Settings, by: PersonEntry | undefined) => void
  usage: (usage: Usage) => void
  /** A large state is on its way; `bytes === of` when it has arrived. */
  progress: (progress: Progress) => void
  /** A join merged text that was typed while the server was away, or in an earlier visit; where: `passagesOf`. */
  recovered: (recovered: Recovered) => void
  synced: () => void
  /** status became `refused`: `localText` is the text of this tab, kept for the person to take. */
  refused: (refusal: Refusal, localText: string) => void
}

export interface ProviderContract {
  readonly doc: Y.Doc
  readonly documentId: string
  readonly status: ProviderStatus
  readonly refusal: Refusal | undefined
  readonly saveState: SaveState
  /** Local updates not yet acknowledged as durable. */
  readonly unsavedCount: number
  /** ms since epoch of the oldest unacknowledged local change. */
  readonly unsavedSince: number | undefined
  /** Whether the browser's storage took what it was last given; false also where there is none. */
  readonly isKept: boolean
  readonly role: Role | undefined
  readonly clientId: ClientId | undefined
  readonly seq: Seq
  readonly lineage: Lineage | undefined
  /** `settings.title`. */
  readonly title: string
  /** What is set for the whole document; the default until the first join. */
  readonly settings: Settings
  readonly usage: Usage | undefined
  readonly people: readonly PersonEntry[]
  /**
   * Presence as other Yjs bindings know it. Own state, set by the page: `cursor`, `idle`, `following` (the client id whose
   * view this one follows), `noFollow`. Of others also `user` and `typing`; a `following` of theirs is what the server
   * allows. Who is in `people` twice by personId has two tabs.
   */
  readonly awareness: Awareness
  readonly chat: {
    readonly messages: readonly ShownChatMessage[]
    /** Whether there are older lines than those in `messages`. */
    readonly hasMore: boolean
    /**
     * Shown at once, as `pending`. Resolves when the line is durable; rejects with AppError when it was refused, after
     * which `retry` sends it again: `not-found` when nobody here is the person that a private one is for.
     */
    send(text: string, options?: ChatOptions): Promise<void>
    retry(id: string): Promise<void>
    /** To be called for every key in the composer of a line that is for all: the others see `typing`. */
    typing(): void
    /** Puts the lines before the oldest into `messages`. Rejects with AppError: `rate-limited`, `not-synced`. */
    loadMore(): Promise<void>
    /** For owners: text and quote of the line `n` are gone for everybody. Rejects with AppError: `forbidden`, `not-found`. */
    delete(n: number): Promise<void>
  }
  /** Resolves when the first sync is done (or, never connected, rejects on refusal). */
  whenSynced(): Promise<void>
  /** Resolves when every local change made so far is durable on the server; rejects with AppError on refusal for good. */
  whenSaved(): Promise<void>
  /** Resolves when what the browser keeps of this document is in `doc` (at once where nothing is kept). */
  whenLoaded(): Promise<void>
  /**
   * Changes them for everybody. Resolves when that is durable; `settings` is told. Rejects with AppError: `forbidden`,
   * `bad-request`, `rate-limited`, `degraded`; `not-synced` without a connection (a setting is not kept for later).
   */
  setSettings(patch: Partial<Settings>): Promise<void>
  setPerson(person: { name: string; color: number }): void
  connect(): void
  disconnect(): void
  /** Ends everything; unacknowledged text stays in the browser's storage. */
  destroy(): Promise<void>
  on<E extends keyof ProviderEvents>(event: E, listener: ProviderEvents[E]): () => void
}
