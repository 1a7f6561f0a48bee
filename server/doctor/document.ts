// One document: its entries in, findings and the writes that repair it out. Knows no store.
import { AppError } from '../../shared/errors.ts'
import { type DocumentId, makeKey, makeLineage, type RandomBytes } from '../../shared/ids.ts'
import { defaultSettings } from '../../shared/settings.ts'
import { hashKey } from '../access.ts'
import { type DocumentMeta, decodeMeta, metaWrite } from '../document-meta.ts'
import type { StoreWrite } from '../store/store.ts'
import { recordWrite, snapshotWrite } from '../update-log.ts'
import { ChatExamination } from './chat.ts'
import { count, type Entry, type Finding, type NewKey, type SetAside } from './findings.ts'
import { TextExamination } from './text.ts'

/** `writes`: what repairs it, without the moving aside. */
export type DocumentResult = {
  findings: Finding[]
  aside: SetAside[]
  writes: StoreWrite[]
  newKey: NewKey | undefined
  commits: number
  chatLines: number
}

export class DocumentExamination {
  readonly id: DocumentId
  readonly #text: TextExamination
  readonly #chat = new ChatExamination()
  #meta: DocumentMeta | undefined
  /** Its owner deleted it: what is left of it is wiped at the next start, and nothing of it may come back. */
  #isDeleted = false
  #commits = 0
  #unknown = 0
  readonly #aside: SetAside[] = []
  readonly #findings: Finding[] = []

  /** `snapshot`: its stored bytes, which are needed before the records that come first. */
  constructor(id: DocumentId, snapshot: Uint8Array | undefined) {
    this.id = id
    this.#text = new TextExamination(id, snapshot)
  }

  /** Every entry of the document, in order of the keys. */
  take(entry: Entry): void {
    const [, , kind, seq] = entry.parts
    if (kind === 'record' && typeof seq === 'number') this.#takeRecord(entry, seq)
    else if (kind === 'snapshot') {
      if (this.#text.hasBadSnapshot) this.#aside.push({ entry, why: 'a snapshot cannot be used' })
    } else if (kind === 'meta') this.#takeMeta(entry)
    else if (kind === 'chat' || kind === 'chat-private') this.#chat.takeLine(entry)
    else if (kind === 'chat-id') this.#chat.takeRetry(entry)
    else if (kind !== 'chat-last-private') this.#unknown++
  }

  /** After the last entry. `undefined`: the document was deleted, and is none any more. */
  finish({ random, now }: { random: RandomBytes; now: number }): DocumentResult | undefined {
    const { findings, snapshot, record, lost } = this.#text.finish(now)
    if (this.#isDeleted) return undefined
    const chatAside = this.#chat.finish()
    this.#findings.push(...findings, ...this.#ofChat(chatAside))
    if (this.#unknown > 0) {
      this.#findings.push({
        kind: 'note',
        what: `Entries that this version does not know, left alone: ${this.#unknown}.`,
      })
    }
    const writes: StoreWrite[] = []
    if (record !== undefined) writes.push(recordWrite(this.id, record))
    if (snapshot !== undefined) writes.push(snapshotWrite(this.id, snapshot))
    let newKey: NewKey | undefined
    if (this.#meta === undefined) {
      const key = makeKey(random)
      newKey = { documentId: this.id, key }
      writes.push(metaWrite(this.id, newMeta(hashKey(key), this.#text.lastTime ?? now, random)))
      const what = 'Its title, links and keys are gone: nobody can open it.'
      this.#findings.push({
        kind: 'damage',
        what,
        remedy: 'it has a new title and a new link for its owner, see below',
      })
    } else if (lost) {
      writes.push(metaWrite(this.id, { ...this.#meta, lineage: makeLineage(random) }))
    }
    return {
      findings: this.#findings.map((finding) => ({ documentId: this.id, ...finding })),
      aside: [...this.#aside, ...chatAside],
      writes,
      newKey,
      commits: this.#commits,
      chatLines: this.#chat.lines,
    }
  }

  #takeRecord(entry: Entry, seq: number): void {
    this.#commits++
    const damage = this.#text.take(seq, entry.value)
    if (damage === undefined) return
    this.#aside.push({ entry, why: `a commit cannot be used: ${damage}` })
    this.#findings.push({ kind: 'damage', what: `Commit ${seq} cannot be used (${damage}).`, remedy: 'moved aside' })
  }

  #takeMeta(entry: Entry): void {
    try {
      this.#meta = decodeMeta(this.id, entry.value)
    } catch (error) {
      this.#isDeleted = error instanceof AppError && error.code === 'deleted'
      if (this.#isDeleted) return
      this.#aside.push({ entry, why: 'the record of title, links and keys cannot be read' })
    }
  }

  #ofChat(aside: readonly SetAside[]): Finding[] {
    if (aside.length === 0) return []
    const what = `${count(aside.length, 'entry', 'entries')} of the chat cannot be used.`
    return [{ kind: 'damage', what, remedy: 'moved aside; the rest of the chat is there' }]
  }
}

/** Who held keys before cannot be known: they were the only proof. */
function newMeta(ownKey: string, createdAt: number, random: RandomBytes): DocumentMeta {
  return {
    version: 1,
    title: 'Recovered document',
    language: defaultSettings.language,
    createdAt,
    lineage: makeLineage(random),
    keys: { own: [ownKey], edit: [], view: [] },
  }
}
