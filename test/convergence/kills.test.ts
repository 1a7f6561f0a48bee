// P1, P2 and P3 against kill -9: people type on while the server process is killed and started again. Every edit carries a
// mark; what a provider called saved has to be on the disk each time. LONG=1 kills it 100 times.
import 'fake-indexeddb/auto'
import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { systemClock } from '../../client/sync/clock.ts'
import { Provider, type ProviderOptions } from '../../client/sync/index.ts'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import { MarkedAuthor } from '../../simulate/marked-author.ts'
import { startTcpProxy, type TcpProxy } from '../../simulate/tcp-proxy.ts'
import { Audit } from '../harness/audit.ts'
import { buildServer } from '../harness/built-server.ts'
import { eventually } from '../harness/eventually.ts'
import { report, stopwatch } from '../harness/figures.ts'
import { type KillableServer, startKillableServer } from '../harness/killable-server.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, type TestDocument, temporaryFolder, textOnServer } from '../harness/server.ts'

const killCount = process.env.LONG ? 100 : 5
/** One of each route, and two that choose as browsers do. Coming back quickly makes more of each second. */
const routes: (string[] | undefined)[] = [undefined, ['websocket'], ['polling'], ['websocket'], undefined]
const backOff = { reconnectionDelay: 40, reconnectionDelayMax: 200 }

let built: ReturnType<typeof buildServer>
let ends: (() => unknown)[] = []
/** Of each start after a kill. */
let startMs: number[] = []
beforeAll(() => {
  built = buildServer()
})
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
  startMs = []
})
afterAll(() => built.remove())

type Scene = { server: KillableServer; proxy: TcpProxy; document: TestDocument; random: Random; audit: Audit }

async function setUp(): Promise<Scene> {
  const folder = await temporaryFolder()
  ends.push(() => rm(folder, { recursive: true, force: true }))
  const server = await startKillableServer(built.main, folder)
  ends.push(() => server.kill())
  const proxy = await startTcpProxy(server.port)
  ends.push(() => proxy.close())
  const document = await createDocument(server.url, { title: 'Kills' })
  return { server, proxy, document, random: new Random(runSeed), audit: new Audit() }
}

function connect({ proxy, document }: Scene, extra: Partial<ProviderOptions>, journal?: IndexedDbJournal): Provider {
  const { id: documentId, keys } = document
  const common = { url: proxy.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' } }
  const provider = new Provider({ ...common, ...extra }, journal === undefined ? {} : { journal })
  ends.push(() => provider.destroy())
  return provider
}

/** Kills the server after some more edits were acknowledged; what it has on disk must hold every promise made so far. */
async function killAndCheck(scene: Scene, authors: MarkedAuthor[], whileDown: () => Promise<void>): Promise<void> {
  const { server, proxy, document, random, audit } = scene
  // Sometimes while they are still coming back, sometimes with everybody there.
  if (random.chance(0.5)) await eventually(() => authors.every(({ provider }) => provider.status === 'live'), 60_000)
  const enough = audit.acknowledgedCount + random.between(5, 120)
  await eventually(() => audit.acknowledgedCount >= enough, 60_000)
  await server.kill()
  // Nobody gets through to the new one before it was read: what is missing must not be brought back by those who typed it.
  proxy.set({ refuse: true })
  proxy.cut()
  const promises = audit.promises()
  await whileDown()
  const starting = stopwatch()
  await server.start()
  startMs.push(starting())
  audit.expectKept(await textOnServer(server.url, document), promises, 'on disk after kill -9')
  proxy.set({ refuse: false })
}

/** Everybody stops: all copies, a newcomer's and the disk's after one more kill hold what was typed, once. */
async function expectSameEverywhere(scene: Scene, authors: MarkedAuthor[]): Promise<void> {
  const { server, document, audit } = scene
  await Promise.all(authors.map((author) => author.stop()))
  await Promise.all(authors.map(({ provider }) => provider.whenSaved()))
  const [first] = authors
  await eventually(() => {
    for (const author of authors) expect(author.text).toBe(first!.text)
  })
  const final = first!.text
  audit.expectFinal(final, 'in the end')
  expect(audit.acknowledgedCount, 'acknowledged').toBe(audit.typedCount)
  expect(authors.map(({ provider }) => [provider.unsavedCount, provider.saveState.kind])).toEqual(
    authors.map(() => [0, 'saved']),
  )
  expect(await textOnServer(server.url, document)).toBe(final)
  const late = connect(scene, { storage: 'none' })
  await late.whenSynced()
  expect(late.doc.getText('content').toString()).toBe(final)
  await server.kill()
  await server.start()
  expect(await textOnServer(server.url, document)).toBe(final)
  for (const { provider } of authors) expect(provider.refusal).toBeUndefined()
}

test(`P2: what was saved survives kill -9, ${killCount} times, and all that was typed gets there once`, () =>
  withSeed(runSeed, async () => {
    const scene = await setUp()
    const authors = routes.map((transports, i) => {
      const socket = transports === undefined ? backOff : { ...backOff, transports }
      const provider = connect(scene, { storage: 'none', socket })
      return new MarkedAuthor(i, provider, new Random(runSeed + i), scene.audit)
    })
    for (const author of authors) author.start()
    for (let i = 0; i < killCount; i++) await killAndCheck(scene, authors, async () => undefined)
    await expectSameEverywhere(scene, authors)
    report('kill -9', {
      kills: killCount,
      'acked edits': scene.audit.acknowledgedCount,
      'lost acked edits': 0,
      'listens again after, ms (longest)': Math.max(...startMs),
    })
  }))

test(`P3: what was typed while the server was dead survives the death of the tab as well, ${killCount} times`, () =>
  withSeed(runSeed, async () => {
    const scene = await setUp()
    const open = (i: number) => {
      const journal = new IndexedDbJournal(scene.document.id, `tab-${i}`, systemClock)
      return { journal, provider: connect(scene, { storage: 'indexeddb', socket: backOff }, journal) }
    }
    const tabs = routes.map((_, i) => {
      const { journal, provider } = open(i)
      return { journal, author: new MarkedAuthor(i, provider, new Random(runSeed + i), scene.audit) }
    })
    for (const { author } of tabs) author.start()
    for (let i = 0; i < killCount; i++) {
      const authors = tabs.map(({ author }) => author)
      await killAndCheck(scene, authors, async () => {
        const which = scene.random.below(tabs.length)
        const { author, journal } = tabs[which]!
        await author.stop()
        for (let n = 0; n < 5; n++) author.edit()
        expect(author.provider.unsavedCount).toBeGreaterThan(0)
        await journal.crash()
        await author.provider.destroy()
        const next = open(which)
        await next.provider.whenLoaded()
        tabs[which]!.journal = next.journal
        author.goOnWith(next.provider)
        author.start()
      })
    }
    await expectSameEverywhere(
      scene,
      tabs.map(({ author }) => author),
    )
    report('kill -9, and the tab crashes as well', {
      kills: killCount,
      'edits typed': scene.audit.typedCount,
      'lost edits': 0,
    })
  }))
