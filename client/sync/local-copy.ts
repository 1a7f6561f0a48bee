// This client's copy of a document: the Y.Doc, what of it the server has not acknowledged, the ids it was written with,
// and what the browser keeps of it. Knows nothing of connections.
import * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import {
  type ClientId,
  type ClientToken,
  type Lineage,
  makeLocalClientId,
  platformRandom,
  toBase64url,
} from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { type Answer, type ClientClaim, type JoinAnswer, type Seq, textName } from '../../shared/protocol.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Clock } from './clock.ts'
import { guarded } from './emitter.ts'
import { keepTextClean } from './hygiene.ts'
import type { Adopted, Journal, TextAside } from './journal.ts'
import { isEmptyUpdate, Outbox, type Packet } from './outbox.ts'
import { PieceSize } from './piece-size.ts'
import { type Recovered, recoveredOf } from './recovered.ts'
import { anotherYjs, serverWentBack } from './refusals.ts'

export type LocalCopyHost = {
  /** A local update is in the outbox. */
  edited(): void
  /** Text of an earlier visit, or typed while away, is merged with the server's, and about to be sent. */
  recovered(recovered: Recovered): void
}

/** Names a base, besides its state. */
export type BaseMark = Settings & { seq: Seq }

export class LocalCopy {
  readonly doc: Y.Doc
  readonly outbox = new Outbox()
  readonly pieceSize = new PieceSize()
  lineage: Lineage | undefined
  /** The granted id; before the first join the document writes with a local one. */
  clientId: ClientId | undefined
  private readonly journal: Journal
  private readonly clock: Clock
  private readonly host: LocalCopyHost
  /** Ids with possibly unacknowledged text, and the proof of them. */
  private readonly claims = new Map<ClientId, ClientToken | undefined>()
  /** The id to ask for: this tab's own from before a reload, or the one it has. */
  private wanted: ClientId | undefined
  private mayWrite = true
  /** What the next join merges may be text that was typed without the server. */
  private wasAway = false
  /** Names the base that this tab wrote last. */
  private lastBase = ''
  private readonly stopCleaning: () => void

  /** `origin` of every transaction made here is this object. */
  constructor(doc: Y.Doc, journal: Journal, clock: Clock, host: LocalCopyHost) {
    if (!(doc instanceof Y.Doc)) throw anotherYjs()
    this.doc = doc
    this.journal = journal
    this.clock = clock
    this.host = host
    this.stopCleaning = keepTextClean(doc, (origin) => origin === this)
    // Text that is there already is text of this tab that nobody has seen.
    const state = Y.encodeStateAsUpdate(doc)
    for (const id of doc.store.clients.keys()) this.claims.set(id as ClientId, undefined)
    this.writeWith(makeLocalClientId())
    this.tellOwner()
    if (!isEmptyUpdate(state)) this.journal.add(this.outbox.add(state, clock.now()))
    doc.on('update', this.onUpdate)
  }

  get text(): string {
    return this.doc.getText(textName).toString()
  }

  /** Brings back what the browser keeps; resolves with what was set for the document then. Never rejects. */
  async load(): Promise<Settings | undefined> {
    const loaded = await this.journal.load(() => this.outbox.nextN())
    if (loaded.base !== undefined) this.applyQuietly([loaded.base.state])
    if (loaded.lineage !== '') this.lineage = loaded.lineage
    if (loaded.ownClientId !== undefined) this.wanted = loaded.ownClientId
    this.takeIn(loaded)
    this.tellOwner()
    return loaded.base && { title: loaded.base.title, language: loaded.base.language }
  }

  /** Takes over what tabs left that went since. True when there was something: its ids have to be told (join). */
  async adopt(): Promise<boolean> {
    const room = limits.clientsPerJoinMax - 2 - this.claims.size
    if (room <= 0 || !this.mayWrite) return false
    const adopted = await this.journal.adopt(() => this.outbox.nextN(), room)
    if (adopted === undefined) return false
    this.takeIn(adopted)
    return adopted.rows.length > 0
  }

  /** For a join: first the id to go on with, then every other one that unacknowledged text may have. */
  claimList(): ClientClaim[] {
    const first = this.wanted ?? (this.doc.clientID as ClientId)
    const ids = new Set([first, this.doc.clientID as ClientId, ...this.claims.keys()])
    return [...ids].slice(0, limits.clientsPerJoinMax).map((id) => {
      const token = this.claims.get(id)
      return token === undefined ? { id } : { id, token }
    })
  }

  /**
   * Another tab took this id: go on with a new one. The old one is only brought again while text of it is unsent, or
   * the two tabs would take it from each other for ever.
   */
  abandonClientId(): void {
    const taken = this.doc.clientID as ClientId
    this.wanted = makeLocalClientId()
    this.writeWith(this.wanted)
    if (this.outbox.count === 0) this.claims.delete(taken)
  }

