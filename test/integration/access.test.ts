import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { type Role, roles } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import {
  apiGet,
  createDocument,
  shareKey,
  startServer,
  type TestDocument,
  type TestServer,
  textOnServer,
} from '../harness/server.ts'

let server: TestServer
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(document: TestDocument, role: Role): Promise<RawClient> {
  const client = new RawClient(server.url)
  clients.push(client)
  expect(await client.join(document, { role })).toMatchObject({ ok: true, role })
  return client
}

describe('[A1] what each role may do, on either door', () => {
  const get = async (path: string, key: string) =>
    (await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } })).status
  const slice = (client: RawClient) => {
    const bytes = client.edit((text) => text.insert(0, 'sliced '))
    return client.ask('slice', { transfer: 1, offset: 0, bytes: bytes.length }, bytes)
  }
  const code = async (answer: Promise<unknown[]>) => {
    const [said] = (await answer) as [{ ok: boolean; error?: { code: string } }]
    return said.ok ? 'ok' : said.error?.code
  }
  type Deed = (client: RawClient, document: TestDocument, role: Role) => Promise<unknown>
  const deeds: [string, Record<Role, unknown>, Deed][] = [
    [
      'join again',
      { own: 'ok', edit: 'ok', view: 'ok' },
      async (c, d, role) => ((await c.join(d, { role })).ok ? 'ok' : ''),
    ],
    ['person', { own: 'ok', edit: 'ok', view: 'ok' }, (c) => code(c.ask('person', { name: 'N', color: 1 }))],
    ['digest', { own: 'ok', edit: 'ok', view: 'ok' }, (c) => code(c.ask('digest', { seq: 1, digest: '' }))],
    ['read', { own: 200, edit: 200, view: 200 }, (_c, d, role) => get(`/api/documents/${d.id}`, d.keys[role])],
    [
      'read text',
      { own: 200, edit: 200, view: 200 },
      (_c, d, role) => get(`/api/documents/${d.id}/text`, d.keys[role]),
    ],
    ['chat', { own: 'ok', edit: 'ok', view: 'forbidden' }, (c) => code(c.ask('chat', { id: 'a', text: 'hi' }))],
    ['chat-history', { own: 'ok', edit: 'ok', view: 'ok' }, (c) => code(c.ask('chat-history', { before: 9 }))],
    [
      'chat-delete',
      { own: 'ok', edit: 'forbidden', view: 'forbidden' },
      async (c, d) => {
        const writer = await enter(d, 'edit')
        await writer.ask('chat', { id: 'b', text: 'delete me' })
        writer.close()
        return code(c.ask('chat-delete', { n: 1 }))
      },
    ],
    ['settings', { own: 'ok', edit: 'ok', view: 'forbidden' }, (c) => code(c.ask('settings', { title: 'T' }))],
    [
      'share',
      { own: 201, edit: 403, view: 403 },
      async (_c, d, role) => (await shareKey(server.url, d, d.keys[role], { role: 'view' })).status,
    ],
    [
      'revoke',
      { own: 201, edit: 403, view: 403 },
      async (_c, d, role) => (await shareKey(server.url, d, d.keys[role], { role: 'own', revoke: false })).status,
    ],
    ['slice', { own: 'ok', edit: 'ok', view: 'forbidden' }, (c) => code(slice(c))],
    [
      'update',
      { own: 'ok', edit: 'ok', view: 'forbidden' },
      async (c, d, role) => {
        await c.join(d, { role })
        return code(
          c.ask(
            'update',
            c.edit((text) => text.insert(0, 'x')),
          ),
        )
      },
    ],
    ['leave', { own: 'ok', edit: 'ok', view: 'ok' }, (c) => code(c.ask('leave'))],
  ]
  for (const role of roles) {
    test(role, async () => {
      const document = await createDocument(server.url, { text: 'Hello' })
      const client = await enter(document, role)
      for (const [name, expected, act] of deeds) expect(await act(client, document, role), name).toBe(expected[role])
      expect(await textOnServer(server.url, document)).toBe(role === 'view' ? 'Hello' : 'xsliced Hello')
    })
  }

  test('nobody without a key reads, and a key of one document opens no other', async () => {
    const [document, other] = [await createDocument(server.url), await createDocument(server.url)]
    const statuses = async (path: string) => {
      const plain = await fetch(`${server.url}${path}`)
      return [plain.status, await get(path, other.keys.own), await get(path, 'short'), await get(path, '')]
    }
    expect(await statuses(`/api/documents/${document.id}`)).toEqual([401, 403, 401, 401])
    expect(await statuses(`/api/documents/${document.id}/text`)).toEqual([401, 403, 401, 401])
    expect((await shareKey(server.url, document, other.keys.own, { role: 'edit' })).status).toBe(403)
  })
})

