// The text of one document, replayed commit by commit beside its snapshot: what is missing, what cannot be read, and the most
// that can be made of it. It follows the same rules as server/update-log and looks at everything that a load skips.
import * as Y from 'yjs'
import type { DocumentId } from '../../shared/ids.ts'
import { type Seq, textName } from '../../shared/protocol.ts'
import { digestOf } from '../../shared/text.ts'
import { decodeRecord, decodeSnapshot, type LogRecord, type Snapshot } from '../record.ts'
import { takeSnapshot } from '../snapshot.ts'
import type { Finding } from './findings.ts'

type Range = { from: Seq; to: Seq }

export class TextExamination {
  /** Time of the last commit that could be read, ms since epoch. */
  lastTime: number | undefined
  readonly #id: DocumentId
  readonly #snapshot: Snapshot | undefined
  readonly #snapshotDamage: string | undefined
  /** The state after commit `#seq`: from the first commit on or, once history is broken, from the snapshot on. */
  #doc = newDoc()
  #seq: Seq = 0
  /** Why nothing is applied at the moment: what is missing or unreadable after `#seq`. */
  #brokenBy: string | undefined
  #lastSeq: Seq = 0
  readonly #missing: Range[] = []
  /** What only the snapshot had: a commit of its own, so that all commits together are the text again. */
  #added: Uint8Array | undefined

  /** `snapshot`: the stored bytes. */
  constructor(id: DocumentId, snapshot: Uint8Array | undefined) {
    this.#id = id
    if (snapshot === undefined) return
    const read = readSnapshot(id, snapshot)
    if ('damage' in read) this.#snapshotDamage = read.damage
    else this.#snapshot = read.snapshot
  }

  get hasBadSnapshot(): boolean {
    return this.#snapshotDamage !== undefined
  }

