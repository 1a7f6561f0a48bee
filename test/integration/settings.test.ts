import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Provider } from '../../client/sync/provider.ts'
import { createMemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import type { SettingsChange } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { openProvider } from '../harness/provider.ts'
import { apiGet, createDocument, shareKey, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

const store = createMemoryStore()
let server: TestServer
const clients: RawClient[] = []
const providers: Provider[] = []
beforeAll(async () => {
  server = await startServer({ store })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await Promise.all(providers.map((provider) => provider.destroy()))
  await server.close()
})

async function enter(document: TestDocument, role: 'own' | 'edit' | 'view' = 'edit', request: object = {}) {
  const client = new RawClient(server.url)
  clients.push(client)
  expect(await client.join(document, { role, request })).toMatchObject({ ok: true })
  return client
}
const told = (client: RawClient) => client.of('settings').map(({ args }) => args[0] as SettingsChange)
const onDisk = (document: TestDocument) =>
  apiGet(server.url, `/api/documents/${document.id}`, document.keys.view) as Promise<{
    title: string
    language: string
  }>

test('[S1] a change is answered and told to everybody with who made it, and later joins and the API have it', async () => {
  const document = await createDocument(server.url, { title: 'Before' })
  const [ada, bob, viewer] = [await enter(document), await enter(document, 'own'), await enter(document, 'view')]
  const stock = await enter(document, 'view', { textOnly: true })
  expect(viewer.joined!.settings).toEqual({ title: 'Before', language: 'markdown' })
  const settings = { title: 'Before', language: 'python' }
  expect(await ada.ask('settings', { language: 'python' })).toEqual([{ ok: true, settings }])
  const by = { clientId: ada.joined!.clientId, name: 'Tester', color: 1, role: 'edit' }
  for (const one of [ada, bob, viewer, stock]) {
    await eventually(() => expect(told(one)).toMatchObject([{ settings, by }]))
  }
  expect(await bob.ask('settings', { title: 'After', language: 'text' })).toMatchObject([{ ok: true }])
  const late = await enter(document, 'view')
  expect(late.joined!.settings).toEqual({ title: 'After', language: 'text' })
  expect(await onDisk(document)).toMatchObject({ title: 'After', language: 'text' })
  await eventually(() => expect(told(viewer)).toHaveLength(2))
})

test('[S1] it survives a restart, and changes and new keys at the same moment all hold', async () => {
  const durable = await startServer()
  const document = await createDocument(durable.url)
  const client = new RawClient(durable.url)
  clients.push(client)
  await client.join(document)
  const [title, made, language] = await Promise.all([
    client.ask('settings', { title: 'Kept' }),
    shareKey(durable.url, document, document.keys.own, { role: 'view' }),
    client.ask('settings', { language: 'rust' }),
  ])
  expect([title, language]).toMatchObject([[{ ok: true }], [{ ok: true }]])
  await durable.restart()
  const kept = { title: 'Kept', language: 'rust', role: 'view' }
  expect(await apiGet(durable.url, `/api/documents/${document.id}`, made.key)).toMatchObject(kept)
  await durable.close()
})

test('[S1] nothing is answered or told before it is durable', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [await enter(document), await enter(document)]
  const release = store.hold()
  let answered = false
  const asked = ada.ask('settings', { title: 'Soon' }).then(() => {
    answered = true
  })
  await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
  await bob.ask('digest', { seq: 0, digest: '' })
  expect([answered, told(bob)]).toEqual([false, []])
  const late = await enter(document)
  expect(late.joined!.settings.title).toBe('')
  release()
  await asked
  await eventually(() => expect([told(bob).length, told(late).length]).toEqual([1, 1]))
})

test('[S2] a viewer changes nothing, and nobody does who has left or not joined', async () => {
  const document = await createDocument(server.url, { title: 'Mine' })
  const [viewer, gone] = [await enter(document, 'view'), await enter(document)]
  expect(await viewer.ask('settings', { title: 'Yours' })).toMatchObject([{ error: { code: 'forbidden' } }])
  await gone.ask('leave')
  expect(await gone.ask('settings', { title: 'Yours' })).toMatchObject([{ error: { code: 'not-synced' } }])
  expect((await onDisk(document)).title).toBe('Mine')
  expect(told(viewer)).toEqual([])
})

describe('[S3] what a patch may hold', () => {
  const titles: [string, string][] = [
    ['  One \n two ', 'One two'],
    ['\u202eevil\u202c\u0000', 'evil'],
    ['x'.repeat(limits.rawTitleLengthMax), 'x'.repeat(limits.titleLengthMax)],
    [`a${'\u0301'.repeat(5_000)}`, 'a\u0301\u0301\u0301'],
    ['<b>bold</b>', '<b>bold</b>'],
    ['', ''],
  ]
  test('titles are cleaned and cut like names', async () => {
    const document = await createDocument(server.url)
    const ada = await enter(document)
    for (const [given, kept] of titles) {
      expect(await ada.ask('settings', { title: given })).toMatchObject([{ ok: true, settings: { title: kept } }])
    }
  })

  const wrong: unknown[] = [
    undefined,
    null,
    'title',
    [],
    {},
    { name: 'x' },
    { title: 5 },
    { title: null },
    { title: 'x'.repeat(limits.rawTitleLengthMax + 1) },
    { language: 'klingon' },
    { language: '../x' },
    { language: '' },
    { language: { toString: 'markdown' } },
    { title: 'good', language: 'bad' },
  ]
  test('anything else is a bad request and changes nothing', async () => {
    const document = await createDocument(server.url)
    const ada = await enter(document)
    for (const patch of wrong) {
      const rival = await enter(document)
      expect(await rival.ask('settings', patch)).toMatchObject([{ ok: false, error: { code: 'bad-request' } }])
      rival.close()
    }
    ada.socket.emit('settings', { title: 'without an ack' })
    expect(await ada.ask('settings', { keys: {}, lineage: 'x', title: 'Only this' })).toEqual([
      { ok: true, settings: { title: 'Only this', language: 'markdown' } },
    ])
    expect(told(ada)).toHaveLength(1)
  })

  test('a document made with a language that nobody knows is refused', async () => {
    await expect(createDocument(server.url, { language: 'klingon' } as object)).rejects.toThrow('bad-request')
  })
})

test('[S4] a patch that changes nothing is answered and told to nobody; too many are rate-limited', async () => {
  const document = await createDocument(server.url, { title: 'Same' })
  const [ada, bob] = [await enter(document), await enter(document)]
  const answers = await Promise.all(
    Array.from({ length: limits.settingsBurst + 5 }, () => ada.ask('settings', { title: ' Same ' })),
  )
  const codes = answers.map(([said]) => (said as { error?: { code: string } }).error?.code ?? 'ok')
  expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(limits.settingsBurst + 1)
  expect(new Set(codes)).toEqual(new Set(['ok', 'rate-limited']))
  await bob.ask('settings', { language: 'go' })
  await eventually(() => expect(told(bob).map(({ settings }) => settings.language)).toEqual(['go']))
})

test('[S1] a provider has the settings, hears who changed them, and changes them once it is connected', async () => {
  const document = await createDocument(server.url, { title: 'First' })
  const ada = openProvider(server.url, document, 'edit', 'Ada')
  const bob = openProvider(server.url, document, 'view', 'Bob')
  providers.push(ada, bob)
  await expect(ada.setSettings({ title: 'Too soon' })).rejects.toMatchObject({ code: 'not-synced' })
  await Promise.all([ada.whenSynced(), bob.whenSynced()])
  expect(bob.settings).toEqual({ title: 'First', language: 'markdown' })
  const heard: unknown[] = []
  bob.on('settings', ({ title }, by) => heard.push([title, by?.name]))
  bob.on('title', (title) => heard.push(title))
  await ada.setSettings({ title: 'Second' })
  await eventually(() => expect(heard).toEqual([['Second', 'Ada'], 'Second']))
  expect(await onDisk(document)).toMatchObject({ title: 'Second' })
  await eventually(() => expect(ada.title).toBe('Second'))
  await expect(bob.setSettings({ title: 'No' })).rejects.toMatchObject({ code: 'forbidden' })
  bob.disconnect()
  await ada.setSettings({ language: 'java' })
  bob.connect()
  await eventually(() => expect(bob.settings).toEqual({ title: 'Second', language: 'java' }))
  expect(heard.at(-1)).toEqual(['Second', undefined])
})
