// After the work: everything is healed and must become quiet; then all copies are collected, for the verdict to compare.
import * as Y from 'yjs'
import type { SaveState } from '../client/sync/index.ts'
import { Provider } from '../client/sync/provider.ts'
import type { PersonEntry } from '../shared/protocol.ts'
import { textName } from '../shared/protocol.ts'
import { digestOf } from '../shared/text.ts'
import type { Promises } from './audit.ts'
import { type SimulatedClient, withinMs } from './client.ts'
import { pause } from './random.ts'
import type { Scene } from './scene.ts'

/** Back-off, half-open connections (two pings) and a slow machine: nobody needs longer to come back. */
const backMsMax = 300_000
/** A heartbeat, a digest and a re-sync, and again. */
const quietMsMax = 180_000
/** A connection that ended without a word is noticed after two pings. */
const presenceMsMax = 60_000
/** What follows looks for itself whether it succeeded. */
const answerMsMax = 30_000
const stepMs = 200

/** One copy of the document, and what its page shows. */
export type Copy = {
  name: string
  text: string
  /** The whole of it, as one Yjs v1 update. */
  state: Uint8Array
  status: string
  saveState: SaveState['kind']
  unsaved: number
}

/** What there was in the end. */
export type Evidence = {
  copies: Copy[]
  /** ms from the last edit until everybody was back and everything saved; `undefined`: never. */
  backMs: number | undefined
  /** ms from then until all copies and the server's held the same; `undefined`: never. */
  sameMs: number | undefined
  /** What was promised before the server's text was read. */
  promises: Promises
  serverText: string | undefined
  newcomerText: string | undefined
  /** What the newcomer got, as one Yjs v1 update. */
  newcomerState: Uint8Array
  /** After kill -9 and a new start; `undefined`: not looked at. */
  diskText: string | undefined
  /** Sentences about people who are listed and not there, or there and not listed. */
  presence: string[]
  memory: { serverAtStart?: number; serverAtEnd?: number; serverPeak?: number; toolAtEnd: number }
}

export type Say = (what: string) => void

/** `patienceMs`: nothing is waited for longer; for tests in which it never comes. */
export async function conclude(
  scene: Scene,
  clients: SimulatedClient[],
  say: Say,
  patienceMs = Number.POSITIVE_INFINITY,
): Promise<Evidence> {
  const { server, target, document } = scene
  say('Healing everything; waiting for everybody to come back')
  for (const client of clients) {
    client.heal()
    client.provider.connect()
  }
  const backMs = await until(
    Math.min(patienceMs, backMsMax),
    () => clients.every(isSettled),
    (s) => say(`${clients.filter(isBack).length} of ${clients.length} are back and have everything saved (${s} s)`),
  )
  await sayLastWord(scene, clients)
  say('Comparing all copies')
  const sameMs =
    backMs === undefined
      ? undefined
      : await until(
          Math.min(patienceMs, quietMsMax),
          () => areSame(scene, clients),
          (s) => say(`the copies are not the same yet (${s} s)`),
        )
  for (const client of clients) client.look()
  const copies = clients.map(copyOf)
  const promises = scene.audit.promises()
  const serverText = await target.text(document).catch(() => undefined)
  const newcomer = enter(scene)
  await withinMs(answerMsMax, newcomer.whenSynced())
  const newcomerText = newcomer.doc.getText(textName).toString()
  const newcomerState = Y.encodeStateAsUpdate(newcomer.doc)
  const presence = await lookAround(newcomer, clients, Math.min(patienceMs, presenceMsMax))
  say('Everybody leaves')
  await Promise.all(clients.map((client) => client.close()))
  presence.push(...(await lookAround(newcomer, [], Math.min(patienceMs, presenceMsMax))))
  await newcomer.destroy()
  const memory = await memoryOf(scene)
  const evidence = {
    copies,
    backMs,
    sameMs,
    promises,
    serverText,
    newcomerText,
    newcomerState,
    diskText: undefined,
    presence,
    memory,
  }
  if (server === undefined) return evidence
  say('kill -9, and a look at the disk')
  await server.kill()
  await server.start()
  return { ...evidence, diskText: await target.text(document).catch(() => undefined) }
}

