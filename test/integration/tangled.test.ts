// A document whose snapshot says that building it takes too long, on a whole server.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MemoryStore } from '../../server/store/memory.ts'
import { snapshotWrite, UpdateLog } from '../../server/update-log.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let store: MemoryStore
let server: TestServer
let document: TestDocument
let clients: RawClient[]

beforeEach(async () => {
  clients = []
  store = new MemoryStore()
  server = await startServer({ store })
  document = await createDocument(server.url, { text: 'theirs' })
})
afterEach(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(where = document): Promise<RawClient> {
  const client = new RawClient(server.url)
  clients.push(client)
  expect(await client.join(where)).toMatchObject({ ok: true })
  return client
}

const write = (client: RawClient) => {
  const update = client.edit((text) => text.insert(0, 'me too, '))
  return client.ask('update', update)
}

/** Another server on what the last one left, where the snapshots of `documents` say that building them takes so long. */
async function restartWith(buildMs: number, documents = [document]): Promise<void> {
  const left = store.clone()
  await server.close()
  store = left
  for (const { id } of documents) {
    const snapshot = (await new UpdateLog(store).load(id)).snapshot!
    await store.commit([snapshotWrite(id, { ...snapshot, buildMs })])
  }
  server = await startServer({ store })
}

const text = ({ id, keys } = document) => {
  return fetch(`${server.url}/api/documents/${id}/text`, { headers: { authorization: `Bearer ${keys.view}` } })
}

const full = { ok: false, error: { code: 'too-large', message: expect.stringContaining('full') } }

test('[U6] it is handed out as it is, takes no updates, and is not built', async () => {
  for (const documents of [[document], []]) {
    await restartWith(limits.buildMsMax + 1, documents)
    const visitor = await enter()
    expect(visitor.text).toBe('theirs')
    expect(await write(visitor)).toEqual([full])
    const response = await text()
    expect([response.status, await response.json()]).toEqual([413, { error: full.error }])
    expect(server.app.rooms.peek(document.id)!.document.isOpen).toBe(false)
  }
})

test('[U6] one just below that is written in as ever', async () => {
  await restartWith(limits.buildMsMax)
  expect(await write(await enter())).toMatchObject([{ ok: true }])
  expect(await (await text()).text()).toBe('me too, theirs')
})

test('[U6] its title and all other documents go on', async () => {
  await restartWith(limits.buildMsMax + 1)
  const writer = await enter()
  expect(await writer.ask('settings', { title: 'Still here' })).toMatchObject([{ ok: true }])
  expect(await write(await enter(await createDocument(server.url, { text: 'ours' })))).toMatchObject([{ ok: true }])
  await restartWith(limits.buildMsMax + 1, [])
  expect(await write(await enter())).toEqual([full])
  expect(server.app.rooms.peek(document.id)!.meta.title).toBe('Still here')
})

test('reading texts that nobody has open is paid for by what building them takes', async () => {
  const paid = Math.floor(limits.buildMsPerMinute / limits.buildMsMax)
  const others = await Promise.all(Array.from({ length: paid }, () => createDocument(server.url, { text: 'ours' })))
  await restartWith(limits.buildMsMax, [document, ...others])
  for (const other of others) expect((await text(other)).status).toBe(200)
  expect((await text(document)).status).toBe(429)
  // These stand now.
  for (const other of others) expect((await text(other)).status).toBe(200)
})
