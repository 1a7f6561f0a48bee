// One document that is live in this process: its text, its sessions and its commits. It knows no socket, no disk and
// no HTTP: sessions are reached through Peer and Broadcaster, durability comes from the commit queue.
import { AppError, type Refusal } from '../shared/errors.ts'
import type { ClientId, DocumentId } from '../shared/ids.ts'
import type { Answer, PresenceState, Seq, UpdateAnswer } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { CommitQueue, CommitSource } from './commit-queue.ts'
import { degradedRefusal, tangledRefusal } from './commit-refusals.ts'
import type { DocumentMeta } from './document-meta.ts'
import { IdHolders } from './id-holders.ts'
import { judge } from './judge.ts'
import type { LiveDocument } from './live-document.ts'
import type { RoomEvents } from './metrics.ts'
import { adjacentMerged, loneAuthor, type Part, rebuilt, refuseParts } from './parts.ts'
import { RoomPace } from './room-pace.ts'
import { RoomPresence } from './room-presence.ts'
import { SeqWaiters } from './seq-waiters.ts'
import type { Broadcaster, Session } from './session.ts'
import type { StoreWrite } from './store/store.ts'
import { tellRoom } from './tell-room.ts'
import { untilItWorks } from './until-it-works.ts'
import { recordWrite } from './update-log.ts'

export type RoomInit = {
  id: DocumentId
  meta: DocumentMeta
  document: LiveDocument
  /** Last durable commit. */
  seq: Seq
  /** Last commit that the snapshot on disk covers. */
  snapshotSeq: Seq
  /** The commit after which the first snapshot is due. */
  compactAtSeq: Seq
  queue: CommitQueue
  clock: Clock
  broadcaster: Broadcaster
  events: RoomEvents
  /** Builds the document again from what is durable. */
  reload(): Promise<LiveDocument>
}

export class Room implements CommitSource {
  readonly id: DocumentId
  readonly sessions: Set<Session> = new Set()
  readonly presence: RoomPresence
  meta: DocumentMeta
  /** A tombstone stands in its place: nobody comes in any more. */
  deleted = false
  document: LiveDocument
  /** Set by rooms: told after each durable commit. */
  onCommit: () => void = () => undefined
  /** Last commit that the snapshot on disk covers. */
  snapshotSeq: Seq
  /** Set by rooms: ends the heartbeat. */
  cancelHeartbeat: () => void = () => undefined
  /** Writes beside the text that are under way: the room stays open for them. */
  pendingWrites = 0
  /** The commit after which the next snapshot is due. */
  compactAtSeq: Seq
  /** The snapshot that is being written, if one is. */
  compaction: Promise<void> | undefined
  /** When set, the next commit that forms tells it the digest: the one moment at which text and seq belong together. */
  captureDigest: ((seq: Seq, digest: string) => void) | undefined
  /** clock.monotonic() until which its edits gather, so that many writers share a record and a broadcast ([B5]). */
  notBefore = 0
  readonly #init: RoomInit
  readonly #waiters = new SeqWaiters()
  readonly #ids = new IdHolders()
  #committedSeq: Seq
  readonly #pace = new RoomPace()
  /** `update`: what the document made of the parts, in `tookMs`; absent while it is not to be trusted. */
  #forming: { seq: Seq; parts: Part[]; update: Uint8Array | undefined; tookMs: number } | undefined
  #waiting: Part[] = []
  #rebuilding: Promise<void> | undefined
  #stopListening: () => void
  #closed = false

