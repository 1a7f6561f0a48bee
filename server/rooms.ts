// All documents that are live in this process: one room each, opened once however many ask, closed when nobody is in.
import * as Y from 'yjs'
import { AppError } from '../shared/errors.ts'
import { type DocumentId, makeLineage, type RandomBytes } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import { mergeUpdates } from '../shared/merge.ts'
import type { Seq, Usage } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { CommitQueue } from './commit-queue.ts'
import { compact } from './compaction.ts'
import { type DocumentMeta, metaWrite, readMeta } from './document-meta.ts'
import { LiveDocument } from './live-document.ts'
import type { Logger } from './log.ts'
import type { RoomEvents } from './metrics.ts'
import { Room } from './room.ts'
import type { Broadcaster } from './session.ts'
import { takeSnapshot } from './snapshot.ts'
import type { Store } from './store/store.ts'
import { type LoadedLog, snapshotWrite, type UpdateLog } from './update-log.ts'

export type RoomsInit = {
  store: Store
  updateLog: UpdateLog
  queue: CommitQueue
  clock: Clock
  random: RandomBytes
  log: Logger
  events: RoomEvents
  broadcasterFor(id: DocumentId): Broadcaster
}

/** A room that stays open until `release` is called. */
export type Lease = { room: Room; release(): void }

type Held = { room: Promise<Room>; opened: Room | undefined; leases: number; cancelIdle?: (() => void) | undefined }

export class Rooms {
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

  /** Opens the room or joins those who wait for it. Throws `not-found`; `degraded` when the disk cannot be read. */
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
    try {
      const room = await mine.room
      mine.opened = room
      let released = false
      const release = () => {
        if (released) return
        released = true
        mine.leases--
        this.#closeWhenIdle(id, mine)
      }
      return { room, release }
    } catch (error) {
      // Everybody who waited gets this error; the next one tries anew.
      if (this.#held.get(id) === mine) this.#held.delete(id)
      throw error
    }
  }

  /** Broadcasts what waits for its pace. */
  flush(): void {
    for (const room of this.live()) room.flush()
  }

  /** Writes snapshots of what has changed, so that the next start finds no tails; begins none after `withinMs`. */
  async compactAll(withinMs: number): Promise<void> {
    const end = this.#init.clock.monotonic() + withinMs
    for (const room of [...this.live()]) {
      if (this.#init.clock.monotonic() > end) return
      if (this.#isCompactionDue(room)) await compact(room, this.#init)
    }
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
    const { store, updateLog, queue, clock, events, broadcasterFor } = this.#init
    const found = await readMeta(store, id)
    if (found === undefined) throw new AppError('not-found', 'There is no such document on this server.')
    const loaded = await updateLog.load(id)
    const document = coldDocument(loaded)
    const { meta, seq, snapshotSeq } = await this.#heal(id, found, loaded, document)
    const room = new Room({
      id,
      meta,
      document,
      seq,
      snapshotSeq,
      queue,
      clock,
      events,
      broadcaster: broadcasterFor(id),
      reload: async () => new LiveDocument(updateLog.replay(await updateLog.load(id))),
    })
    room.onCommit = () => {
      if (room.committedSeq < room.compactAtSeq) return
      room.compactAtSeq = room.committedSeq + tailRecordsMax(room)
      void compact(room, this.#init)
    }
    this.#beat(room)
    return room
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
    const snapshot = takeSnapshot(document.doc, lastSeq)
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
    if (this.#isCompactionDue(room)) await compact(room, this.#init)
    if (held.leases > 0 || this.#held.get(id) !== held) return
    if (!room.atRest || room.pendingWrites > 0 || this.#init.queue.degraded) return this.#closeWhenIdle(id, held)
    held.cancelIdle?.()
    this.#held.delete(id)
    room.close()
  }

  #isCompactionDue(room: Room): boolean {
    return room.committedSeq > room.snapshotSeq && room.atRest && !this.#init.queue.degraded
  }

  /** Each room in its own time, counted from its opening, so that they do not all beat at once. */
  #beat(room: Room): void {
    room.cancelHeartbeat = this.#init.clock.after(limits.heartbeatMs, () => {
      room.heartbeat()
      this.#beat(room)
    })
  }
}

/** A tail may be longer behind a large state: reading that takes most of a load anyway, and so does compacting it. */
function tailRecordsMax(room: Room): number {
  return limits.tailRecordsMax + Math.floor(room.document.usage.stateBytes / limits.tailBytesPerRecord)
}

/** Adds the most that an update can bring: exact once there is a Y.Doc, which knows what was deleted and what merges. */
function addUsage(usage: Usage, update: Uint8Array): void {
  const { structs, ds } = Y.decodeUpdate(update)
  for (const struct of structs) {
    usage.structs++
    if (struct instanceof Y.Item && struct.countable) usage.textLength += struct.length
  }
  // A deletion may split a structure at both of its ends.
  for (const ranges of ds.clients.values()) usage.structs += 2 * ranges.length
}

/**
 * The snapshot's bytes as they are, or with what came after them merged in: building a Y.Doc of a long history costs many
 * times that, and a first visitor does not need one.
 */
function coldDocument({ snapshot, tail }: LoadedLog): LiveDocument {
  const added = tail.flatMap((record) => record.parts.map((part) => part.bytes))
  if (snapshot === undefined && added.length === 0) return new LiveDocument(undefined)
  if (snapshot !== undefined && added.length === 0) {
    const { bytes, stateVector, structs, textLength, digest } = snapshot
    return new LiveDocument({ bytes, stateVector, usage: { structs, textLength, stateBytes: bytes.length }, digest })
  }
  const bytes = mergeUpdates(snapshot === undefined ? added : [snapshot.bytes, mergeUpdates(added)])
  const usage = { structs: snapshot?.structs ?? 0, textLength: snapshot?.textLength ?? 0, stateBytes: bytes.length }
  for (const update of added) addUsage(usage, update)
  return new LiveDocument({ bytes, stateVector: Y.encodeStateVectorFromUpdate(bytes), usage, digest: undefined })
}