  /** The next record in order of their keys. Returns what is wrong with it, or `undefined`. */
  take(seq: Seq, bytes: Uint8Array): string | undefined {
    if (seq > this.#lastSeq + 1) this.#miss({ from: this.#lastSeq + 1, to: seq - 1 })
    this.#lastSeq = seq
    const read = readRecord(this.#id, seq, bytes)
    const damage = 'damage' in read ? read.damage : this.#apply(read.record)
    if (damage !== undefined) this.#break(`commit ${seq} cannot be used (${damage})`)
    this.#meetSnapshot(seq)
    return damage
  }

  /** After the last record. `snapshot` and `record`: to be written; `lost`: the text is another one now, or not all of it. */
  finish(now: number): { findings: Finding[]; snapshot?: Snapshot; record?: LogRecord; lost: boolean } {
    const snapshotSeq = this.#snapshot?.seq ?? 0
    if (snapshotSeq > this.#lastSeq) {
      this.#miss({ from: this.#lastSeq + 1, to: snapshotSeq })
      this.#lastSeq = snapshotSeq
    }
    const findings = [...this.#damages(), ...this.#gaps(snapshotSeq)]
    const lost = this.#brokenBy !== undefined || this.#added !== undefined
    const record = this.#added && { seq: this.#lastSeq + 1, time: now, parts: [{ clientId: 0, bytes: this.#added }] }
    const snapshot = lost || this.hasBadSnapshot ? takeSnapshot(this.#doc, record?.seq ?? this.#lastSeq) : undefined
    this.#doc.destroy()
    return { findings, lost, ...(snapshot && { snapshot }), ...(record && { record }) }
  }

  #apply(record: LogRecord): string | undefined {
    this.lastTime = record.time
    if (this.#brokenBy !== undefined) return undefined
    try {
      for (const part of record.parts) Y.applyUpdate(this.#doc, part.bytes)
    } catch {
      // Half applied; what its state says of itself is whole.
      this.#doc = docOf(Y.encodeStateAsUpdate(this.#doc))
      return 'it does not apply'
    }
    // Also when the rest of it did apply: every commit was made on what came before it.
    if (dropPending(this.#doc)) return 'it builds on text that is not there'
    this.#seq = record.seq
    return undefined
  }

  #miss(range: Range): void {
    this.#missing.push(range)
    this.#break(`${commits(range)} missing`)
    // Also a snapshot in the middle of what is missing goes on behind it.
    const seq = this.#snapshot?.seq ?? 0
    if (seq >= range.from && seq <= range.to) this.#meetSnapshot(seq)
    if (seq >= range.from && seq < range.to) this.#break(`${commits({ from: seq + 1, to: range.to })} missing`)
  }

  #break(why: string): void {
    this.#brokenBy ??= why
  }

  /** At its seq the snapshot has to be what was replayed; where that broke before, it goes on from the snapshot. */
  #meetSnapshot(seq: Seq): void {
    const snapshot = this.#snapshot
    if (snapshot?.seq !== seq) return
    if (this.#brokenBy !== undefined) {
      this.#doc.destroy()
      this.#doc = newDoc()
    } else if (snapshot.digest === undefined || snapshot.digest !== digestOf(textOf(this.#doc))) {
      // Both are whole and say different things. Together they have all that either has.
      const other = docOf(snapshot.bytes)
      if (textOf(other) !== textOf(this.#doc))
        this.#added = Y.encodeStateAsUpdate(other, Y.encodeStateVector(this.#doc))
      other.destroy()
    }
    this.#brokenBy = undefined
    this.#seq = seq
    Y.applyUpdate(this.#doc, snapshot.bytes)
  }

  #damages(): Finding[] {
    const found: Finding[] = []
    if (this.#snapshotDamage !== undefined) {
      const whole = this.#brokenBy === undefined ? ' Its text is whole without it.' : ''
      const what = `The snapshot cannot be used (${this.#snapshotDamage}).${whole}`
      found.push({ kind: 'damage', what, remedy: 'moved aside; a new one was made from the commits' })
    }
    if (this.#added !== undefined) {
      const remedy = 'a new snapshot holds what is in either, under a new lineage'
      found.push({ kind: 'damage', what: 'The snapshot and the commits it stands for have different texts.', remedy })
    }
    if (this.#brokenBy !== undefined) {
      const behind = this.#lastSeq - this.#seq
      const what = `${capital(this.#brokenBy)}: the text ends with commit ${this.#seq}; what was written in the ${behind} behind it is not in it.`
      const remedy =
        'the document goes on from there under a new lineage: pages that hold more keep their text and say so'
      found.push({ kind: 'damage', what, remedy })
    }
    return found
  }

  /** Commits that are missing before the snapshot: its text has them, the history does not. */
  #gaps(snapshotSeq: Seq): Finding[] {
    return this.#missing
      .filter(({ from }) => from <= snapshotSeq)
      .map(({ from, to }) => {
        const range = commits({ from, to: Math.min(to, snapshotSeq) })
        return { kind: 'note', what: `${capital(range)} missing in the history; a later snapshot stands for them.` }
      })
  }
}

function readSnapshot(id: DocumentId, bytes: Uint8Array): { snapshot: Snapshot } | { damage: string } {
  try {
    const snapshot = decodeSnapshot(id, bytes)
    const doc = docOf(snapshot.bytes)
    const isPending = doc.store.pendingStructs !== null || doc.store.pendingDs !== null
    const text = textOf(doc)
    doc.destroy()
    if (isPending) return { damage: 'it is not complete' }
    if (text.length !== snapshot.textLength) return { damage: 'its text has another length than it says' }
    if (snapshot.digest !== undefined && snapshot.digest !== digestOf(text)) {
      return { damage: 'its text has another digest than it says' }
    }
    return { snapshot }
  } catch (error) {
    return { damage: reason(error) }
  }
}

function readRecord(id: DocumentId, seq: Seq, bytes: Uint8Array): { record: LogRecord } | { damage: string } {
  try {
    const record = decodeRecord(id, bytes)
    if (record.seq !== seq) return { damage: `in its place stands commit ${record.seq}` }
    // Applying is not atomic: what cannot be read must be known before.
    for (const part of record.parts) Y.decodeUpdate(part.bytes)
    return { record }
  } catch (error) {
    return { damage: reason(error) }
  }
}

function newDoc(): Y.Doc {
  const doc = new Y.Doc()
  doc.getText(textName)
  return doc
}

function docOf(state: Uint8Array): Y.Doc {
  const doc = newDoc()
  Y.applyUpdate(doc, state)
  return doc
}

const textOf = (doc: Y.Doc) => doc.getText(textName).toString()

/** Whether anything waited for text that never came. Encoding the state would keep it. */
function dropPending(doc: Y.Doc): boolean {
  const { store } = doc
  if (store.pendingStructs === null && store.pendingDs === null) return false
  store.pendingStructs = null
  store.pendingDs = null
  return true
}

const commits = ({ from, to }: Range) => (from === to ? `commit ${from} is` : `commits ${from} to ${to} are`)
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
/** Our own errors end in what is wrong; those of Yjs are of no use to a host. */
const reason = (error: unknown) => /cannot be read: (.+)\.$/.exec((error as Error).message)?.[1] ?? 'it is no update'