/** The hardest broadcast to miss: the last one, and it only deletes. Nothing that follows shows that it is missing. */
async function sayLastWord(scene: Scene, clients: SimulatedClient[]): Promise<void> {
  const { deletions } = scene.options.faults
  const [last, ...others] = clients
  if (deletions === undefined || last === undefined || typeof scene.options.workload !== 'string') return
  for (const client of others.slice(0, Math.ceil(others.length / 2))) client.fates = ['lose-deletion']
  last.author.erase()
  await withinMs(answerMsMax, last.provider.whenSaved())
}

/** Who was refused for good does not come back. */
const isSettled = (client: SimulatedClient) => client.provider.status === 'refused' || isBack(client)

const isBack = ({ provider, author }: SimulatedClient) =>
  provider.status === 'live' && provider.unsavedCount === 0 && author.unsavedCount === 0

async function areSame(scene: Scene, clients: SimulatedClient[]): Promise<boolean> {
  if (!clients.every(isSettled)) return false
  // Whose text was refused keeps his own; the verdict says so.
  const open = clients.filter(({ provider }) => provider.status !== 'refused')
  const digests = new Set(open.map(({ text }) => digestOf(text)))
  if (digests.size > 1) return false
  const text = await scene.target.text(scene.document).catch(() => undefined)
  return text !== undefined && (digests.size === 0 || digests.has(digestOf(text)))
}

const copyOf = ({ name, text, provider }: SimulatedClient): Copy => ({
  name,
  text,
  state: Y.encodeStateAsUpdate(provider.doc),
  status: provider.status,
  saveState: provider.saveState.kind,
  unsaved: provider.unsavedCount,
})

/** Somebody who was never here before, past all proxies. */
function enter({ target, document }: Scene): Provider {
  const options = { url: target.origin, documentId: document.id, key: document.keys.edit, doc: new Y.Doc() }
  return new Provider({ ...options, person: { name: 'Newcomer' }, storage: 'none' })
}

/** What is wrong with who is listed, as this newcomer and those clients see it, once it had time to become right. */
async function lookAround(newcomer: Provider, clients: SimulatedClient[], msMax: number): Promise<string[]> {
  const providers = [newcomer, ...clients.map(({ provider }) => provider)]
  const complaints = () => {
    const there = providers.map(({ clientId }) => clientId)
    return providers.flatMap((provider, i) => {
      const who = i === 0 ? 'the newcomer' : clients[i - 1]!.name
      return complaintsOf(who, provider.people, there)
    })
  }
  await until(
    msMax,
    () => complaints().length === 0,
    () => undefined,
  )
  return complaints()
}

function complaintsOf(who: string, listed: readonly PersonEntry[], there: readonly (number | undefined)[]): string[] {
  const ids = listed.map(({ clientId }) => clientId)
  const ghosts = listed.filter(({ clientId }) => !there.includes(clientId))
  const unseen = there.filter((id) => !(ids as (number | undefined)[]).includes(id))
  return [
    ...(ghosts.length > 0 ? [`${who} sees ${ghosts.map(({ name }) => name).join(', ')}, who left`] : []),
    ...(unseen.length > 0 ? [`${who} does not see ${unseen.length} who are there`] : []),
    ...(new Set(ids).size < ids.length ? [`${who} sees somebody twice`] : []),
  ]
}

async function memoryOf({ target, measure }: Scene): Promise<Evidence['memory']> {
  const bytes = measure.seconds.flatMap(({ serverBytes }) => (serverBytes === undefined ? [] : [serverBytes]))
  const now = (await target.metrics()).get('process_resident_memory_bytes')
  return {
    ...(bytes[0] !== undefined && { serverAtStart: bytes[0], serverPeak: Math.max(...bytes) }),
    ...(now !== undefined && { serverAtEnd: now }),
    toolAtEnd: process.memoryUsage.rss(),
  }
}

/** How long it took until it was so; `undefined`: it never was. `said` is called every five seconds. */
async function until(
  msMax: number,
  isSo: () => boolean | Promise<boolean>,
  said: (seconds: number) => void,
): Promise<number | undefined> {
  const startedAt = performance.now()
  for (let step = 1; ; step++) {
    if (await isSo()) return performance.now() - startedAt
    const ms = performance.now() - startedAt
    if (ms > msMax) return undefined
    if (step % 25 === 0) said(Math.round(ms / 1_000))
    await pause(stepMs)
  }
}
