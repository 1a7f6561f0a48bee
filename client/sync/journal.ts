// What the browser keeps of a document (P3), as the provider sees it: the contract, and the journal that keeps nothing.
import type { Refusal } from '../../shared/errors.ts'
import type { ClientId, Lineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientClaim, Seq } from '../../shared/protocol.ts'
import type { Settings } from '../../shared/settings.ts'
import type { OutboxRow } from './outbox.ts'

/** A history's id, or '' for text typed before the first join ever: it merges into any history. */
export type JournalLineage = Lineage | ''

/** Text that the server refused for good, kept for the person. `at`: ms since epoch. */
export type TextAside = { id: string; documentId: string; at: number; refusal: Refusal; text: string }

/** Updates that journals of tabs that are gone (or of this tab before its reload) never saw acknowledged. */
export type Adopted = {
  lineage: JournalLineage
  /** Yjs v1 updates the server has, that are not in the base and that the unacknowledged ones may stand on. */
  acknowledged: Uint8Array[]
  /** Numbered anew by the `nextN` given, and already in this journal. */
  rows: OutboxRow[]
  /** The ids those rows were written with, and the proof of them. */
  claims: ClientClaim[]
  /** The id this very tab wrote with before it was reloaded: to be asked for again. */
  ownClientId: ClientId | undefined
}

/** The whole document as one Yjs v1 update at `seq`, nothing in it unacknowledged, and what was set for it then. */
export type Base = Settings & { seq: Seq; state: Uint8Array }

export type Loaded = Adopted & { base: Base | undefined }

/** Who the journal's text belongs to; stored with every write. */
export type JournalOwner = { lineage: JournalLineage; claims: ClientClaim[]; clientId: ClientId | undefined }

export interface Journal {
  /** Whether what was written is in the browser's storage, or on its way there without trouble so far. */
  readonly kept: boolean
  /** Called when `kept` changed. */
  onKept: () => void
  /** The last base, and what was adopted. Never rejects: where nothing can be read, nothing is there. */
  load(nextN: () => number): Promise<Loaded>
  /** Takes over journals of tabs that went since; `undefined` when there are none. At most `claimsMax` ids. */
  adopt(nextN: () => number, claimsMax: number): Promise<Adopted | undefined>
  setOwner(owner: JournalOwner): void
  /** A local update, from the moment it is made. */
  add(row: OutboxRow): void
  /** Updates that came from the server since the base. Kept in memory until a local update may stand on them. */
  received(bytes: Uint8Array, n: number): void
  /** The server has them. They stay as what later ones stand on, until the next base. */
  acknowledged(rows: readonly OutboxRow[]): void
  /** Many rows became one, which has the number of the first. */
  fold(added: OutboxRow, removed: readonly OutboxRow[]): void
  /** Rows since the base, acknowledged or not. */
  readonly rowCount: number
  /** A new base with everything up to row `n` in it. Only when nothing is unacknowledged. */
  saveBase(base: Base, n: number): void
  /**
   * After a refusal of the text for good: the text goes aside, and this journal's updates are dropped with it in one
   * transaction. With `dropBase` the history it stood on goes, too.
   */
  setAside(text: TextAside, dropBase: boolean): void
  listAside(): Promise<TextAside[]>
  forgetAside(id: string): Promise<void>
  /** Resolves when everything so far is written, or cannot be. */
  flushed(): Promise<void>
  /** Says that this tab goes, so that another may adopt at once what is left. */
  release(): void
  /** For good: this tab may not send what is here, so another may adopt it although this one lives on. */
  leave(): void
  /** It came back after all (from the browser's back/forward cache). */
  resume(): void
  close(): Promise<void>
}

/** Nothing is kept of this document. */
export const nothingLoaded: Loaded = {
  lineage: '',
  acknowledged: [],
  rows: [],
  claims: [],
  ownClientId: undefined,
  base: undefined,
}

const ignore = () => undefined

/** Keeps nothing: for servers and simulations, and where the browser has no storage. */
export class NoJournal implements Journal {
  readonly kept = false
  readonly rowCount = 0
  onKept = ignore
  readonly load = async () => nothingLoaded
  readonly adopt = async () => undefined
  readonly setOwner = ignore
  readonly add = ignore
  readonly received = ignore
  readonly acknowledged = ignore
  readonly fold = ignore
  readonly saveBase = ignore
  readonly flushed = async () => undefined
  readonly release = ignore
  readonly leave = ignore
  readonly resume = ignore
  readonly close = async () => undefined
  private aside: TextAside[] = []

  setAside(text: TextAside): void {
    this.aside = [...this.aside, text].slice(-limits.textsAsideMax)
  }

  async listAside(): Promise<TextAside[]> {
    return this.aside
  }

  async forgetAside(id: string): Promise<void> {
    this.aside = this.aside.filter((text) => text.id !== id)
  }
}
