import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { grantedClientIdMin, makeDocumentId, makeKey, makeLineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { SliceHeader } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, startServer, type TestServer } from '../harness/server.ts'
import { callWitnesses } from '../harness/witnesses.ts'

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

/** State vector that claims this many clocks of an id. */
function vectorOf(id: number, clock: number): Uint8Array {
  return Y.encodeStateVector(new Map([[id, clock]]))
}

test('[J1] one answer has the text, the people, the chat, the title and what the document may still take', async () => {
  const document = await createDocument(server.url, { title: 'A title', text: 'Hello' })
  const [ada, bob] = [connect(), connect()]
  await ada.join(document, { request: { person: { secret: ada.secret, name: 'Ada', color: 3 } } })
  ada.socket.emit('presence', { cursor: null, idle: true })
  await ada.ask('chat', { id: 'one', text: 'hi' })
  const answer = await bob.join(document, { role: 'view' })
  expect(answer).toMatchObject({
    ok: true,
    seq: 1,
    role: 'view',
    settings: { title: 'A title', language: 'markdown' },
    usage: { textLength: 5 },
    chat: [{ n: 1, text: 'hi', name: 'Ada' }],
    presence: [[ada.joined!.clientId, { cursor: null, idle: true }]],
  })
  expect(answer.ok && answer.people.map(({ name, color }) => [name, color])).toEqual([
    ['Ada', 3],
    ['Tester', 1],
  ])
  expect(bob.text).toBe('Hello')
})

describe('[J2] who has no key does not get in', () => {
  test('an unknown document is not-found, a wrong key is forbidden', async () => {
    const document = await createDocument(server.url)
    const client = connect()
    expect(await client.join({ ...document, id: makeDocumentId() })).toMatchObject({ error: { code: 'not-found' } })
    expect(await client.join(document, { request: { key: makeKey() } })).toMatchObject({ error: { code: 'forbidden' } })
    const other = await createDocument(server.url)
    expect(await client.join({ ...document, keys: other.keys })).toMatchObject({ error: { code: 'forbidden' } })
    expect(await client.join(document)).toMatchObject({ ok: true })
  })

  test('after wrongKeysPerMinute wrong keys an address is only told to wait; right keys and other addresses are not held up', async () => {
    const proxied = await startServer({ trustedProxies: 1 })
    const from = (address: string) => new RawClient(proxied.url, { extraHeaders: { 'x-forwarded-for': address } })
    const document = await createDocument(proxied.url)
    const [guesser, neighbour] = [from('10.0.0.1'), from('10.0.0.2')]
    let wrong = 0
    while (wrong < limits.wrongKeysPerMinute) {
      const guess = from('10.0.0.1')
      for (let i = 0; i < 15; i++, wrong++) {
        expect(await guess.join(document, { request: { key: makeKey() } })).toMatchObject({
          error: { code: 'forbidden' },
        })
      }
      guess.close()
    }
    expect(await guesser.join(document, { request: { key: makeKey() } })).toMatchObject({
      error: { code: 'rate-limited', retryAfterMs: expect.any(Number) },
    })
    expect(await guesser.join(document)).toMatchObject({ ok: true })
    expect(await neighbour.join(document, { request: { key: makeKey() } })).toMatchObject({
      error: { code: 'forbidden' },
    })
    guesser.close()
    neighbour.close()
    await proxied.close()
  })
})

describe('[J7] text of another history is never merged', () => {
  test('another lineage is lineage-changed', async () => {
    const document = await createDocument(server.url)
    const client = connect()
    expect(await client.join(document, { lineage: makeLineage() })).toMatchObject({
      error: { code: 'lineage-changed' },
    })
    expect(await client.join(document)).toMatchObject({ ok: true })
    expect(await client.join(document, { lineage: client.joined!.lineage })).toMatchObject({ ok: true })
  })

  test('a state vector that claims more of others than there is, is lineage-changed', async () => {
    const witnesses = await callWitnesses(server.url)
    const other = witnesses.ada.joined!.clientId
    const client = connect()
    const join = (stateVector: Uint8Array) => client.join(witnesses.document, { stateVector })
    expect(await join(vectorOf(other, 1))).toMatchObject({ error: { code: 'lineage-changed' } })
    expect(await join(vectorOf(4242, 1))).toMatchObject({ error: { code: 'lineage-changed' } })
    expect(await join(vectorOf(grantedClientIdMin, 2 ** 31))).toMatchObject({ error: { code: 'lineage-changed' } })
    await witnesses.unharmed()
    witnesses.close()
  })

  test('claims about ids that this session proved are its own business', async () => {
    const document = await createDocument(server.url)
    const client = connect()
    await client.join(document)
    expect(await client.join(document, { stateVector: vectorOf(client.joined!.clientId, 5) })).toMatchObject({
      ok: true,
    })
  })
})