  constructor(init: RoomInit) {
    this.#init = init
    this.id = init.id
    this.meta = init.meta
    this.document = init.document
    this.snapshotSeq = init.snapshotSeq
    this.compactAtSeq = init.compactAtSeq
    this.#committedSeq = init.seq
    this.presence = new RoomPresence(init.clock, this.sessions, (changes) => {
      init.broadcaster.presence(changes)
      init.broadcaster.presenceToTextOnly(changes)
    })
    this.#stopListening = init.queue.onChange((degraded) => {
      if (degraded) this.#waiters.giveUp()
    })
  }

  /** Last durable commit. */
  get committedSeq(): Seq {
    return this.#committedSeq
  }

  /** The commit that will cover everything which is in the document now; until it forms it may get more. */
  get coveringSeq(): Seq {
    return this.wholeSeq + (this.#waiting.length === 0 ? 0 : 1)
  }

  /** The last commit that is in the document whole. */
  get wholeSeq(): Seq {
    return this.#committedSeq + (this.#forming === undefined ? 0 : 1)
  }

  /** Whether everything in the document is durable. */
  get atRest(): boolean {
    return this.coveringSeq === this.#committedSeq
  }

  /** The session that holds this client id. */
  holderOf(id: ClientId): Session | undefined {
    return this.#ids.of(id)
  }

  /** True once that commit is durable; false when the server is degraded before that, or the room closed. */
  whenCommitted(seq: Seq): Promise<boolean> {
    if (seq <= this.#committedSeq) return Promise.resolve(true)
    if (this.#init.queue.degraded || this.#closed) return Promise.resolve(false)
    return this.#waiters.wait(seq)
  }

  /** Resolves when the document may be used: at once, unless it is being built again. */
  whenUsable(): Promise<void> {
    return this.#rebuilding ?? Promise.resolve()
  }

  /** Lets a session in, or gives one that is in already what it may write with. Ends who else holds those ids. */
  enter(session: Session, clientId: ClientId, owns: ReadonlySet<ClientId>): void {
    for (const other of this.#ids.give(session, owns)) {
      this.end(other, { code: 'replaced', message: 'This tab went on over another connection.' })
    }
    const isNew = !this.sessions.has(session)
    if (!isNew && session.clientId !== clientId) this.presence.left(session)
    const isRenamed = session.clientId !== clientId
    session.clientId = clientId
    this.sessions.add(session)
    if (isNew || isRenamed) this.presence.joined(session)
    session.peer.setLive(true)
  }

  /** Takes an update from a session ([U1]–[U8]). `answer` is called once: with a refusal, or when it is durable. */
  update(session: Session, bytes: Uint8Array, answer: (answer: Answer<UpdateAnswer>) => void): void {
    try {
      this.#take(session, bytes, answer)
    } catch (error) {
      session.synced = false
      const refusal = error instanceof AppError ? error : this.#brokenBy(error)
      this.#init.events.refused('update', refusal.code)
      answer({ ok: false, error: refusal.toRefusal() })
    }
  }

  #take(session: Session, bytes: Uint8Array, answer: (answer: Answer<UpdateAnswer>) => void): void {
    if (!session.may('update')) throw new AppError('forbidden', 'This link lets you read, not write.')
    if (!session.synced || session.ended) throw new AppError('not-synced', 'Join the document again first.')
    if (this.#rebuilding !== undefined) throw new AppError('busy', 'The document is being read again; try again.')
    // Judging would build it.
    if (this.document.isTangled) throw tangledRefusal()
    this.#init.queue.submit(this, bytes.length)
    const verdict = judge(this.document, session, bytes, this.#init.events)
    const added = verdict.redundant ? undefined : this.document.apply(bytes, verdict)
    if (added === undefined) this.#answerKnown(session, answer)
    else this.#waiting.push({ session, bytes: added, answer })
  }

  /** Nothing new: a retry whose ack was lost. It is answered when the state that has it is durable ([U5]). */
  #answerKnown(session: Session, answer: (answer: Answer<UpdateAnswer>) => void): void {
    const seq = this.coveringSeq
    void this.whenCommitted(seq).then((durable) => {
      if (durable) return answer({ ok: true, seq, alone: false })
      session.synced = false
      answer({ ok: false, error: degradedRefusal().toRefusal() })
    })
  }

  // ── Commits ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Called by the commit queue: everything that waits becomes one record with the next seq. */
  form(): StoreWrite[] {
    if (this.#waiting.length === 0) return []
    const parts = this.#waiting
    const seq = this.#committedSeq + 1
    this.#waiting = []
    const { clock } = this.#init
    const startedAt = clock.monotonic()
    this.#forming = { seq, parts, update: undefined, tookMs: 0 }
    this.#forming.update = this.document.takeUpdate()
    this.#forming.tookMs = clock.monotonic() - startedAt
    this.captureDigest?.(seq, this.document.digest)
    this.captureDigest = undefined
    return [recordWrite(this.id, { seq, time: clock.now(), parts: adjacentMerged(parts) })]
  }

  /** Called by the commit queue: what form() gave is durable. Acks first, then the broadcast. */
  committed(): void {
    const forming = this.#forming
    if (forming === undefined) return
    const { clock } = this.#init
    const startedAt = clock.monotonic()
    this.#forming = undefined
    this.#committedSeq = forming.seq
    const author = loneAuthor(forming.parts)
    for (const part of forming.parts) part.answer({ ok: true, seq: forming.seq, alone: author !== undefined })
    tellRoom({ ...forming, author }, this.sessions.size, this.presence, this.#init)
    const now = clock.monotonic()
    this.notBefore = now + this.#pace.pauseAfter(forming.tookMs + now - startedAt)
    this.#waiters.reached(forming.seq)
    this.onCommit()
  }

  /** Called by the commit queue when form() threw: what it took is not durable and never will be. */
  failed(error: AppError): void {
    refuseParts(this.#forming?.parts ?? [], error)
    this.#forming = undefined
    this.#brokenBy(error)
  }

  heartbeat(): void {
    if (this.sessions.size === 0) return
    this.#init.broadcaster.heartbeat({ seq: this.#committedSeq, usage: this.document.usage })
  }

  // ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────

  move(session: Session, state: PresenceState): void {
    if (!session.ended) this.presence.moved(session, state)
  }

  rename(session: Session, name: string, color: number): void {
    session.person = { ...session.person, name, color }
    this.presence.changed(session)
  }

  /** Ends one session; with a refusal its client is told why. Its updates that wait still become durable. */
  end(session: Session, refusal?: Refusal): void {
    if (session.ended) return
    session.ended = true
    session.synced = false
    this.sessions.delete(session)
    this.#ids.takeBack(session)
    session.peer.setLive(false)
    this.presence.left(session)
    if (refusal !== undefined) session.peer.close(refusal)
  }

  /** Ends every session whose key grants nothing any more ([A3]). */
  endRevoked(): void {
    for (const session of [...this.sessions]) {
      if (this.meta.keys[session.role].includes(session.keyHash)) continue
      this.end(session, { code: 'forbidden', message: 'This link was revoked. Ask for a new one.' })
    }
  }

  // ── Trouble ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The guard let something through that Yjs did not take: the live document is no longer to be trusted. */
  #brokenBy(error: unknown): AppError {
    this.#init.events.broken(this.id, error)
    const refusal = new AppError('invalid', 'The server could not take this change.', { cause: error })
    if (this.document.isUntidy) refuseParts(this.#waiting.splice(0), refusal)
    this.#rebuilding ??= this.#rebuild().finally(() => {
      this.#rebuilding = undefined
    })
    return refusal
  }

  async #rebuild(): Promise<void> {
    const accepted = [...(this.#forming?.parts ?? []), ...this.#waiting]
    const document = await untilItWorks(() => rebuilt(accepted, this.#init.reload), {
      clock: this.#init.clock,
      failed: (error) => this.#init.events.broken(this.id, error),
      isOver: () => this.#closed,
    })
    if (document === undefined) return
    this.document.close()
    this.document = document
    for (const session of this.sessions) {
      session.synced = false
      session.peer.resync('rebuilt')
    }
  }

  /** Ends all timers. Nothing may be called afterwards. */
  close(): void {
    this.#closed = true
    this.cancelHeartbeat()
    this.presence.close()
    this.#stopListening()
    this.#waiters.giveUp()
    this.document.close()
  }
}
