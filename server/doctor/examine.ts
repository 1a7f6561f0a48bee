// Goes through all of a store, document by document, and repairs if asked to. One pass, one document in memory at a time.
import * as encoding from 'lib0/encoding'
import type { DocumentId, RandomBytes } from '../../shared/ids.ts'
import { parseDocumentId } from '../../shared/ids.ts'
import { identitySecretBytes, identitySecretKey } from '../identity.ts'
import { decodeKey, encodeKey, type KeyPart } from '../store/key.ts'
import type { Store, StoreWrite } from '../store/store.ts'
import { DocumentExamination } from './document.ts'
import { type Counts, count, type Entry, type Finding, type NewKey, type SetAside } from './findings.ts'

export type ExamineOptions = {
  repair: boolean
  random: RandomBytes
  /** ms since epoch. */
  now: number
  /** Called after each document. */
  onProgress?: (counts: Readonly<Counts>) => void
}

export type Examined = { counts: Counts; findings: Finding[]; newKeys: NewKey[]; asideCount: number }

const everything = { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) }

/** With `repair`, each document's repair is one commit. Throws `degraded` when the disk refuses. */
export async function examine(store: Store, options: ExamineOptions): Promise<Examined> {
  return new Examination(store, options).run()
}

class Examination {
  readonly #store: Store
  readonly #options: ExamineOptions
  readonly #examined: Examined = {
    counts: { documents: 0, commits: 0, chatLines: 0, entries: 0, bytes: 0 },
    findings: [],
    newKeys: [],
    asideCount: 0,
  }
  #document: DocumentExamination | undefined
  readonly #strays: SetAside[] = []
  #aside = 0
  #unknown = 0

  constructor(store: Store, options: ExamineOptions) {
    this.#store = store
    this.#options = options
  }

  async run(): Promise<Examined> {
    const { counts } = this.#examined
    let hasSecret = false
    for await (const [key, value] of this.#store.range(everything)) {
      counts.entries++
      counts.bytes += key.length + value.length
      const entry = { key, parts: partsOf(key), value }
      const [kind, id] = entry.parts
      if (kind === 'doc' && parseDocumentId(id) !== undefined) await this.#takeOfDocument(entry, id as DocumentId)
      else if (kind === 'aside') this.#examined.asideCount++
      else if (kind === 'server') hasSecret ||= isSecret(entry)
      else if (typeof kind === 'string' && kind !== 'doc') this.#unknown += kind === 'wipe' ? 0 : 1
      else this.#strays.push({ entry, why: 'its key is none of ours' })
    }
    await this.#finishDocument()
    await this.#finishStrays()
    if (!hasSecret && counts.entries > 0) await this.#makeSecret()
    return this.#examined
  }

  async #takeOfDocument(entry: Entry, id: DocumentId): Promise<void> {
    if (this.#document?.id !== id) {
      await this.#finishDocument()
      this.#document = new DocumentExamination(id, await this.#store.get(encodeKey(['doc', id, 'snapshot'])))
    }
    this.#document?.take(entry)
  }

  async #finishDocument(): Promise<void> {
    if (this.#document === undefined) return
    const result = this.#document.finish(this.#options)
    this.#document = undefined
    if (result === undefined) return
    const { findings, aside, writes, newKey, commits, chatLines } = result
    const { counts } = this.#examined
    counts.documents++
    counts.commits += commits
    counts.chatLines += chatLines
    this.#examined.findings.push(...findings)
    if (this.#options.repair) {
      await this.#commit([...this.#moved(aside), ...writes])
      if (newKey !== undefined) this.#examined.newKeys.push(newKey)
    }
    this.#options.onProgress?.(counts)
  }

  async #finishStrays(): Promise<void> {
    if (this.#unknown > 0) {
      const what = `Entries of the database that this version does not know, left alone: ${this.#unknown}.`
      this.#examined.findings.push({ kind: 'note', what })
    }
    const { length } = this.#strays
    if (length === 0) return
    const what = `${count(length, 'entry', 'entries')} of the database with a key that is none of ours.`
    this.#examined.findings.push({ kind: 'damage', what, remedy: 'moved aside' })
    if (this.#options.repair) await this.#commit(this.#moved(this.#strays))
  }

  async #makeSecret(): Promise<void> {
    const what = 'The secret of the server is gone: pages cannot prove which unsaved text is theirs.'
    const remedy = 'a new one was made; pages with unsaved text keep it, and offer it to their person'
    this.#examined.findings.push({ kind: 'damage', what, remedy })
    if (!this.#options.repair) return
    await this.#commit([{ type: 'put', key: identitySecretKey, value: this.#options.random(identitySecretBytes) }])
  }

  /** Kept whole under a key that no server reads, in the same commit that takes them from their place. */
  #moved(aside: readonly SetAside[]): StoreWrite[] {
    return aside.flatMap(({ entry, why }) => {
      const encoder = encoding.createEncoder()
      encoding.writeVarString(encoder, why)
      encoding.writeVarUint8Array(encoder, entry.key)
      encoding.writeVarUint8Array(encoder, entry.value)
      this.#examined.asideCount++
      return [
        {
          type: 'put',
          key: encodeKey(['aside', this.#options.now, this.#aside++]),
          value: encoding.toUint8Array(encoder),
        },
        { type: 'del', key: entry.key },
      ] satisfies StoreWrite[]
    })
  }

  async #commit(writes: StoreWrite[]): Promise<void> {
    if (writes.length > 0) await this.#store.commit(writes)
  }
}

function partsOf(key: Uint8Array): readonly KeyPart[] {
  try {
    return decodeKey(key)
  } catch {
    return []
  }
}

const isSecret = ({ parts, value }: Entry) => parts[1] === 'secret' && value.length === identitySecretBytes
