import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDocumentId, makeKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
const clients: RawClient[] = []
let address = 0
beforeAll(async () => {
  server = await startServer({ trustedProxies: 1 })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

type Entry = {
  id: string
  error?: { code: string }
  people?: number
  faces?: object[]
  updatedAt?: number
  title?: string
}
async function post(body: unknown, from = `10.3.${address >> 8}.${address++ & 255}`) {
  const response = await fetch(`${server.url}/api/documents/lookup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as { documents: Entry[]; error?: { code: string } } }
}
const look = async (documents: object[], from?: string) => (await post({ documents }, from)).body.documents

async function enter(document: TestDocument, name: string, secret?: string) {
  const client = new RawClient(server.url)
  clients.push(client)
  const person = { secret: secret ?? client.secret, name, color: 3 }
  expect(await client.join(document, { request: { person } })).toMatchObject({ ok: true })
  return client
}

test('[L1] a list of documents and keys is answered with title, time and who is there now, in its order', async () => {
  const [first, second] = [
    await createDocument(server.url, { title: 'First', text: 'a' }),
    await createDocument(server.url, { title: 'Second' }),
  ]
  const asked = [
    { id: second.id, key: second.keys.view },
    { id: first.id, key: first.keys.own },
  ]
  const nobody = { people: 0, faces: [], language: 'markdown', updatedAt: expect.any(Number) }
  expect(await look(asked)).toEqual([
    { id: second.id, title: 'Second', role: 'view', ...nobody },
    { id: first.id, title: 'First', role: 'own', ...nobody },
  ])
  const before = (await look(asked))[0]!.updatedAt!
  const ada = await enter(second, 'Ada')
  const tab = await enter(second, 'Ada', ada.secret)
  const bob = await enter(second, 'Bob')
  await ada.type('news')
  await ada.ask('settings', { title: 'Renamed' })
  const [now] = await look(asked)
  const faces = ['Ada', 'Bob'].map((name) => ({ name, color: 3 }))
  expect(now).toMatchObject({ title: 'Renamed', people: 2, faces })
  expect(now!.updatedAt).toBeGreaterThanOrEqual(before)
  for (const one of [ada, tab]) one.close()
  await eventually(async () => expect((await look(asked))[0]).toMatchObject({ people: 1, faces: [{ name: 'Bob' }] }))
  bob.close()
})

test('[L1] more people than fit are counted', async () => {
  const document = await createDocument(server.url)
  for (let i = 0; i < limits.lookupFacesMax + 3; i++) await enter(document, `P${i}`)
  const [entry] = await look([{ id: document.id, key: document.keys.view }])
  expect([entry!.people, entry!.faces!.length]).toEqual([limits.lookupFacesMax + 3, limits.lookupFacesMax])
})

test('[L1] looking opens no room', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  await server.restart()
  await look([{ id: document.id, key: document.keys.view }])
  expect(server.app.rooms.size).toBe(0)
})

test('[L2] a wrong key, an unknown or a deleted document tells nothing but that, and does not spoil the others', async () => {
  const [document, other, deleted] = [
    await createDocument(server.url, { title: 'Secret title' }),
    await createDocument(server.url, { title: 'Mine' }),
    await createDocument(server.url, { title: 'Gone' }),
  ]
  await enter(document, 'Secret person')
  const headers = { authorization: `Bearer ${deleted.keys.own}` }
  await fetch(`${server.url}/api/documents/${deleted.id}`, { method: 'DELETE', headers })
  const entries = await look([
    { id: document.id, key: other.keys.own },
    { id: other.id, key: other.keys.own },
    { id: makeDocumentId(), key: makeKey() },
    { id: deleted.id, key: deleted.keys.own },
  ])
  expect(entries.map(({ error, title }) => error?.code ?? title)).toEqual(['forbidden', 'Mine', 'not-found', 'deleted'])
  expect(Object.keys(entries[0]!)).toEqual(['id', 'error'])
  expect(JSON.stringify(entries)).not.toMatch(/Secret|Gone/)
})

test('[L2] wrong keys are counted like everywhere: after too many an address hears rate-limited, a right key passes', async () => {
  const document = await createDocument(server.url, { title: 'Mine' })
  const wrong = Array.from({ length: limits.wrongKeysPerMinute + 5 }, () => ({ id: document.id, key: makeKey() }))
  const entries = await look([...wrong, { id: document.id, key: document.keys.view }], '10.9.9.9')
  const codes = entries.map(({ error, title }) => error?.code ?? title)
  expect(codes.slice(0, limits.wrongKeysPerMinute)).toEqual(Array(limits.wrongKeysPerMinute).fill('forbidden'))
  expect(codes.slice(limits.wrongKeysPerMinute)).toEqual([...Array(5).fill('rate-limited'), 'Mine'])
})

test('[L3] a list is bounded and so are lists a minute; anything else is a bad request', async () => {
  const { id, keys } = await createDocument(server.url)
  const entry = { id, key: keys.view }
  const wrong = [
    {},
    [],
    { documents: entry },
    { documents: [entry, null] },
    { documents: [{ id }] },
    { documents: [{ id: '../x', key: keys.view }] },
    { documents: [{ id, key: 'short' }] },
    { documents: Array(limits.lookupsMax + 1).fill(entry) },
    '{"documents":[',
  ]
  for (const body of wrong)
    expect(await post(body)).toMatchObject({ status: 400, body: { error: { code: 'bad-request' } } })
  expect((await post({ documents: Array(5_000).fill(entry) })).status).toBe(413)
  expect(await look([])).toEqual([])
  const full = Array(limits.lookupsMax).fill(entry)
  const from = '10.9.9.8'
  for (let left = limits.lookupsPerMinute; left >= limits.lookupsMax; left -= limits.lookupsMax) {
    expect((await look(full, from)).length).toBe(limits.lookupsMax)
  }
  expect(await post({ documents: [entry] }, from)).toMatchObject({
    status: 429,
    body: { error: { code: 'rate-limited' } },
  })
})
