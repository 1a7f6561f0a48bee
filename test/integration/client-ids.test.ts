import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type ClientId, type ClientToken, grantedClientIdMin, makeLineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
const clock = new JumpingClock()
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer({ clock })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

function connect(options: Record<string, unknown> = {}): RawClient {
  const client = new RawClient(server.url, options)
  clients.push(client)
  return client
}

const claim = (id: number, token?: string) => ({
  id: id as ClientId,
  ...(token === undefined ? {} : { token: token as ClientToken }),
})

describe('[J4] client ids', () => {
  test('a session without any is granted one ≥ 2³¹ that nobody else has', async () => {
    const document = await createDocument(server.url, { text: 'x' })
    const ids = new Set<number>()
    for (let i = 0; i < 10; i++) {
      const client = connect()
      await client.join(document)
      expect(client.joined!.clientId).toBeGreaterThanOrEqual(grantedClientIdMin)
      ids.add(client.joined!.clientId)
    }
    expect(ids.size).toBe(10)
  })

  test('with its token an id is kept, also by another connection, and after a restart', async () => {
    const document = await createDocument(server.url)
    const ada = connect()
    await ada.join(document)
    const { clientId } = ada.joined!
    await ada.type('mine ')
    ada.close()
    const again = connect()
    again.claims = ada.claims
    expect(await again.join(document)).toMatchObject({ clientId, clients: ada.claims })
    again.close()
    await server.restart()
    const later = connect()
    later.claims = ada.claims
    expect(await later.join(document)).toMatchObject({ clientId })
    expect(await later.type('still mine')).toMatchObject({ seq: 2 })
    expect(await textOnServer(server.url, document)).toBe('mine still mine')
  })

  test('an id without its token, or with a false one, is not accepted', async () => {
    const document = await createDocument(server.url)
    const other = await createDocument(server.url)
    const [ada, elsewhere] = [connect(), connect()]
    await ada.join(document)
    await elsewhere.join(other)
    const { clientId } = ada.joined!
    await ada.type('mine')
    const token = String(ada.claims[0]!.token)
    const elsewhereToken = String(elsewhere.claims[0]!.token)
    for (const claimed of [
      claim(clientId),
      claim(clientId, 'A'.repeat(22)),
      claim(clientId, `${token}x`),
      claim(clientId, ''),
      claim(clientId, elsewhereToken),
      claim(elsewhere.joined!.clientId, elsewhereToken),
      claim(grantedClientIdMin + 5),
    ]) {
      const thief = connect()
      thief.claims = [claimed]
      const answer = await thief.join(document)
      expect(answer.ok && answer.clients.map(({ id }) => id)).not.toContain(claimed.id)
      expect(answer.ok && answer.clientId).not.toBe(claimed.id)
    }
    expect(ada.of('closed')).toEqual([])
    expect(ada.socket.connected).toBe(true)
  })

  test('an id below 2³¹ may send its text if nobody used or holds it, and is not the one to go on with', async () => {
    const document = await createDocument(server.url)
    const [ada, bob, cid] = [connect(), connect(), connect()]
    const before = new Y.Doc()
    before.clientID = 77
    before.getText('content').insert(0, 'typed before')
    ada.claims = [claim(77)]
    const answer = await ada.join(document)
    expect(answer.ok && answer.clients.map(({ id }) => id).sort()).toEqual([77, ada.joined!.clientId].sort())
    expect(ada.joined!.clientId).toBeGreaterThanOrEqual(grantedClientIdMin)
    bob.claims = [claim(77)]
    const held = await bob.join(document)
    expect(held.ok && held.clients.map(({ id }) => id)).not.toContain(77)
    expect(await ada.sendUpdate(Y.encodeStateAsUpdate(before))).toMatchObject({ ok: true })
    ada.close()
    cid.claims = [claim(77)]
    const used = await cid.join(document)
    expect(used.ok && used.clients.map(({ id }) => id)).not.toContain(77)
    cid.claims = [claim(77, String(ada.claims.find(({ id }) => id === 77)!.token))]
    const proven = await cid.join(document)
    expect(proven.ok && proven.clients.map(({ id }) => id)).toContain(77)
  })

  test('more than clientsPerJoinMax ids are a bad request, and re-syncs do not add up to more', async () => {
    const document = await createDocument(server.url)
    const client = connect()
    client.claims = Array.from({ length: limits.clientsPerJoinMax + 1 }, (_, i) => claim(i + 1))
    expect(await client.join(document)).toMatchObject({ error: { code: 'bad-request' } })
    for (let round = 0; round < 4; round++) {
      client.claims = Array.from({ length: limits.clientsPerJoinMax }, (_, i) => claim(1_000 * (round + 1) + i))
      const answer = await client.join(document)
      expect(answer.ok && answer.clients.length).toBeLessThanOrEqual(limits.clientsPerJoinMax + 1)
    }
  })
})

test('[J5] a token is worth nothing in another lineage', async () => {
  const document = await createDocument(server.url)
  const ada = connect()
  await ada.join(document)
  const room = [...server.app.rooms.live()].find(({ id }) => id === document.id)!
  const { clientId } = ada.joined!
  ada.close()
  room.meta = { ...room.meta, lineage: makeLineage() }
  const again = connect()
  again.claims = ada.claims
  expect(await again.join(document)).toMatchObject({ ok: true })
  expect(again.joined!.clientId).not.toBe(clientId)
})

test('[J6] bringing an id with its token ends who holds it', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [connect(), connect()]
  await ada.join(document)
  await bob.join(document)
  const again = connect()
  again.claims = ada.claims
  expect(await again.join(document)).toMatchObject({ clientId: ada.joined!.clientId })
  await eventually(() => expect(ada.of('closed')).toMatchObject([{ args: [{ code: 'replaced' }] }]))
  expect(await ada.sendUpdate(ada.edit((text) => text.insert(0, 'ghost')))).toMatchObject({ ok: false })
  expect(await again.type('alive')).toMatchObject({ ok: true, seq: 1 })
  await eventually(() => expect(bob.of('update')).toHaveLength(1))
  expect([...server.app.rooms.live()].find(({ id }) => id === document.id)!.sessions.size).toBe(2)
})