  /** The answer to a join, or a refusal in its place when the server lacks what it has acknowledged [J7]. */
  believed(answer: Answer<JoinAnswer>, stateVector: Uint8Array): Answer<JoinAnswer> {
    if (!answer.ok || this.lineage === undefined || this.outbox.count > 0) return answer
    const known = Y.decodeStateVector(stateVector)
    for (const [id, clock] of Y.decodeStateVector(Y.encodeStateVector(this.doc))) {
      if (clock > (known.get(id) ?? 0)) return { ok: false, error: serverWentBack }
    }
    return answer
  }

  /** There is no server: what is typed from here on is recovered by the next join. */
  away(): void {
    this.wasAway = true
  }

  /** The server's answer to a join: its text in, the granted id from here on. */
  joined(answer: JoinAnswer, update: Uint8Array | undefined, serverStateVector: Uint8Array): void {
    this.lineage = answer.lineage
    this.mayWrite = answer.role !== 'view'
    for (const { id, token } of answer.clients) this.claims.set(id, token)
    if (update !== undefined && !isEmptyUpdate(update)) this.applyRemote(update)
    this.clientId = answer.clientId
    this.wanted = answer.clientId
    this.writeWith(answer.clientId)
    this.forgetSettledClaims()
    this.tellOwner()
    if (this.mayWrite) this.tellRecovered(serverStateVector)
    else this.journal.leave()
  }

  /** An update from the server. */
  applyRemote(bytes: Uint8Array): void {
    this.applyQuietly([bytes])
    this.journal.received(bytes, this.outbox.nextN())
  }

  acknowledged(packet: Packet): void {
    this.journal.acknowledged(packet.rows)
    if (this.outbox.count === 0) this.forgetSettledClaims()
  }

  /** Whether this tab has written a base. */
  get hasBase(): boolean {
    return this.lastBase !== ''
  }

  /** Whether the journal has grown so much that a base is due without waiting for rest. */
  get baseIsDue(): boolean {
    return this.journal.rowCount > limits.journalRowsMax
  }

  /**
   * Unless nothing came after the last one. Only when every letter is acknowledged: the base is shared with tabs that
   * could not send what is missing.
   */
  saveBase(mark: BaseMark): void {
    if (this.outbox.count > 0 || this.lineage === undefined || this.doc.store.pendingStructs !== null) return
    const base = JSON.stringify([this.lineage, mark])
    if (base === this.lastBase && this.journal.rowCount === 0) return
    this.lastBase = base
    this.journal.saveBase({ ...mark, state: Y.encodeStateAsUpdate(this.doc) }, this.outbox.newestN)
  }

  /**
   * After a refusal of the text: the whole of it is kept for the person, and its updates are never sent again. What it
   * stood on goes with it unless the refused update was merely too large.
   */
  setAside(documentId: string, refusal: Refusal): TextAside {
    const aside = { id: toBase64url(platformRandom(12)), documentId, at: this.clock.now(), refusal, text: this.text }
    this.journal.setAside(aside, refusal.code !== 'too-large')
    return aside
  }

  close(): void {
    this.doc.off('update', this.onUpdate)
    this.stopCleaning()
  }

  private readonly onUpdate = (bytes: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    this.journal.add(this.outbox.add(bytes, this.clock.now()))
    const folded = this.outbox.fold()
    if (folded !== undefined) this.journal.fold(folded.added, folded.removed)
    this.host.edited()
  }

  private takeIn(adopted: Adopted): void {
    for (const { id, token } of adopted.claims) if (!this.claims.has(id)) this.claims.set(id, token)
    this.applyQuietly(adopted.acknowledged)
    if (adopted.rows.length === 0) return
    this.outbox.restore(adopted.rows)
    this.applyQuietly(adopted.rows.map((row) => row.bytes))
    this.wasAway = true
  }

  private tellRecovered(serverStateVector: Uint8Array): void {
    if (!this.wasAway) return
    this.wasAway = false
    const recovered = this.outbox.count > 0 ? recoveredOf(this.doc.getText(textName), serverStateVector) : undefined
    if (recovered !== undefined) this.host.recovered(recovered)
  }

  private applyQuietly(updates: readonly Uint8Array[]): void {
    if (updates.length === 0) return
    const id = this.doc.clientID
    const apply = () => {
      for (const update of updates) Y.applyUpdate(this.doc, update, this)
    }
    // What throws here are observers of the page, after the text is in. Should it be the update after all, the digest
    // finds it.
    guarded(() => Y.transact(this.doc, apply, this, false))
    // Yjs takes another id when an update brings text of its own, which here is this tab's own text coming back.
    this.doc.clientID = id
  }

  private writeWith(id: ClientId): void {
    this.doc.clientID = id
    if (!this.claims.has(id)) this.claims.set(id, undefined)
  }

  /** With everything acknowledged, only the id in use is worth bringing. */
  private forgetSettledClaims(): void {
    if (this.outbox.count > 0) return
    for (const id of this.claims.keys()) if (id !== this.doc.clientID && id !== this.wanted) this.claims.delete(id)
  }

  private tellOwner(): void {
    const claims = [...this.claims].map(([id, token]) => (token === undefined ? { id } : { id, token }))
    this.journal.setOwner({ lineage: this.lineage ?? '', claims, clientId: this.clientId })
  }
}
