// The text of one document in this process: bytes of the last snapshot as long as that is enough, a Y.Doc from the
// first moment that needs one. It knows no sessions, no seqs and no disk.
import * as Y from 'yjs'
import type { Verdict } from '../shared/guard.ts'
import type { ClientId } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import { mergeUpdates } from '../shared/merge.ts'
import { textName, type Usage } from '../shared/protocol.ts'
import { digestOf } from '../shared/text.ts'
import { closeTransaction, openTransaction } from './open-transaction.ts'

/**
 * What a cold document is made of: its whole state as one Yjs v1 update, and what is known of it. `usage` may be too high,
 * never too low; `digest` is absent where nobody counted.
 */
export type ColdState = {
  bytes: Uint8Array
  stateVector: Uint8Array
  usage: Usage
  digest: string | undefined
  /** CPU ms that building it takes, as far as anybody measured. */
  buildMs?: number | undefined
}

/** What the guard says of an update that it lets through. */
export type Applicable = Pick<Verdict & { ok: true }, 'structs' | 'verbatim' | 'workNs'>

const emptyState = new Uint8Array([0, 0])
const emptyStateVector = new Uint8Array([0])

export class LiveDocument {
  #cold: ColdState | undefined
  #doc: Y.Doc | undefined
  /** Holds what was applied since the last of `#updates`. */
  #open: Y.Transaction | undefined
  /** What the guard says of what is in it. */
  #openWorkNs = 0
  /** Our own encoding of what was applied since `takeUpdate`, as far as its transactions are closed. */
  #updates: Uint8Array[] = []
  #isBroken = false
  /** Yjs took everything and threw in the end: nobody knows at what. */
  isUntidy = false
  #usage: Usage
  #isExact = true
  /** Of the text as it is; forgotten with every change. */
  #digest: string | undefined
  #knownClocks: ReadonlyMap<number, number> | undefined
  /** Made once for all who join or read between two changes. */
  #encoded: { state?: Uint8Array; stateVector?: Uint8Array; text?: string } = {}

