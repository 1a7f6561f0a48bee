// A document made to take long to build, by updates each of which the guard lets through for being cheap.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { Answer, UpdateAnswer } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'
import { tangle } from '../harness/tangle.ts'

let server: TestServer
let document: TestDocument
let clients: RawClient[]

beforeEach(async () => {
  server = await startServer()
  document = await createDocument(server.url)
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(): Promise<RawClient> {
  const client = new RawClient(server.url)
  clients.push(client)
  expect(await client.join(document)).toMatchObject({ ok: true })
  return client
}

/** All of it, as fast as it is taken; returns the last update and who sent it. */
async function attack(): Promise<{ client: RawClient; update: Uint8Array }> {
  const attackers = [await enter(), await enter(), await enter()].sort((a, b) => a.doc.clientID - b.doc.clientID)
  const ids = attackers.map((client) => client.doc.clientID)
  const updates = tangle(ids, 300, limits.searchStepsMax / 250)
  for (const [id, update] of updates) {
    const [answer] = await attackers[ids.indexOf(id)]!.ask('update', update)
    expect(answer).toMatchObject({ ok: true })
  }
  const [id, update] = updates.at(-1)!
  return { client: attackers[ids.indexOf(id)]!, update }
}

const room = () => server.app.rooms.peek(document.id)!
const full = { ok: false, error: { code: 'too-large', message: expect.stringContaining('full') } }
const write = async (client: RawClient) =>
  (await client.ask(
    'update',
    client.edit((text) => text.insert(0, 'me too ')),
  )) as [Answer<UpdateAnswer>]

test('[U6] it is handed out as it is, takes nothing more, and is never built again', async () => {
  await attack()
  for (let start = 0; start < 2; start++) {
    await server.restart()
    const visitor = await enter()
    expect(visitor.text).toHaveLength(301 + limits.searchStepsMax / 250)
    expect(await write(visitor)).toEqual([full])
    const path = `${server.url}/api/documents/${document.id}/text`
    const response = await fetch(path, { headers: { authorization: `Bearer ${document.keys.view}` } })
    expect([response.status, await response.json()]).toEqual([413, { error: full.error }])
    expect(room().document.isOpen).toBe(false)
  }
})

test('[U6] who is in it hears so with the next snapshot; a retry of what is stored is answered', async () => {
  const { client, update } = await attack()
  await server.app.rooms.compactAll(60_000)
  const writer = await enter()
  expect(await write(writer)).toEqual([full])
  expect(await client.ask('update', update)).toMatchObject([{ ok: true }])
})

test('[U6] its title, its chat and all other documents go on', async () => {
  await attack()
  await server.restart()
  const writer = await enter()
  expect(await writer.ask('settings', { title: 'Still here' })).toMatchObject([{ ok: true }])
  const other = await createDocument(server.url, { text: 'ours' })
  const neighbour = new RawClient(server.url)
  clients.push(neighbour)
  await neighbour.join(other)
  expect(await write(neighbour)).toMatchObject([{ ok: true }])
  await server.restart()
  const later = await enter()
  expect(room().meta).toMatchObject({ title: 'Still here', tangled: true })
  expect(await write(later)).toEqual([full])
})
