// P2 on a disk that is full: nothing is called saved that is not, nothing is lost, and it heals without a restart.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { MarkedAuthor } from '../../simulate/marked-author.ts'
import { Audit, marksIn } from '../harness/audit.ts'
import { buildServer } from '../harness/built-server.ts'
import { eventually } from '../harness/eventually.ts'
import { report, stopwatch } from '../harness/figures.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, type TestDocument, textOnServer } from '../harness/server.ts'
import { bestDiskKind, type ServerOnSmallDisk, startOnSmallDisk } from '../harness/small-disk.ts'

const kind = bestDiskKind()
const authorCount = 3

let built: ReturnType<typeof buildServer>
let server: ServerOnSmallDisk
let document: TestDocument
let audit: Audit
let authors: MarkedAuthor[]
let open: Provider[]
beforeAll(() => {
  built = buildServer()
})
beforeEach(async () => {
  open = []
  authors = []
  audit = new Audit()
  server = await startOnSmallDisk(kind, built.main)
  document = await createDocument(server.url)
})
afterEach(async () => {
  await Promise.all(authors.map((author) => author.stop()))
  await Promise.all(open.map((provider) => provider.destroy()))
  await server.close()
})
afterAll(() => built.remove())

function connect(): Provider {
  const { id: documentId, keys } = document
  const person = { name: 'Ada' }
  const socket = { reconnectionDelay: 40, reconnectionDelayMax: 200 }
  const options = { url: server.url, documentId, key: keys.edit, doc: new Y.Doc(), person, socket }
  const provider = new Provider({ ...options, storage: 'none' })
  open.push(provider)
  return provider
}

const textOf = (provider: Provider) => provider.doc.getText('content').toString()

async function health(): Promise<{ httpStatus: number; status: unknown }> {
  const response = await fetch(`${server.url}/healthz`)
  const { status } = (await response.json()) as { status: unknown }
  return { httpStatus: response.status, status }
}

/** Everybody types, much of it is saved, then the disk is full and everybody is told so. They go on typing. */
async function typeUntilFull(): Promise<void> {
  authors = Array.from({ length: authorCount }, (_, i) => {
    return new MarkedAuthor(i, connect(), new Random(runSeed + i), audit)
  })
  for (const author of authors) author.start()
  await eventually(() => audit.acknowledgedCount >= 50)
  server.fill()
  await eventually(() => {
    for (const { provider } of authors) {
      expect(provider.saveState).toMatchObject({ kind: 'delayed', refusal: { code: 'degraded' }, kept: false })
    }
  }, 50_000)
}

/** Everybody stops, and all copies and the server hold what was typed, once. */
async function expectHealed(): Promise<void> {
  await Promise.all(authors.map((author) => author.stop()))
  await Promise.all(authors.map(({ provider }) => provider.whenSaved()))
  await eventually(() => {
    for (const provider of open) expect(textOf(provider)).toBe(authors[0]!.text)
  })
  audit.expectFinal(authors[0]!.text, 'in the end')
  expect(audit.acknowledgedCount).toBe(audit.typedCount)
  expect(await textOnServer(server.url, document)).toBe(authors[0]!.text)
  expect(authors.map(({ provider }) => provider.saveState.kind)).toEqual(authors.map(() => 'saved'))
  expect(await health()).toEqual({ httpStatus: 200, status: 'ok' })
}

test(`[U8] [J10] a full disk (${kind}): no ack, joins see what is committed, and all is saved once there is room`, () =>
  withSeed(runSeed, async () => {
    await typeUntilFull()
    // Each was answered after the disk was full, so that every earlier ack has arrived.
    const promises = audit.promises()
    expect(await health()).toEqual({ httpStatus: 503, status: 'degraded' })
    const committed = await textOnServer(server.url, document)
    audit.expectKept(committed, promises, 'on the full disk')
    const late = connect()
    await late.whenSynced()
    expect(textOf(late)).toBe(committed)
    const before = audit.typedCount
    await eventually(() => audit.typedCount >= before + 30)
    expect(audit.promises(), 'acknowledged while the disk was full').toEqual(promises)
    expect(await textOnServer(server.url, document)).toBe(committed)
    for (const { text, provider } of authors) {
      expect(provider.unsavedCount).toBeGreaterThan(0)
      expect(marksIn(text).length, 'kept in the tab').toBeGreaterThan(0)
    }
    server.free()
    const healing = stopwatch()
    await expectHealed()
    report(`ENOSPC (${kind})`, {
      'acked edits': audit.acknowledgedCount,
      'lost acked edits': 0,
      'everything saved after room was made, ms': healing(),
    })
  }))

test(`[U8] kill -9 while the disk is full (${kind}) loses nothing that was acknowledged`, () =>
  withSeed(runSeed, async () => {
    await typeUntilFull()
    const promises = audit.promises()
    await server.killAndFree()
    audit.expectKept(await textOnServer(server.url, document), promises, 'after kill -9 on a full disk')
    await expectHealed()
  }))
