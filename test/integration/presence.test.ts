import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { PresenceChanges, PresenceState } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
let document: TestDocument
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer()
  document = await createDocument(server.url)
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(in_: TestDocument, options: Parameters<RawClient['join']>[1] = {}): Promise<RawClient> {
  const client = new RawClient(server.url)
  clients.push(client)
  await client.join(in_, options)
  return client
}

/** Everything a client was told of the others, whatever packet it came in. */
function told(client: RawClient): Required<PresenceChanges> {
  const all = client.heard.flatMap(({ event, args }) => {
    if (event === 'presence') return [args[0] as PresenceChanges]
    if (event === 'update') return [(args[0] as { presence?: PresenceChanges }).presence ?? {}]
    return []
  })
  return {
    joined: all.flatMap(({ joined = [] }) => joined),
    changed: all.flatMap(({ changed = [] }) => changed),
    left: all.flatMap(({ left = [] }) => left),
    states: all.flatMap(({ states = [] }) => states),
  }
}

const at = (clock: number): PresenceState => ({ cursor: { anchor: [1, clock, 0], head: [1, clock, 0] }, idle: false })

describe('[P1] people', () => {
  test('tabs of one browser are one person; another browser, and another document, another', async () => {
    const [ada, bob] = [await enter(document), await enter(document)]
    const tab = new RawClient(server.url)
    clients.push(tab)
    await tab.join(document, { request: { person: { secret: ada.secret, name: 'Ada', color: 1 } } })
    const idOf = (client: RawClient) =>
      client.joined!.people.find(({ clientId }) => clientId === client.joined!.clientId)!.personId
    expect(idOf(tab)).toBe(idOf(ada))
    expect(idOf(bob)).not.toBe(idOf(ada))
    const other = await createDocument(server.url)
    const elsewhere = await enter(other, { request: { person: { secret: ada.secret, name: 'Ada', color: 1 } } })
    expect(idOf(elsewhere)).not.toBe(idOf(ada))
    expect(JSON.stringify([...bob.heard, bob.joined])).not.toContain(ada.secret)
  })

  test('arrivals are told with name, colour and role', async () => {
    const own = await createDocument(server.url)
    const ada = await enter(own)
    const viewer = await enter(own, { role: 'view' })
    await eventually(() =>
      expect(told(ada).joined).toContainEqual(
        expect.objectContaining({ clientId: viewer.joined!.clientId, name: 'Tester', color: 1, role: 'view' }),
      ),
    )
  })
})

describe('[P2] presence', () => {
  test('is shown under the session’s own id only, whatever else the packet says', async () => {
    const own = await createDocument(server.url)
    const [ada, bob, cid] = [await enter(own), await enter(own), await enter(own)]
    cid.socket.emit('presence', { ...at(1), clientId: ada.joined!.clientId, name: 'Ada' })
    cid.socket.emit('presence', [[ada.joined!.clientId, at(2)]])
    await eventually(() => expect(told(bob).states).toEqual([[cid.joined!.clientId, at(1)]]))
  })

  const malformed: [string, unknown][] = [
    ['a cursor that is text', { cursor: 'x', idle: false }],
    ['a position of strings', { cursor: { anchor: ['a', 'b', 'c'], head: [1, 1, 0] }, idle: false }],
    ['a position below zero', { cursor: { anchor: [1, -1, 0], head: [1, 1, 0] }, idle: false }],
    ['a position over 32 bits', { cursor: { anchor: [2 ** 32, 1, 0], head: [1, 1, 0] }, idle: false }],
    ['a position of ten parts', { cursor: { anchor: [1, 1, 0, 1, 1, 1, 1, 1, 1, 1], head: [1] }, idle: false }],
    ['no idle', { cursor: null }],
    ['null', null],
  ]
  test('that is malformed is dropped', async () => {
    const own = await createDocument(server.url)
    const [ada, bob] = [await enter(own), await enter(own)]
    for (const [, state] of malformed) ada.socket.emit('presence', state)
    ada.socket.emit('presence', at(7))
    await eventually(() => expect(told(bob).states.length).toBeGreaterThan(0))
    expect(told(bob).states).toEqual([[ada.joined!.clientId, at(7)]])
    const late = await enter(own)
    expect(late.joined!.presence).toEqual([[ada.joined!.clientId, at(7)]])
  })

  test('too often is dropped, and the newest wins', async () => {
    const own = await createDocument(server.url)
    const [ada, bob] = [await enter(own), await enter(own)]
    const count = limits.presenceBurst * 3
    for (let i = 1; i <= count; i++) ada.socket.emit('presence', at(i))
    await eventually(() => expect(told(bob).states.at(-1)).toEqual([ada.joined!.clientId, at(count)]))
    expect(told(bob).states.length).toBeLessThan(10)
  })

  test('before a join, and after leaving, is nobody’s', async () => {
    const own = await createDocument(server.url)
    const ada = await enter(own)
    const stranger = new RawClient(server.url)
    clients.push(stranger)
    await stranger.connected()
    stranger.socket.emit('presence', at(1))
    await stranger.join(own)
    await stranger.ask('leave')
    stranger.socket.emit('presence', at(2))
    await stranger.ask('leave')
    await eventually(() => expect(told(ada).left).toEqual([stranger.joined!.clientId]))
    expect(told(ada).states).toEqual([])
  })
})