test('[J8] a join in the same document is a re-sync: nobody sees him leave or come', async () => {
  const document = await createDocument(server.url, { text: 'Hello' })
  const [ada, bob] = [connect(), connect()]
  await ada.join(document)
  await bob.join(document)
  ada.socket.emit('presence', { cursor: null, idle: false })
  await eventually(() => expect(bob.heard.length).toBeGreaterThan(0))
  const before = bob.heard.length
  const { clientId } = ada.joined!
  for (let i = 0; i < 3; i++) expect(await ada.join(document)).toMatchObject({ ok: true, seq: 1, clientId })
  await ada.type('!')
  await eventually(() => expect(bob.of('update')).toHaveLength(1))
  const since = bob.heard.slice(before)
  expect(since.map(({ event }) => event)).toEqual(['update'])
  expect(since[0]!.args[0]).not.toHaveProperty('presence')
})

test('[J8] [P5] a re-sync brings a name that was changed since the last join', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [connect(), connect()]
  await ada.join(document)
  await bob.join(document)
  const person = { secret: bob.secret, name: 'Robert', color: 7 }
  await bob.join(document, { request: { person } })
  const { clientId } = bob.joined!
  const told = { clientId, name: 'Robert', color: 7 }
  expect(bob.joined!.people).toContainEqual(expect.objectContaining(told))
  await eventually(() => expect(JSON.stringify(ada.of('presence'))).toContain('"name":"Robert"'))
})

describe('[J9] a state over inlineStateBytesMax comes in slices', () => {
  const large = 'scriptorium '.repeat(60_000)

  test('at most slicesInFlightMax unanswered, each in order, and together the whole text', async () => {
    const document = await createDocument(server.url, { text: large })
    const client = connect()
    const slices: { header: SliceHeader; bytes: Uint8Array; answer: () => void }[] = []
    client.socket.on('slice', (header, bytes, answer) => slices.push({ header, bytes, answer }))
    const answer = await client.join(document)
    expect(answer).toMatchObject({ ok: true, transfer: { id: expect.any(Number), bytes: expect.any(Number) } })
    const bytes = (answer.ok && answer.transfer?.bytes) || 0
    let taken = 0
    let received = 0
    const pieces: Uint8Array[] = []
    while (received < bytes) {
      await eventually(() => expect(slices.length).toBeGreaterThan(taken))
      expect(slices.length - taken).toBeLessThanOrEqual(limits.slicesInFlightMax)
      const slice = slices[taken++]!
      expect(slice.header).toMatchObject({ offset: received, bytes })
      received += slice.bytes.length
      pieces.push(slice.bytes)
      slice.answer()
      slice.answer()
    }
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Buffer.concat(pieces))
    expect(doc.getText('content').toString()).toBe(large)
  })

  test('without progress for transferStallMs the connection is closed', async () => {
    const document = await createDocument(server.url, { text: large })
    const [stalling, reading] = [connect(), connect()]
    reading.socket.on('slice', (_header, _bytes, answer) => answer())
    await stalling.join(document)
    await reading.join(document)
    await eventually(() => expect(reading.of('slice').length).toBeGreaterThan(2))
    // Its answers to the slices arrive before this.
    await reading.ask('digest', { seq: 1, digest: '' })
    clock.jump(limits.transferStallMs + 10)
    await stalling.disconnected()
    expect(reading.socket.connected).toBe(true)
  })
})

test('[J11] a room holds sessionsPerRoomMax sessions; more are busy, viewers before writers and these before owners', async () => {
  const document = await createDocument(server.url)
  const first = connect()
  await first.join(document)
  const room = [...server.app.rooms.live()].find(({ id }) => id === document.id)!
  const [only] = room.sessions
  const forWriters = limits.sessionsPerRoomMax - limits.sessionsKeptForOwners
  const seats = { view: forWriters - limits.sessionsKeptForWriters, edit: forWriters, own: limits.sessionsPerRoomMax }
  for (const role of ['view', 'edit', 'own'] as const) {
    // Sessions that nobody is behind: a thousand connections would prove nothing more.
    while (room.sessions.size < seats[role] - 1) room.sessions.add(Object.create(only!))
    expect(await connect().join(document, { role })).toMatchObject({ ok: true })
    expect(await connect().join(document, { role })).toMatchObject({ error: { code: 'busy' } })
  }
  expect(await first.join(document)).toMatchObject({ ok: true })
})