describe('[A3] revoking', () => {
  test('ends every session of the old key at once; it cannot come back, the new one can, others stay', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const [owner, first, second, viewer] = [
      await enter(document, 'own'),
      await enter(document, 'edit'),
      await enter(document, 'edit'),
      await enter(document, 'view'),
    ]
    const made = await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
    expect(made.status).toBe(201)
    // Written before it heard of it, and arriving after.
    expect(await first.sendUpdate(first.edit((text) => text.insert(0, 'late')))).toMatchObject({ ok: false })
    for (const one of [first, second]) {
      await eventually(() => expect(one.of('closed')).toMatchObject([{ args: [{ code: 'forbidden' }] }]))
      expect(await one.join(document)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    }
    expect(await apiGet(server.url, `/api/documents/${document.id}`, document.keys.edit)).toMatchObject({
      error: { code: 'forbidden' },
    })
    const heard = first.heard.length
    expect(await owner.type('!')).toMatchObject({ seq: 2 })
    await eventually(() => expect(viewer.of('update')).toHaveLength(1))
    expect(first.heard.length).toBe(heard)
    expect([owner.of('closed'), viewer.of('closed')]).toEqual([[], []])
    document.keys.edit = made.key
    expect(await first.join(document)).toMatchObject({ ok: true, role: 'edit' })
    await server.restart()
    const later = new RawClient(server.url)
    clients.push(later)
    expect(await later.join(document)).toMatchObject({ ok: true })
  })

  test('a revoked owner can no longer share', async () => {
    const document = await createDocument(server.url)
    const made = await shareKey(server.url, document, document.keys.own, { role: 'own', revoke: true })
    expect(made.status).toBe(201)
    expect((await shareKey(server.url, document, document.keys.own, { role: 'edit' })).status).toBe(403)
    expect((await shareKey(server.url, document, made.key, { role: 'edit' })).status).toBe(201)
  })

  test('joins and writes that race with it leave nobody in with the old key', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const racers = Array.from({ length: 10 }, () => new RawClient(server.url))
    clients.push(...racers)
    await Promise.all(racers.map((racer) => racer.connected()))
    const joins = racers.map((racer) => racer.join(document).catch(() => undefined))
    const made = await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
    await Promise.all(joins)
    expect(made.status).toBe(201)
    const room = [...server.app.rooms.live()].find(({ id }) => id === document.id)!
    await eventually(() => expect(room.sessions.size).toBe(0))
    for (const racer of racers) {
      expect(await racer.sendUpdate(racer.edit((text) => text.insert(0, 'x')))).toMatchObject({ ok: false })
    }
    expect(await textOnServer(server.url, document)).toBe('Hello')
  })
})

test('[A1] a role holds at most keysPerRoleMax keys; each works; more are refused until they are revoked', async () => {
  const document = await createDocument(server.url)
  const keys = [document.keys.edit]
  while (keys.length < limits.keysPerRoleMax) {
    const made = await shareKey(server.url, document, document.keys.own, { role: 'edit' })
    expect(made.status).toBe(201)
    keys.push(made.key)
  }
  expect(new Set(keys).size).toBe(limits.keysPerRoleMax)
  expect(await shareKey(server.url, document, document.keys.own, { role: 'edit' })).toMatchObject({
    status: 413,
    code: 'too-large',
  })
  for (const key of keys) {
    expect(await apiGet(server.url, `/api/documents/${document.id}`, key)).toMatchObject({ role: 'edit' })
  }
  const last = await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
  expect(last.status).toBe(201)
  for (const key of keys.slice(0, 3)) {
    expect(await apiGet(server.url, `/api/documents/${document.id}`, key)).toHaveProperty('error')
  }
})

test('[A1] keys made at the same moment all work', async () => {
  const document = await createDocument(server.url)
  const made = await Promise.all(
    [1, 2, 3, 4, 5].map(() => shareKey(server.url, document, document.keys.own, { role: 'view' })),
  )
  for (const { key } of made) {
    expect(await apiGet(server.url, `/api/documents/${document.id}`, key)).toMatchObject({ role: 'view' })
  }
})