describe('[P4] whoever goes is told in left', () => {
  const ways: [string, (client: RawClient) => unknown][] = [
    ['by leaving', (client) => client.ask('leave')],
    ['by closing', (client) => client.socket.disconnect()],
    ['by being cut off', (client) => client.socket.io.engine.close()],
    ['by joining another document', async (client) => client.join(await createDocument(server.url))],
  ]
  for (const [name, go] of ways) {
    test(name, async () => {
      const own = await createDocument(server.url)
      const [ada, bob] = [await enter(own), await enter(own)]
      const { clientId } = bob.joined!
      bob.socket.emit('presence', at(3))
      await eventually(() => expect(told(ada).states).toHaveLength(1))
      await go(bob)
      await eventually(() => expect(told(ada).left).toEqual([clientId]))
      const late = await enter(own)
      expect(late.joined!.people.map((person) => person.clientId)).not.toContain(clientId)
      expect(late.joined!.presence).toEqual([])
    })
  }

  test('also when he came and went within one interval', async () => {
    const own = await createDocument(server.url)
    const ada = await enter(own)
    const ids: number[] = []
    for (let i = 0; i < 5; i++) {
      const guest = await enter(own)
      ids.push(guest.joined!.clientId)
      guest.close()
    }
    await eventually(() => expect(told(ada).left.sort()).toEqual(ids.sort()))
  })
})

test('[P3] presence rides with an update that leaves anyway, and is told once', async () => {
  const own = await createDocument(server.url)
  const [ada, bob] = [await enter(own), await enter(own)]
  for (let i = 1; i <= 20; i++) {
    ada.socket.emit('presence', at(i))
    await ada.type('x')
  }
  await eventually(() => expect(told(bob).states.at(-1)).toEqual([ada.joined!.clientId, at(20)]))
  const clocks = told(bob).states.map(([, state]) => state.cursor?.anchor[1])
  expect(new Set(clocks).size).toBe(clocks.length)
})

describe('[P5] names', () => {
  const names: [string, string][] = [
    ['  Ada  ', 'Ada'],
    ['', 'Anonymous'],
    ['\u202eevil\u202c', 'evil'],
    ['a\u0000b\nc', 'ab c'],
    ['\u200b\u200b', 'Anonymous'],
    ['x'.repeat(500), 'x'.repeat(limits.nameLengthMax)],
    [`${'x'.repeat(limits.nameLengthMax - 1)}😀`, 'x'.repeat(limits.nameLengthMax - 1)],
    ['<b>Ada</b>', '<b>Ada</b>'],
  ]
  test('are cleaned, at the join and when changed', async () => {
    const own = await createDocument(server.url)
    const ada = await enter(own)
    const bob = await enter(own)
    for (const [given, shown] of names) {
      expect(await bob.ask('person', { name: given, color: 11 })).toEqual([{ ok: true }])
      // Renamed before his arrival was told, he arrives with the new name.
      const { clientId } = bob.joined!
      const entries = () => [...told(ada).joined, ...told(ada).changed].filter((entry) => entry.clientId === clientId)
      await eventually(() => expect(entries().at(-1)).toMatchObject({ name: shown, color: 11 }))
      const late = await enter(own, { request: { person: { secret: bob.secret, name: given, color: 0 } } })
      expect(late.joined!.people.at(-1)).toMatchObject({ name: shown })
      await late.ask('leave')
    }
    expect(told(ada).left).not.toContain(bob.joined!.clientId)
    for (const color of [-1, 12, 1.5, '1', null]) {
      expect(await bob.ask('person', { name: 'Bob', color })).toMatchObject([{ error: { code: 'bad-request' } }])
    }
  })
})
