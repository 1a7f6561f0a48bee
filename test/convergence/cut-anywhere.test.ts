// A connection that dies at any byte of its handshake, join or first updates is only a connection that died.
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import type { ClientId } from '../../shared/ids.ts'
import { noFaults, startTcpProxy } from '../../simulate/tcp-proxy.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { report } from '../harness/figures.ts'
import {
  addressOf,
  createDocument,
  startServer,
  type TestDocument,
  type TestServer,
  textOnServer,
} from '../harness/server.ts'

const stepBytes = process.env.LONG ? 1 : 80
/** Both ways together; a join and an update over polling take about as many. */
const bytesMax = 4_000

let server: TestServer
beforeAll(async () => {
  server = await startServer({ trustedProxies: 1 })
})
afterAll(() => server.close())

/** Writes its number as text through a connection that ends after that many bytes; the next ones are whole. */
async function writeThroughCut(document: TestDocument, bytes: number, transports: string[]): Promise<void> {
  const proxy = await startTcpProxy(Number(new URL(server.url).port))
  proxy.set({ cutAfterBytes: bytes })
  const { id: documentId, keys } = document
  const socket = { transports, reconnectionDelay: 20, reconnectionDelayMax: 100 }
  const options = { url: proxy.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' }, socket }
  const provider = new Provider({ ...options, storage: 'none' })
  provider.on('status', (status) => {
    if (status === 'offline') proxy.set(noFaults)
  })
  const text = provider.doc.getText('content')
  text.insert(0, `[${bytes}]`)
  try {
    await eventually(() => expect([provider.status, provider.unsavedCount]).toEqual(['live', 0]))
  } catch (error) {
    const state = JSON.stringify(provider.saveState)
    throw new Error(`never came back after a cut at byte ${bytes} (${transports}): ${state}`, { cause: error })
  } finally {
    await provider.destroy()
    await proxy.close()
  }
}

test.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
  '[E2] a first connection (%s) that is cut after any number of bytes loses nothing and comes back',
  async (transports) => {
    const cuts = Array.from({ length: Math.floor(bytesMax / stepBytes) }, (_, i) => i * stepBytes + 1)
    // A few at a time: all at once they would only wait for each other. Each time in a new document: one with the text of
    // thousands of authors takes all those bytes for the join.
    for (let i = 0; i < cuts.length; i += 20) {
      const some = cuts.slice(i, i + 20)
      const document = await createDocument(server.url, {}, addressOf(i))
      await Promise.all(some.map((bytes) => writeThroughCut(document, bytes, transports)))
      const written = (await textOnServer(server.url, document)).match(/\[\d+\]/g) ?? []
      expect(written.sort()).toEqual(some.map((bytes) => `[${bytes}]`).sort())
    }
    report(`cut at any byte (${transports.join(', ')})`, { cuts: cuts.length, 'lost or doubled edits': 0 })
  },
)

// Found by a cut after 521 bytes over polling, where the server does not see that the client is gone.
test('[J4] [J6] the answer to a first join is lost: the same person goes on with text typed before, others may not', async () => {
  const document = await createDocument(server.url)
  const local = { clients: [{ id: 5 as ClientId }] }
  const [lost, other, again] = [1, 2, 3].map(() => new RawClient(server.url)) as [RawClient, RawClient, RawClient]
  again.doc.clientID = 5
  const early = again.edit((text) => text.insert(0, 'early'))
  expect(await lost.join(document, { request: local })).toMatchObject({ ok: true })
  const refused = (await other.join(document, { request: local })) as { clients: { id: number }[] }
  expect(refused.clients.map(({ id }) => id)).not.toContain(5)
  expect(lost.of('closed')).toEqual([])
  const request = { ...local, person: { secret: lost.secret, name: 'Ada', color: 1 } }
  expect(await again.join(document, { request })).toMatchObject({ ok: true })
  expect(await again.sendUpdate(early)).toMatchObject({ ok: true })
  await eventually(() => expect(lost.of('closed')).toMatchObject([{ args: [{ code: 'replaced' }] }]))
  for (const client of [lost, other, again]) client.close()
})
