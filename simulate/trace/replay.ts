// Plays a recorded session through connected providers, and says whether everybody ends with the recorded text. It knows
// providers and the server's API; where the server runs, and who kills it, is the caller's business.
import * as Y from 'yjs'
import type { Provider } from '../../client/sync/provider.ts'
import { textName } from '../../shared/protocol.ts'
import { applyPatches, type Trace, writeEdits } from './trace.ts'

/** Patches within one animation frame. */
const framefulMax = 300
const frameMs = 16
/** Local edits without an ack above which typing waits. */
const unsavedMax = 4 * framefulMax
const syncMsMax = 120_000
/** A client id that is never granted. */
const nobody = 0

export type ReplayOptions = {
  trace: Trace
  /** Connected and synced, with an empty document (or the trace's startContent); at least as many as agents. */
  providers: Provider[]
  /** Called with the number of edits played so far, now and then, and with who has just played some. */
  onProgress?: (edits: number, provider: Provider) => void
  /** At most so many at a time; default: far more than a hand, few enough that the event loop serves everybody. */
  editsPerFrame?: number
}

/**
 * Plays the trace. Resolves when every edit is acknowledged and every provider has the recorded text; throws Error when
 * that does not come true.
 */
export async function replay(options: ReplayOptions): Promise<void> {
  const { trace, providers } = options
  await play(options)
  await Promise.all(providers.map((provider) => provider.whenSaved()))
  for (const [i, provider] of providers.entries()) {
    await until(() => textOf(provider) === trace.endContent, `provider ${i} does not have the recorded text`)
  }
}

/**
 * Plays the trace; resolves when all of it is typed. A sequential trace is typed by the first provider. In a concurrent
 * one every agent's edits go through a provider of his, in his order, each not before that provider has got from the
 * server what its author had seen: then no update refers to anything that the server does not have. Throws Error when
 * the server refuses for good.
 */
export async function play(options: ReplayOptions): Promise<void> {
  const { trace, providers, onProgress = () => undefined, editsPerFrame = framefulMax } = options
  let played = 0
  const step: Step = {
    editsMax: Math.max(1, Math.min(framefulMax, Math.ceil(editsPerFrame))),
    played(edits, provider) {
      played += edits
      if (edits > 0) onProgress(played, provider)
    },
  }
  if (trace.kind === 'sequential') await typeAll(trace, providers[0]!, step)
  else await writeAll(trace, providers, step)
}

type Step = { editsMax: number; played: (edits: number, provider: Provider) => void }

export const textOf = (provider: Provider): string => provider.doc.getText(textName).toString()

async function typeAll({ txns }: Trace, provider: Provider, step: Step): Promise<void> {
  const text = provider.doc.getText(textName)
  for (let next = 0; next < txns.length; ) {
    const frame = txns.slice(next, next + step.editsMax)
    for (const { patches } of frame) provider.doc.transact(() => applyPatches(text, patches))
    next += frame.length
    step.played(frame.length, provider)
    await pause()
    await haveRoom(provider)
  }
}

async function writeAll(trace: Trace, providers: Provider[], step: Step): Promise<void> {
  const idOf = (provider: Provider): number => provider.clientId!
  // Agents take the providers in the order of the ids that the server granted: see writeEdits.
  const authors = providers.slice(0, trace.agents).sort((a, b) => idOf(a) - idOf(b))
  const ids = authors.map(idOf)
  const edits = writeEdits(trace, ids)
  // The clock of each agent after each of his edits: how others can tell that they have it.
  const clocks = edits.map((own) => {
    let clock = 0
    return [0, ...own.map(({ bytes }) => (clock += textLengthOf(bytes)))]
  })
  const play = async (agent: number) => {
    const { doc } = authors[agent]!
    const hasSeen = (needs: readonly number[]) =>
      needs.every((count, other) => other === agent || Y.getState(doc.store, ids[other]!) >= clocks[other]![count]!)
    for (let next = 0; next < edits[agent]!.length; ) {
      const end = Math.min(next + step.editsMax, edits[agent]!.length)
      const first = next
      while (next < end && hasSeen(edits[agent]![next]!.needs)) applyAsOwn(doc, edits[agent]![next++]!.bytes)
      step.played(next - first, authors[agent]!)
      // An exchange of words: the answer leaves at once, not a frame later.
      await pause(next === first ? 0 : undefined)
      await haveRoom(authors[agent]!)
    }
  }
  await Promise.all(authors.map((_author, agent) => play(agent)))
}

/** As if it was typed there. Yjs gives a document another id when it meets its own in an update, so it is not its own then. */
function applyAsOwn(doc: Y.Doc, bytes: Uint8Array): void {
  const own = doc.clientID
  doc.clientID = nobody
  Y.applyUpdate(doc, bytes, 'trace')
  doc.clientID = own
}

/** Structures of one edit, in UTF-16 units. An edit has the structures of one client only. */
function textLengthOf(bytes: Uint8Array): number {
  const { structs } = Y.decodeUpdate(bytes)
  return structs.reduce((sum, { length }) => sum + length, 0)
}

const pause = (ms = frameMs) => new Promise((resolve) => setTimeout(resolve, ms))

/** Throws when the server refused for good: then nothing is ever acknowledged. */
async function haveRoom(provider: Provider): Promise<void> {
  for (;;) {
    if (provider.refusal !== undefined) throw new Error(`refused: ${provider.refusal.code} ${provider.refusal.message}`)
    if (provider.unsavedCount <= unsavedMax) return
    await pause()
  }
}

async function until(check: () => boolean, complaint: string): Promise<void> {
  for (const end = performance.now() + syncMsMax; !check(); await pause()) {
    if (performance.now() > end) throw new Error(complaint)
  }
}