  /** From snapshot bytes (no Y.Doc is built yet), from a Y.Doc that was replayed, or from nothing. */
  constructor(from: ColdState | Y.Doc | undefined) {
    if (from instanceof Y.Doc) {
      this.#usage = usageOf(from, Y.encodeStateAsUpdate(from).length)
      this.#own(from)
    } else {
      this.#cold = from ?? {
        bytes: emptyState,
        stateVector: emptyStateVector,
        usage: { textLength: 0, stateBytes: 2, structs: 0 },
        digest: undefined,
      }
      this.#usage = { ...this.#cold.usage }
      this.#digest = this.#cold.digest
    }
  }

  /** Whether a Y.Doc stands in memory. */
  get isOpen(): boolean {
    return this.#doc !== undefined
  }

  /** CPU ms that building the Y.Doc will take: 0 when it stands, or nobody measured it because it is small. */
  get buildMs(): number {
    return this.#cold?.buildMs ?? 0
  }

  /** Building it would hold up everybody: it can only be handed out as it is. */
  get isTangled(): boolean {
    return this.buildMs > limits.buildMsMax
  }

  /** The Y.Doc, built when first asked for. Callers only read it. */
  get doc(): Y.Doc {
    if (this.#doc === undefined) {
      const doc = new Y.Doc()
      if (this.#cold !== undefined) Y.applyUpdate(doc, this.#cold.bytes)
      this.#usage = usageOf(doc, this.#usage.stateBytes)
      this.#own(doc)
      this.#cold = undefined
    }
    return this.#doc!
  }

  get text(): string {
    this.#encoded.text ??= this.doc.getText(textName).toString()
    return this.#encoded.text
  }

  /** Whether the digest is known, or to be had without building a Y.Doc. */
  get hasDigest(): boolean {
    return this.#digest !== undefined || this.#doc !== undefined
  }

  /** Digest of the text (shared/text). Costs a pass over the text when it was not asked since the last change. */
  get digest(): string {
    this.#digest ??= digestOf(this.text)
    return this.#digest
  }

  get usage(): Usage {
    return this.#usage
  }

  /** Yjs state vector. */
  get stateVector(): Uint8Array {
    if (this.#cold !== undefined) return this.#cold.stateVector
    this.#encoded.stateVector ??= Y.encodeStateVector(this.doc)
    return this.#encoded.stateVector
  }

  /** How many clocks of each client id are here. */
  get clocks(): ReadonlyMap<number, number> {
    this.#knownClocks ??= this.#cold === undefined ? clocksOf(this.doc) : Y.decodeStateVector(this.#cold.stateVector)
    return this.#knownClocks
  }

  /** Whether anything in this document was written with that id. */
  knows(id: ClientId): boolean {
    return this.clocks.has(id)
  }

  /** What a client with this state vector lacks, with all deletions, as a Yjs v1 update. */
  difference(stateVector: Uint8Array): Uint8Array {
    const isFirstVisit = stateVector.length <= emptyStateVector.length
    if (this.#cold !== undefined) {
      // As they are: this is why a document of any history opens at once.
      return isFirstVisit ? this.#cold.bytes : Y.diffUpdate(this.#cold.bytes, stateVector)
    }
    if (!isFirstVisit) return Y.encodeStateAsUpdate(this.doc, stateVector)
    this.#encoded.state ??= Y.encodeStateAsUpdate(this.doc)
    return this.#encoded.state
  }

  /**
   * Applies an update that the guard has let through, of which it says the rest. Returns what was new in it (Yjs v1 update,
   * a copy), or `undefined` when nothing was. Throws whatever Yjs throws; the document is then no longer to be trusted.
   */
  apply(update: Uint8Array, { structs, verbatim, workNs }: Applicable): Uint8Array | undefined {
    try {
      const added = verbatim ? this.#applyWhole(update, workNs) : this.#applyAlone(update)
      if (added !== undefined) {
        this.#usage = {
          textLength: this.doc.getText(textName).length,
          stateBytes: this.#usage.stateBytes + added.length,
          structs: this.#usage.structs + structs,
        }
      }
      return added
    } catch (error) {
      this.#isBroken = true
      throw error
    }
  }

  /**
   * Our own encoding of all that was applied since the last call (Yjs v1 update); `undefined` when nothing was, or when the
   * document is not to be trusted. Throws what Yjs throws.
   */
  takeUpdate(): Uint8Array | undefined {
    this.#close()
    const updates = this.#updates
    this.#updates = []
    return this.#isBroken || updates.length === 0 ? undefined : mergeUpdates(updates)
  }

  /**
   * Counts anew: between two counts stateBytes and structs only grow, though deletions and merging make them less.
   * Costs an encoding of the whole state. Returns whether anything was applied since the last count.
   */
  recount(): boolean {
    if (this.#isExact) return false
    this.#close()
    this.#usage = usageOf(this.doc, Y.encodeStateAsUpdate(this.doc).length)
    this.#isExact = true
    return true
  }

  close(): void {
    this.#doc?.destroy()
  }

  #own(doc: Y.Doc): void {
    this.#doc = doc
    doc.on('update', (bytes: Uint8Array) => {
      this.#updates.push(bytes)
      this.#forget()
    })
  }

  /** In one transaction with others. */
  #applyWhole(update: Uint8Array, workNs: number): Uint8Array {
    this.#open ??= openTransaction(this.doc)
    applySettled(this.doc, update)
    this.#forget()
    this.#openWorkNs += workNs
    // A part of that work is only done at the end: then it is done now, at the cost of who sent this.
    if (this.#openWorkNs > limits.openWorkNsMax) this.#close()
    // What came from a socket may be a view of more.
    return new Uint8Array(update)
  }

  /** In a transaction of its own, which says what of it was new. */
  #applyAlone(update: Uint8Array): Uint8Array | undefined {
    this.#close()
    const before = this.#updates.length
    applySettled(this.doc, update)
    return this.#updates[before]
  }

  #forget(): void {
    this.#isExact = false
    this.#digest = undefined
    this.#knownClocks = undefined
    this.#encoded = {}
  }

  #close(): void {
    const open = this.#open
    this.#open = undefined
    this.#openWorkNs = 0
    if (open === undefined || this.#isBroken) return
    try {
      closeTransaction(open)
    } catch (error) {
      this.#isBroken = true
      this.isUntidy = true
      throw error
    }
  }
}

function applySettled(doc: Y.Doc, update: Uint8Array): void {
  Y.applyUpdate(doc, update)
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
    throw new Error('an update left something pending')
  }
}

/** Counts what a Y.Doc uses; `stateBytes` is the length of its encoded state. */
export function usageOf(doc: Y.Doc, stateBytes: number): Usage {
  let structs = 0
  for (const list of doc.store.clients.values()) structs += list.length
  return { textLength: doc.getText(textName).length, stateBytes, structs }
}

function clocksOf(doc: Y.Doc): Map<number, number> {
  const clocks = new Map<number, number>()
  for (const [id, structs] of doc.store.clients) {
    const last = structs[structs.length - 1]!
    clocks.set(id, last.id.clock + last.length)
  }
  return clocks
}
