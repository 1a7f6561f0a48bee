// What is durable about a document: a record per commit, never deleted, and one snapshot to start loading from. Knows
// keys and records, no rooms. It only reads; writes are handed out for the commit queue.
import * as Y from 'yjs'
import { AppError } from '../shared/errors.ts'
import type { DocumentId } from '../shared/ids.ts'
import { type Seq, textName } from '../shared/protocol.ts'
import { decodeRecord, decodeSnapshot, encodeRecord, encodeSnapshot, type LogRecord, type Snapshot } from './record.ts'
import { decodeKey, encodeKey, prefixRange } from './store/key.ts'
import type { Store, StoreWrite } from './store/store.ts'

export type { LogPart, LogRecord, Snapshot } from './record.ts'

/** What is wrong with a log. `seq`: the first commit that is affected, or 0 for the snapshot. */
export type Damage = {
  kind: 'hole' | 'checksum' | 'snapshot'
  seq: Seq
  /** Whether commits are missing from what was loaded; a bad snapshot alone loses nothing. */
  lost: boolean
  /** For the log and the host. */
  message: string
}

/**
 * All that can be used of a log: the state after commit `seq` (0: nothing) is the snapshot and then the tail. `lastSeq`:
 * the highest commit on disk, usable or not. After damage, go on from there, with a snapshot at `lastSeq`: commits that
 * continued at `seq` would overwrite records, and be followed by others that were made on another state.
 */
export type LoadedLog = { snapshot?: Snapshot; tail: LogRecord[]; seq: Seq; lastSeq: Seq; damage?: Damage }

/** A log as it lies on disk: the snapshot, or why it cannot be read, and the bytes of every record after it, in order of seq. */
export type StoredLog = {
  id: DocumentId
  snapshot?: Snapshot
  damage?: Damage
  records: { seq: Seq; bytes: Uint8Array }[]
}

const recordKey = (id: DocumentId, seq: Seq) => encodeKey(['doc', id, 'record', seq])
const snapshotKey = (id: DocumentId) => encodeKey(['doc', id, 'snapshot'])

/** The write that makes a commit of a document durable. Throws RangeError for a seq below 1 or numbers that are none. */
export function recordWrite(id: DocumentId, record: LogRecord): StoreWrite {
  if (record.seq < 1) throw new RangeError(`not the seq of a commit: ${record.seq}`)
  return { type: 'put', key: recordKey(id, record.seq), value: encodeRecord(id, record) }
}

/** The write that replaces a document's snapshot. The records before it stay. */
export function snapshotWrite(id: DocumentId, snapshot: Snapshot): StoreWrite {
  return { type: 'put', key: snapshotKey(id), value: encodeSnapshot(id, snapshot) }
}

/** Reads the logs of all documents in a store. */
export class UpdateLog {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** What is there, to be decoded where it is used. Throws `degraded` when the store does. */
  async read(id: DocumentId): Promise<StoredLog> {
    const found = await this.#loadSnapshot(id)
    const records: StoredLog['records'] = []
    for await (const [key, bytes] of this.#store.range(recordRange(id, (found.snapshot?.seq ?? 0) + 1))) {
      records.push({ seq: seqOf(key), bytes })
    }
    return { id, ...found, records }
  }

  /** See decodeLog. Throws `degraded` when the store does. */
  async load(id: DocumentId): Promise<LoadedLog> {
    return decodeLog(await this.read(id))
  }

