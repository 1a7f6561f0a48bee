// Many come back at once, or come back with much: after a restart, after a week offline, into documents of megabytes.
import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { limits } from '../../shared/limits.ts'
import { buildServer } from '../harness/built-server.ts'
import { eventually } from '../harness/eventually.ts'
import { isLong, percentile, report, stopwatch } from '../harness/figures.ts'
import { type KillableServer, startKillableServer } from '../harness/killable-server.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, type TestDocument, temporaryFolder, textOnServer } from '../harness/server.ts'

let built: ReturnType<typeof buildServer>
let server: KillableServer
let folder: string
let open: Provider[]
beforeAll(() => {
  built = buildServer()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  server = await startKillableServer(built.main, folder)
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => built.remove())

function connect(document: TestDocument, socket = {}): Provider {
  const { id: documentId, keys } = document
  const options = { url: server.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' }, socket }
  const provider = new Provider({ ...options, storage: 'none' })
  open.push(provider)
  return provider
}

const content = (provider: Provider) => provider.doc.getText('content')
const textOf = (provider: Provider) => content(provider).toString()

/** Whether all hold the same text as the server, without printing megabytes where not. */
async function expectSame(document: TestDocument, providers: readonly Provider[]): Promise<string> {
  const text = await textOnServer(server.url, document)
  await eventually(() => providers.every((provider) => textOf(provider) === text), 60_000)
  return text
}

test('all reconnect at once after kill -9: everybody is back, and what they typed meanwhile is saved', async () => {
  const people = isLong ? 1_000 : 60
  const perDocument = 20
  const documents: TestDocument[] = []
  for (let i = 0; i < people / perDocument; i++) documents.push(await createDocument(server.url))
  const backOff = { reconnectionDelay: 100, reconnectionDelayMax: 1_000, transports: ['websocket'] }
  const everybody = Array.from({ length: people }, (_, i) => connect(documents[i % documents.length]!, backOff))
  await Promise.all(everybody.map((one) => one.whenSynced()))
  for (const [i, one] of everybody.entries()) content(one).insert(0, `<${i} before>`)
  await Promise.all(everybody.map((one) => one.whenSaved()))
  await server.kill()
  await eventually(() => everybody.every((one) => one.status !== 'live'))
  for (const [i, one] of everybody.entries()) content(one).insert(0, `<${i} meanwhile>`)
  await server.start()
  const back = stopwatch()
  const times: number[] = []
  await Promise.all(everybody.map((one) => one.whenSaved().then(() => times.push(back()))))
  for (const [n, document] of documents.entries()) {
    const here = everybody.filter((_, i) => i % documents.length === n)
    const text = await expectSame(document, here)
    for (const i of everybody.keys()) {
      if (i % documents.length !== n) continue
      for (const mark of [`<${i} before>`, `<${i} meanwhile>`]) expect(text.split(mark)).toHaveLength(2)
    }
  }
  report('reconnects after a restart', {
    people,
    'back and saved, ms (median)': percentile(times, 0.5),
    'back and saved, ms (last)': Math.max(...times),
    'lost acked edits': 0,
  })
})

test('offline for long: thousands of edits on both sides are merged, none lost', () =>
  withSeed(runSeed, async () => {
    const edits = isLong ? 10_000 : 2_000
    const random = new Random(runSeed)
    const document = await createDocument(server.url, { text: 'The beginning.\n' })
    const [ada, bob] = [connect(document), connect(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const write = (provider: Provider, name: string, from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const text = content(provider)
        text.insert(random.below(text.length + 1), name)
        if (i % 10 === 9) text.delete(random.below(text.length - 1), 1)
      }
    }
    ada.disconnect()
    write(ada, 'α', 0, edits)
    for (let i = 0; i < edits; i += 100) {
      write(bob, 'β', i, i + 100)
      await bob.whenSaved()
    }
    expect(ada.unsavedCount).toBeGreaterThan(0)
    const merged = stopwatch()
    ada.connect()
    await Promise.all([ada.whenSaved(), bob.whenSaved()])
    const mergeMs = merged()
    const text = await expectSame(document, [ada, bob])
    const count = (letter: string) => text.split(letter).length - 1
    // A tenth as many deletions as edits on each side, of letters of either.
    expect(count('α') + count('β')).toBeGreaterThanOrEqual(2 * edits - (2 * edits) / 10)
    expect([count('α') > edits / 2, count('β') > edits / 2]).toEqual([true, true])
    report('offline for long', {
      'edits on each side': edits,
      'merged and saved after, ms': mergeMs,
      'state, bytes': Y.encodeStateAsUpdate(ada.doc).length,
      'texts that differ': 0,
    })
  }))

test('[U6] [J9] oversized differences: megabytes travel in slices, more than a document holds is refused and kept', async () => {
  const line = 'A line of honest text, as people paste it from elsewhere.\n'
  const document = await createDocument(server.url)
  const ada = connect(document)
  await ada.whenSynced()
  const uploaded = stopwatch()
  content(ada).insert(0, line.repeat(Math.floor((limits.textLengthMax * 0.9) / line.length)))
  await ada.whenSaved()
  const uploadMs = uploaded()
  const downloaded = stopwatch()
  const others = Array.from({ length: isLong ? 20 : 3 }, () => connect(document))
  await Promise.all(others.map((one) => one.whenSynced()))
  const downloadMs = downloaded()
  const text = await expectSame(document, [ada, ...others])
  content(ada).insert(0, line.repeat(Math.ceil((limits.textLengthMax * 0.2) / line.length)))
  await eventually(() => expect([ada.status, ada.refusal?.code]).toEqual(['refused', 'too-large']))
  expect(textOf(ada).length).toBeGreaterThan(limits.textLengthMax)
  expect((await textOnServer(server.url, document)) === text).toBe(true)
  content(others[0]!).insert(0, 'on we go')
  await others[0]!.whenSaved()
  await expectSame(document, others)
  report('oversized differences', {
    'text, characters': text.length,
    'upload, ms': uploadMs,
    [`download by ${others.length} at once, ms`]: downloadMs,
    'refused text kept in the page': 'yes',
  })
})
