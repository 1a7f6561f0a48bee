// All documents that are live in this process: one room each, opened once however many ask, closed when nobody is in.
import { AppError } from '../shared/errors.ts'
import { type DocumentId, makeLineage, type RandomBytes } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import type { Seq } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import { coldDocument, needsFolding, unbuiltSnapshot } from './cold-document.ts'
import type { CommitQueue } from './commit-queue.ts'
import { compact } from './compaction.ts'
import { type DocumentMeta, deletedRefusal, metaWrite, readMeta } from './document-meta.ts'
import type { Fold } from './fold.ts'
import { LiveDocument } from './live-document.ts'
import type { Logger } from './log.ts'
import type { RoomEvents } from './metrics.ts'
import { Room } from './room.ts'
import type { Broadcaster } from './session.ts'
import type { Store } from './store/store.ts'
import {
  decodeLog,
  type LoadedLog,
  replay,
  type Snapshot,
  type StoredLog,
  snapshotWrite,
  type UpdateLog,
} from './update-log.ts'

export type RoomsInit = {
  store: Store
  updateLog: UpdateLog
  queue: CommitQueue
  clock: Clock
  random: RandomBytes
  log: Logger
  events: RoomEvents
  fold: Fold
  broadcasterFor(id: DocumentId): Broadcaster
}

/** A room that stays open until `release` is called. */
export type Lease = { room: Room; release(): void }

type Held = { room: Promise<Room>; opened: Room | undefined; leases: number; cancelIdle?: (() => void) | undefined }

export class Rooms {
  /** Told when the room of a deleted document has closed: nothing writes for it any more. */
  onGone: (id: DocumentId) => void = () => undefined
  readonly #init: RoomsInit
  readonly #held = new Map<DocumentId, Held>()

  constructor(init: RoomsInit) {
    this.#init = init
  }

  get size(): number {
    return this.#held.size
  }

