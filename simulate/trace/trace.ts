// Recorded editing sessions of the public editing-traces collection, read and turned into Yjs updates. Knows no
// server and no provider. The format is described in docs/performance.md; positions count characters that are one UTF-16
// unit each, which a trace has to keep to.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'
import { textName } from '../../shared/protocol.ts'
import { UsageError } from '../usage-error.ts'

/** People in one session; each needs a client. */
const agentsMax = 100

/** At that position so many characters go, and then these come. */
export type Patch = [position: number, deleted: number, inserted: string]

/** One edit. `parents`: indices of edits; what its author had seen are these and all that they had seen. */
export type Txn = { agent: number; parents: number[]; patches: Patch[] }

/** `kind` is `sequential` where one author wrote everything, each edit on top of all before it. */
export type Trace = {
  kind: 'sequential' | 'concurrent'
  startContent: string
  endContent: string
  agents: number
  txns: Txn[]
}

/** `needs`: how many edits of each agent its author had seen, himself included. */
export type WrittenEdit = { needs: number[]; bytes: Uint8Array }

/** The trace in a file, plain or gzipped. Throws UsageError, in one line, for what is not one. */
export function readTrace(path: string): Trace {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new UsageError(`--workload: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
  try {
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b
    const trace = parseTrace((isZipped ? gunzipSync(bytes) : bytes).toString('utf8'))
    causalPasts(trace)
    return trace
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is no JSON' : (cause as Error).message
    throw new UsageError(`--workload: ${path} is no editing trace: ${reason}.`, { cause })
  }
}

/** Reads a trace. Throws Error for what is not one, or what cannot be replayed. */
export function parseTrace(json: string): Trace {
  const raw = (JSON.parse(json) ?? {}) as Partial<Omit<Trace, 'kind' | 'txns'>> & {
    kind?: string
    numAgents?: number
    txns?: (Partial<Txn> & { patches: Patch[] })[]
  }
  if (!Array.isArray(raw.txns) || typeof raw.endContent !== 'string')
    throw new Error('it has no list of edits, or no text at the end')
  if (!raw.txns.every(isTxn)) throw new Error('an edit of it is none')
  const isConcurrent = raw.kind === 'concurrent'
  const txns = raw.txns.map(({ agent = 0, parents, patches }, i) => ({
    agent,
    parents: parents ?? (i === 0 ? [] : [i - 1]),
    patches,
  }))
  const isWide = /[\ud800-\udfff]/.test(raw.endContent) || txns.some(({ patches }) => patches.some(hasSurrogates))
  if (isWide) throw new Error('a trace with characters beyond U+FFFF: its positions do not count UTF-16 units')
  if (isConcurrent && raw.startContent) throw new Error('a concurrent trace begins with an empty text')
  return {
    kind: isConcurrent ? 'concurrent' : 'sequential',
    startContent: raw.startContent ?? '',
    endContent: raw.endContent,
    agents: isConcurrent ? (raw.numAgents ?? 1 + Math.max(...txns.map(({ agent }) => agent))) : 1,
    txns,
  }
}

const isTxn = (txn: Partial<Txn> | null): boolean =>
  Array.isArray(txn?.patches) &&
  txn.patches.every(
    (patch) =>
      Array.isArray(patch) && Number.isInteger(patch[0]) && Number.isInteger(patch[1]) && typeof patch[2] === 'string',
  ) &&
  (txn.agent === undefined || (Number.isInteger(txn.agent) && txn.agent >= 0 && txn.agent < agentsMax)) &&
  (txn.parents === undefined || (Array.isArray(txn.parents) && txn.parents.every(Number.isInteger)))

const hasSurrogates = ([, , inserted]: Patch): boolean => /[\ud800-\udfff]/.test(inserted)

export function applyPatches(text: Y.Text, patches: readonly Patch[]): void {
  for (const [position, deleted, inserted] of patches) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
  }
}

/**
 * For each edit how many edits of each agent its author had seen. That many, from the first, is all of it, as long as
 * every author had seen his own earlier edits; throws Error where one had not.
 */
export function causalPasts({ agents, txns }: Trace): number[][] {
  const after: number[][] = []
  const written = new Array<number>(agents).fill(0)
  return txns.map(({ agent, parents }, i) => {
    const past = new Array<number>(agents).fill(0)
    for (const parent of parents) {
      const seen = after[parent]
      if (seen === undefined) throw new Error(`edit ${i} comes before edit ${parent}, which it has seen`)
      for (let other = 0; other < agents; other++) past[other] = Math.max(past[other]!, seen[other]!)
    }
    if (past[agent] !== written[agent]) throw new Error(`the author of edit ${i} had not seen his own edits before it`)
    written[agent]!++
    after.push(past.map((count, other) => (other === agent ? count + 1 : count)))
    return past
  })
}

/**
 * Writes every edit on exactly the text that its author had seen, in a replica of his own with that Yjs client id, and
 * returns each agent's edits in order. Text that two wrote in one place at a time stands in the order of their ids; the
 * recorded sessions have it in the order of the agents, so `ids` have to grow for the result to be `endContent`.
 */
export function writeEdits(trace: Trace, ids: readonly number[]): WrittenEdit[][] {
  const pasts = causalPasts(trace)
  const replicas = ids.map((id) => new Replica(id, trace.agents))
  const edits: WrittenEdit[][] = ids.map(() => [])
  trace.txns.forEach(({ agent, patches }, i) => {
    const replica = replicas[agent]!
    replica.see(pasts[i]!, edits)
    edits[agent]!.push({ needs: pasts[i]!, bytes: replica.write(patches) })
  })
  for (const replica of replicas) replica.doc.destroy()
  return edits
}

class Replica {
  readonly doc = new Y.Doc()
  readonly #seen: number[]
  readonly #own: number

  constructor(id: number, agents: number) {
    this.doc.clientID = id
    this.#seen = new Array<number>(agents).fill(0)
    this.#own = id
  }

  /** Takes in what is missing of that past. An edit that needs another's waits until that is in. */
  see(past: readonly number[], edits: readonly WrittenEdit[][]): void {
    for (let moved = true; moved; ) {
      moved = false
      past.forEach((count, agent) => {
        while (this.#seen[agent]! < count) {
          const edit = edits[agent]![this.#seen[agent]!]!
          if (edit.needs.some((needed, other) => needed > this.#seen[other]!)) break
          Y.applyUpdate(this.doc, edit.bytes, 'seen')
          this.#seen[agent]!++
          moved = true
        }
      })
    }
  }

  write(patches: readonly Patch[]): Uint8Array {
    let update: Uint8Array | undefined
    const listen = (bytes: Uint8Array) => {
      update = bytes
    }
    this.doc.on('update', listen)
    this.doc.transact(() => applyPatches(this.doc.getText(textName), patches))
    this.doc.off('update', listen)
    if (this.doc.clientID !== this.#own) throw new Error('the replica lost its client id')
    // An edit that changes nothing: no structures, no deletions.
    return update ?? new Uint8Array([0, 0])
  }
}
