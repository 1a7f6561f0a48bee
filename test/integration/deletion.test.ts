import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import { decodeKey, encodeKey, prefixRange } from '../../server/store/key.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import { type Role, roles } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, shareKey, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
let store: MemoryStore
let clock: JumpingClock
let clients: RawClient[]
let providers: Provider[]
beforeEach(async () => {
  store = createMemoryStore()
  clock = new JumpingClock()
  server = await startServer({ store, clock })
  clients = []
  providers = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  await Promise.all(providers.map((provider) => provider.destroy()))
  await server.close()
})

async function enter(document: TestDocument, role: Role = 'edit'): Promise<RawClient> {
  const client = new RawClient(server.url)
  clients.push(client)
  expect(await client.join(document, { role })).toMatchObject({ ok: true })
  return client
}

async function ask(method: string, path: string, key: string) {
  const response = await fetch(`${server.url}/api/documents/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
  })
  const text = await response.text()
  const code = text.startsWith('{') ? (JSON.parse(text) as { error?: { code: string } }).error?.code : undefined
  return { status: response.status, code }
}
const remove = ({ id, keys }: TestDocument, role: Role = 'own') => ask('DELETE', id, keys[role])

/** The store's entries of a document, by what they are. */
async function entries({ id }: TestDocument): Promise<string[]> {
  const found: string[] = []
  for (const range of [prefixRange(['doc', id]), prefixRange(['wipe', id])]) {
    for await (const [key] of store.range(range)) found.push(decodeKey(key).join(' ').replace(id, '·'))
  }
  return found
}

test('[D1] deleting ends every session with `deleted`, and from then on the document is gone on every door', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const everybody = [await enter(document, 'own'), await enter(document), await enter(document, 'view')]
  expect(await remove(document)).toEqual({ status: 204, code: undefined })
  for (const one of everybody) {
    await eventually(() => expect(one.of('closed')).toMatchObject([{ args: [{ code: 'deleted' }] }]))
    expect(await one.sendUpdate(one.edit((text) => text.insert(0, 'late ')))).toMatchObject({ ok: false })
    expect(await one.join(document)).toMatchObject({ ok: false, error: { code: 'deleted' } })
  }
  const gone = { status: 404, code: 'deleted' }
  for (const role of roles) {
    expect(await ask('GET', document.id, document.keys[role])).toEqual(gone)
    expect(await ask('GET', `${document.id}/text`, document.keys[role])).toEqual(gone)
    expect(await ask('DELETE', document.id, document.keys[role])).toEqual(gone)
  }
  expect(await shareKey(server.url, document, document.keys.own, { role: 'edit' })).toMatchObject({ status: 404 })
})

test('[D1] nobody but an owner deletes', async () => {
  const [document, other] = [await createDocument(server.url, { text: 'Hello' }), await createDocument(server.url)]
  const reader = await enter(document, 'view')
  for (const role of ['edit', 'view'] as const) expect(await remove(document, role)).toMatchObject({ status: 403 })
  expect(await ask('DELETE', document.id, other.keys.own)).toMatchObject({ status: 403 })
  expect(await ask('DELETE', document.id, '')).toMatchObject({ status: 401 })
  expect(await ask('DELETE', 'no-id', other.keys.own)).toMatchObject({ status: 400 })
  expect(await ask('DELETE', 'A'.repeat(16), other.keys.own)).toEqual({ status: 404, code: 'not-found' })
  expect(await ask('GET', document.id, document.keys.view)).toMatchObject({ status: 200 })
  expect(reader.of('closed')).toEqual([])
})

describe('[D2] what was stored', () => {
  test('is gone from the store but for the tombstone once its room has closed, whatever was under way', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const [ada, owner] = [await enter(document), await enter(document, 'own')]
    await ada.type(' world')
    await owner.ask('chat', { id: 'a', text: 'chat' })
    const release = store.hold()
    const typing = ada.sendUpdate(ada.edit((text) => text.insert(0, 'on its way '))).catch(() => undefined)
    const talking = ada.ask('chat', { id: 'b', text: 'on its way' }).catch(() => undefined)
    await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(2))
    const removing = remove(document)
    await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(3))
    release()
    await Promise.all([typing, talking, removing])
    expect(await removing).toMatchObject({ status: 204 })
    clock.jump(limits.roomIdleMs + 10)
    await eventually(async () => expect(await entries(document)).toEqual(['doc · meta']))
    expect(server.app.rooms.size).toBe(0)
    expect(await ada.join(document)).toMatchObject({ ok: false, error: { code: 'deleted' } })
  })

  test('is gone also when the server stops before that; a restart knows the document as deleted', async () => {
    const [document, kept] = [await createDocument(server.url, { text: 'Hello' }), await createDocument(server.url)]
    await enter(document)
    await remove(document)
    expect((await entries(document)).length).toBeGreaterThan(2)
    // The same memory for the next server.
    store.close = () => Promise.resolve()
    await server.app.close()
    server = await startServer({ store, clock })
    await eventually(async () => expect(await entries(document)).toEqual(['doc · meta']))
    expect(await remove(document)).toEqual({ status: 404, code: 'deleted' })
    expect(await ask('GET', kept.id, kept.keys.view)).toMatchObject({ status: 200 })
  })

  test('is wiped in steps, however much it was', async () => {
    const document = await createDocument(server.url)
    const writes = Array.from({ length: 2.5 * limits.wipeEntriesMax }, (_, i) => ({
      type: 'put' as const,
      key: encodeKey(['doc', document.id, 'more', i]),
      value: Buffer.from('x'),
    }))
    await store.commit(writes)
    await remove(document)
    clock.jump(limits.roomIdleMs + 10)
    await eventually(async () => expect(await entries(document)).toEqual(['doc · meta']))
  })
})

test('[D1] until it is durable, nothing is deleted and nobody is ended', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const ada = await enter(document)
  const release = store.hold()
  const removing = remove(document)
  await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
  expect(await ada.ask('digest', { seq: 0, digest: '' })).toMatchObject([{ ok: true }])
  expect(ada.of('closed')).toEqual([])
  expect(await ask('GET', document.id, document.keys.view)).toMatchObject({ status: 200 })
  release()
  expect(await removing).toMatchObject({ status: 204 })
})

test('[D1] settings that wait behind the deletion do not bring the document back', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const owner = await enter(document, 'own')
  const release = store.hold()
  const removing = remove(document)
  await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
  const changing = owner.ask('settings', { title: 'Still here' })
  await owner.ask('digest', { seq: 0, digest: '' })
  release()
  expect(await removing).toMatchObject({ status: 204 })
  expect(await changing).toMatchObject([{ ok: false, error: { code: 'deleted' } }])
  expect(await ask('GET', document.id, document.keys.own)).toEqual({ status: 404, code: 'deleted' })
})

test('[D1] joins, settings and new keys that race with it leave nobody in and nothing behind', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const insider = await enter(document, 'own')
  const racers = Array.from({ length: 8 }, () => new RawClient(server.url))
  clients.push(...racers)
  await Promise.all(racers.map((racer) => racer.connected()))
  const racing = [
    ...racers.map((racer) => racer.join(document)),
    insider.ask('settings', { title: 'New' }),
    shareKey(server.url, document, document.keys.own, { role: 'edit' }),
    remove(document),
    insider.ask('settings', { title: 'Newer' }),
    shareKey(server.url, document, document.keys.own, { role: 'view' }),
    ...racers.map((racer) => racer.join(document)),
  ]
  await Promise.all(racing.map((one) => one.catch(() => undefined)))
  await eventually(() => expect(server.app.rooms.sessionCount).toBe(0))
  expect(await ask('GET', document.id, document.keys.own)).toEqual({ status: 404, code: 'deleted' })
  clock.jump(limits.roomIdleMs + 10)
  await eventually(async () => expect(await entries(document)).toEqual(['doc · meta']))
})

test('[D3] a provider that has the text, or comes back with it, is refused for good and offers it', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const open = (storage: 'indexeddb' | 'none') => {
    const options = { url: server.url, documentId: document.id, key: document.keys.edit, doc: new Y.Doc(), storage }
    const provider = new Provider({ ...options, person: { name: 'Ada' } })
    providers.push(provider)
    return provider
  }
  const [live, away] = [open('none'), open('indexeddb')]
  await Promise.all([live.whenSynced(), away.whenSynced()])
  away.disconnect()
  away.doc.getText('content').insert(5, ' offline')
  await away.destroy()
  const offered: [string, string][] = []
  live.on('refused', ({ code }, text) => offered.push([code, text]))
  await remove(document)
  await eventually(() => expect(offered).toEqual([['deleted', 'Hello']]))
  expect([live.status, live.refusal?.code]).toEqual(['refused', 'deleted'])
  await expect(live.whenSaved()).rejects.toMatchObject({ code: 'deleted' })
  const back = open('indexeddb')
  back.on('refused', ({ code }, text) => offered.push([code, text]))
  await eventually(() => expect(offered.at(-1)).toEqual(['deleted', 'Hello offline']))
  clock.jump(limits.roomIdleMs + 10)
  await eventually(async () => expect(await entries(document)).toEqual(['doc · meta']))
})