  async #loadSnapshot(id: DocumentId): Promise<{ snapshot?: Snapshot; damage?: Damage }> {
    const bytes = await this.#store.get(snapshotKey(id))
    if (bytes === undefined) return {}
    try {
      return { snapshot: decodeSnapshot(id, bytes) }
    } catch (error) {
      return { damage: { kind: 'snapshot', seq: 0, lost: false, message: (error as Error).message } }
    }
  }

  /** When a commit was made, ms since epoch; `undefined` when there is no record of it that can be read. */
  async timeOf(id: DocumentId, seq: Seq): Promise<number | undefined> {
    const bytes = await this.#store.get(recordKey(id, seq))
    if (bytes === undefined) return undefined
    try {
      return decodeRecord(id, bytes).time
    } catch {
      // load() reports the damage; a date is not worth refusing the document for.
      return undefined
    }
  }

  /** When the last commit was made, ms since epoch; `undefined` when there is none that can be read. */
  async lastTime(id: DocumentId): Promise<number | undefined> {
    const range = { ...recordRange(id, 1), reverse: true, limit: 1 }
    for await (const [key] of this.#store.range(range)) return this.timeOf(id, seqOf(key))
    return undefined
  }

  /**
   * The journal: records `from` (default 1) to `to` (default: the last), both included, in order of seq. Throws AppError
   * `internal` at a record that cannot be read; a hole is for the reader to see by the seqs.
   */
  async *records(id: DocumentId, range: { from?: Seq; to?: Seq } = {}): AsyncGenerator<LogRecord> {
    for await (const [key, bytes] of this.#store.range(recordRange(id, range.from ?? 1, range.to))) {
      const record = decodeRecord(id, bytes)
      if (record.seq !== seqOf(key)) throw new AppError('internal', misplaced(seqOf(key), record.seq))
      yield record
    }
  }
}

/**
 * The snapshot, if it can be read, and every record after it; otherwise every record from the first. A hole or a record
 * that cannot be read ends the tail: what follows would be applied to a state that never was.
 */
export function decodeLog({ id, snapshot, damage: snapshotDamage, records }: StoredLog): LoadedLog {
  const tail: LogRecord[] = []
  let seq = snapshot?.seq ?? 0
  let damage: Damage | undefined
  for (const stored of records) {
    const next = readNext(id, seq + 1, stored.seq, stored.bytes)
    if ('damage' in next) {
      damage = next.damage
      break
    }
    tail.push(next.record)
    seq = stored.seq
  }
  const lastSeq = records.at(-1)?.seq ?? seq
  damage ??= snapshotDamage
  return { ...(snapshot && { snapshot }), tail, seq, lastSeq, ...(damage && { damage }) }
}

/**
 * The document after commit `upTo` (default: all that was loaded). Throws RangeError when `upTo` lies before the
 * snapshot, AppError `internal` when Yjs cannot read an update whose checksum was right.
 */
export function replay(loaded: LoadedLog, upTo: Seq = loaded.seq): Y.Doc {
  const { snapshot, tail } = loaded
  if (snapshot !== undefined && upTo < snapshot.seq) throw new RangeError(`seq ${upTo} lies before the snapshot`)
  const doc = new Y.Doc()
  // Also when nothing is there: the root must be a Y.Text for whoever encodes or observes it.
  doc.getText(textName)
  try {
    doc.transact(() => {
      if (snapshot !== undefined) Y.applyUpdate(doc, snapshot.bytes)
      for (const record of tail) {
        if (record.seq > upTo) break
        for (const part of record.parts) Y.applyUpdate(doc, part.bytes)
      }
    })
  } catch (cause) {
    doc.destroy()
    throw new AppError('internal', 'This document on disk holds an update that cannot be read.', { cause })
  }
  return doc
}

/** The next record of a tail, or why there is none. */
function readNext(
  id: DocumentId,
  expected: Seq,
  seq: Seq,
  bytes: Uint8Array,
): { record: LogRecord } | { damage: Damage } {
  const damage = (kind: Damage['kind'], message: string) => ({
    damage: { kind, seq: expected, lost: true, message },
  })
  if (seq !== expected) return damage('hole', `Commits ${expected} to ${seq - 1} of this document are missing on disk.`)
  try {
    const record = decodeRecord(id, bytes)
    return record.seq === seq ? { record } : damage('checksum', misplaced(seq, record.seq))
  } catch (error) {
    return damage('checksum', `Commit ${seq}: ${(error as Error).message}`)
  }
}

const misplaced = (seq: Seq, found: Seq) => `In the place of commit ${seq} of this document stands commit ${found}.`

function recordRange(id: DocumentId, from: Seq, to?: Seq): { gte: Uint8Array; lt: Uint8Array } {
  const all = prefixRange(['doc', id, 'record'])
  return { gte: recordKey(id, from), lt: to === undefined ? all.lt : recordKey(id, to + 1) }
}

const seqOf = (key: Uint8Array): Seq => decodeKey(key)[3] as number