  get sessionCount(): number {
    let count = 0
    for (const { opened } of this.#held.values()) count += opened?.sessions.size ?? 0
    return count
  }

  /** The room if it is live now; it may have closed after the caller's next await. */
  peek(id: DocumentId): Room | undefined {
    return this.#held.get(id)?.opened
  }

  /** What is kept beside a document's text, whether it is live or not. Throws `not-found`, `deleted`. */
  async metaOf(id: DocumentId): Promise<DocumentMeta> {
    const room = this.peek(id)
    if (room?.deleted) throw deletedRefusal()
    const meta = room?.meta ?? (await readMeta(this.#init.store, id))
    if (meta === undefined) throw notFound()
    return meta
  }

  /** Opens the room or joins those who wait for it. Throws `not-found`, `deleted`; `degraded` when the disk cannot be read. */
  async acquire(id: DocumentId): Promise<Lease> {
    let held = this.#held.get(id)
    if (held === undefined) {
      held = { room: this.#open(id), opened: undefined, leases: 0 }
      this.#held.set(id, held)
    }
    const mine = held
    mine.leases++
    mine.cancelIdle?.()
    mine.cancelIdle = undefined
    const room = await mine.room.catch((error) => {
      // Everybody who waited gets this error; the next one tries anew.
      if (this.#held.get(id) === mine) this.#held.delete(id)
      throw error
    })
    mine.opened = room
    let released = false
    const release = () => {
      if (released) return
      released = true
      mine.leases--
      this.#closeWhenIdle(id, mine)
    }
    if (!room.deleted) return { room, release }
    release()
    throw deletedRefusal()
  }

  /** Writes snapshots of what has changed, so that the next start finds no tails; waits for none after `withinMs`. */
  async compactAll(withinMs: number): Promise<void> {
    const end = this.#init.clock.monotonic() + withinMs
    for (const room of [...this.live()]) {
      if (this.#init.clock.monotonic() > end) return
      if (this.#isCompactionDue(room)) await Promise.race([compact(room, this.#init), this.#until(end)])
    }
  }

  #until(end: number): Promise<void> {
    const { clock } = this.#init
    return new Promise((resolve) => void clock.after(end - clock.monotonic(), resolve))
  }

  /** Closes all rooms. */
  close(): void {
    for (const held of this.#held.values()) {
      held.cancelIdle?.()
      held.opened?.close()
    }
    this.#held.clear()
  }

  /** Every live room; for the drain. */
  *live(): Iterable<Room> {
    for (const { opened } of this.#held.values()) if (opened !== undefined) yield opened
  }

  async #open(id: DocumentId): Promise<Room> {
    const { updateLog, queue, clock, events, broadcasterFor } = this.#init
    const found = await this.metaOf(id)
    const stored = await updateLog.read(id)
    const loaded = decodeLog(stored)
    const folded = needsFolding(loaded) ? await this.#folded(stored, loaded) : undefined
    const document = coldDocument(folded === undefined ? loaded : { snapshot: folded, tail: [] })
    const { meta, seq, snapshotSeq } = await this.#heal(id, found, loaded, document)
    const room = new Room({
      id,
      meta,
      document,
      seq,
      snapshotSeq,
      compactAtSeq: snapshotSeq + Math.ceil(limits.tailRecordsMax * this.#fraction(0.5)),
      queue,
      clock,
      events,
      broadcaster: broadcasterFor(id),
      reload: async () => new LiveDocument(replay(await updateLog.load(id))),
    })
    room.onCommit = () => {
      if (room.committedSeq < room.compactAtSeq) return
      room.compactAtSeq = room.committedSeq + tailRecordsMax(room)
      void compact(room, this.#init)
    }
    this.#beat(room)
    if (folded !== undefined && loaded.damage === undefined) this.#keep(room, folded)
    if (document.isTangled) {
      this.#init.log.warn({ documentId: id }, 'a document takes no changes: building it takes too long')
    }
    return room
  }

  /** `undefined` when the thread died of it: then it is done here. What took too long is put together without being built. */
  #folded(stored: StoredLog, loaded: LoadedLog): Promise<Snapshot | undefined> {
    return this.#init.fold(stored, loaded.seq, true).catch((error) => {
      this.#init.log.error({ documentId: stored.id, err: error }, 'a log could not be folded')
      if (!(error instanceof AppError) || error.code !== 'too-large') return undefined
      return { ...unbuiltSnapshot(coldDocument(loaded), loaded.seq), buildMs: limits.foldMsMax }
    })
  }

  /** Made to open the document, so the next time it need not be made. */
  #keep(room: Room, snapshot: Snapshot): void {
    room.pendingWrites++
    this.#init.queue
      .write([snapshotWrite(room.id, snapshot)])
      .then(
        () => {
          room.snapshotSeq = Math.max(room.snapshotSeq, snapshot.seq)
        },
        // The records are there all the same.
        () => undefined,
      )
      .finally(() => room.pendingWrites--)
  }

  /** A sound log as it is. After damage: a fresh start behind everything on disk, durable before anybody sees it. */
  async #heal(
    id: DocumentId,
    meta: DocumentMeta,
    loaded: LoadedLog,
    document: LiveDocument,
  ): Promise<{ meta: DocumentMeta; seq: Seq; snapshotSeq: Seq }> {
    const { damage, lastSeq } = loaded
    if (damage === undefined) return { meta, seq: loaded.seq, snapshotSeq: loaded.snapshot?.seq ?? 0 }
    const { log, queue, random } = this.#init
    log.error({ documentId: id, damage }, 'the log of a document is damaged')
    const snapshot = unbuiltSnapshot(document, lastSeq)
    // Lost commits may live on in clients: from here on it is another history, which nobody merges unasked ([J7]).
    const healed = damage.lost ? { ...meta, lineage: makeLineage(random) } : meta
    await queue.write([metaWrite(id, healed), snapshotWrite(id, snapshot)])
    return { meta: healed, seq: lastSeq, snapshotSeq: lastSeq }
  }

  #closeWhenIdle(id: DocumentId, held: Held): void {
    if (held.leases > 0 || this.#held.get(id) !== held) return
    held.cancelIdle?.()
    held.cancelIdle = this.#init.clock.after(limits.roomIdleMs, () => {
      held.cancelIdle = undefined
      void this.#evict(id, held)
    })
  }

  /** Writes a snapshot if there is anything new, then forgets the room, unless somebody came meanwhile. */
  async #evict(id: DocumentId, held: Held): Promise<void> {
    const room = held.opened
    if (room === undefined || held.leases > 0 || this.#held.get(id) !== held) return
    // Also one that began before the document was deleted: its snapshot would come after everything was wiped.
    if (room.compaction !== undefined || this.#isCompactionDue(room)) await compact(room, this.#init)
    if (held.leases > 0 || this.#held.get(id) !== held) return
    if (!room.atRest || room.pendingWrites > 0 || this.#init.queue.degraded) return this.#closeWhenIdle(id, held)
    held.cancelIdle?.()
    this.#held.delete(id)
    room.close()
    if (room.deleted) this.onGone(id)
  }

  /** From `low` to 1, by chance: rooms that begin together and are as busy must not all do the same in the same moment. */
  #fraction(low: number): number {
    return low + ((1 - low) * this.#init.random(1)[0]!) / 255
  }

  #isCompactionDue(room: Room): boolean {
    return (
      !room.deleted &&
      !room.document.isTangled &&
      room.committedSeq > room.snapshotSeq &&
      room.atRest &&
      !this.#init.queue.degraded
    )
  }

  /** Each room in its own time, counted from its opening, so that they do not all beat at once. */
  #beat(room: Room): void {
    room.cancelHeartbeat = this.#init.clock.after(limits.heartbeatMs, () => {
      room.heartbeat()
      this.#beat(room)
    })
  }
}

const notFound = () => new AppError('not-found', 'There is no such document on this server.')

/** A tail may be longer behind a large state: reading that takes most of a load anyway, and so does compacting it. */
function tailRecordsMax(room: Room): number {
  return limits.tailRecordsMax + Math.floor(room.document.usage.stateBytes / limits.tailBytesPerRecord)
}
