import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { protocolVersion } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { handshake } from '../harness/handshake.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'
import { callWitnesses } from '../harness/witnesses.ts'

let server: TestServer
const clock = new JumpingClock()
beforeAll(async () => {
  server = await startServer({ clock, allowedOrigins: ['https://friend.example'] })
})
afterAll(() => server.close())

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
  test(`[C1] two sessions write to each other over ${transports.join(' and then ')}`, async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const [ada, bob] = [new RawClient(server.url, { transports }), new RawClient(server.url, { transports })]
    await ada.join(document)
    await bob.join(document)
    expect(await ada.type(' world')).toEqual({ ok: true, seq: 2, alone: true })
    expect(await bob.type('!')).toMatchObject({ ok: true, seq: 3 })
    await eventually(() => expect([ada.of('update').length, bob.of('update').length]).toEqual([1, 1]))
    for (const one of [ada, bob]) one.applyHeard()
    expect(ada.text).toBe(bob.text)
    expect(await textOnServer(server.url, document)).toBe(ada.text)
    ada.close()
    bob.close()
  })
}

describe('[C2] another protocol version is refused with protocol-mismatch', () => {
  for (const auth of [
    {},
    { protocol: protocolVersion - 1 },
    { protocol: protocolVersion + 1 },
    { protocol: String(protocolVersion) },
    { protocol: null },
    { protocol: [protocolVersion] },
    { protocol: {} },
  ]) {
    test(JSON.stringify(auth), async () => {
      const client = new RawClient(server.url, { auth })
      await expect(client.connected()).rejects.toMatchObject({ data: { code: 'protocol-mismatch' } })
      client.close()
    })
  }
})

describe('[C3] a handshake is served for its own and for listed origins only', () => {
  const own = () => new URL(server.url).host
  const cases: [string, () => Record<string, string>, boolean][] = [
    ['no origin', () => ({}), true],
    ['its own', () => ({ origin: `http://${own()}` }), true],
    ['its own behind TLS', () => ({ origin: `https://${own()}` }), true],
    ['a listed one', () => ({ origin: 'https://friend.example' }), true],
    ['another site', () => ({ origin: 'https://evil.example' }), false],
    ['another port', () => ({ origin: 'http://127.0.0.1:1' }), false],
    ['a name that begins like its own', () => ({ origin: `http://${own()}.evil.example` }), false],
    ['a listed host without TLS', () => ({ origin: 'http://friend.example' }), false],
    ['null', () => ({ origin: 'null' }), false],
    ['no URL', () => ({ origin: 'nonsense' }), false],
    ['empty', () => ({ origin: '' }), false],
    ['another site, forwarded host forged', () => ({ origin: 'http://evil', 'x-forwarded-host': 'evil' }), false],
  ]
  for (const transport of ['polling', 'websocket'] as const) {
    for (const [name, headers, isServed] of cases) {
      test(`${transport}: ${name} is ${isServed ? 'served' : 'refused'}`, async () => {
        const { status } = await handshake(server.url, transport, headers())
        expect(status).toBe(isServed ? (transport === 'websocket' ? 101 : 200) : transport === 'websocket' ? 400 : 403)
      })
    }
  }
})

test('[C4] an address holds connectionsPerAddressMax connections; more are refused until some are gone', async () => {
  const crowded = await startServer({ trustedProxies: 1 })
  const from = (address: string) => handshake(crowded.url, 'polling', { 'x-forwarded-for': address })
  const statuses = new Map<number, number>()
  for (let i = 0; i < limits.connectionsPerAddressMax + 10; i += 50) {
    for (const { status } of await Promise.all(Array.from({ length: 50 }, () => from('10.0.0.1')))) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  expect(statuses.get(200)).toBe(limits.connectionsPerAddressMax)
  expect((await from('10.0.0.1')).body).toContain('too-many-connections')
  // What somebody writes in front of it changes nothing: only the part that the own proxy added counts.
  expect((await from('10.9.9.9, 10.0.0.1')).status).toBe(403)
  expect((await from('10.0.0.2')).status).toBe(200)
  await crowded.close()
})

test('[C4] a connection that joins nothing within joinTimeoutMs is closed, before its first document and after its last', async () => {
  const document = await createDocument(server.url)
  const [idle, busy] = [new RawClient(server.url), new RawClient(server.url)]
  await idle.connected()
  await busy.join(document)
  clock.jump(limits.joinTimeoutMs - 100)
  expect(idle.hasEnded).toBe(false)
  clock.jump(200)
  await idle.disconnected()
  expect(busy.socket.connected).toBe(true)
  await busy.ask('leave')
  clock.jump(limits.joinTimeoutMs - 100)
  expect(await busy.join(document)).toMatchObject({ ok: true })
  await busy.ask('leave')
  clock.jump(limits.joinTimeoutMs + 100)
  await busy.disconnected()
})

describe('[C5] a connection that floods is closed and nobody else notices', () => {
  const floods: [string, (client: RawClient) => void][] = [
    [
      'with small packets',
      (client) => {
        for (let i = 0; i <= limits.packetsBurst + limits.packetsPerSecond; i++) client.socket.emit('presence', 0)
      },
    ],
    [
      'with packets of Engine.IO that never become messages',
      (client) => {
        const raw = client.socket.io.engine
        for (let i = 0; i < limits.packetsBurst + 2_000; i++) rawSocketOf(raw).send('3')
      },
    ],
    [
      'with bytes',
      (client) => {
        const megabyte = new Uint8Array(1_000_000)
        for (let i = 0; i < 60; i++) client.socket.emit('update', megabyte)
      },
    ],
    [
      'with one message over the bound',
      (client) => client.socket.emit('update', new Uint8Array(limits.messageBytesMax)),
    ],
    ['with a text message over the bound', (client) => client.socket.emit('chat', 'x'.repeat(limits.messageBytesMax))],
  ]
  for (const [name, flood] of floods) {
    test(name, async () => {
      const witnesses = await callWitnesses(server.url)
      const client = new RawClient(server.url)
      await client.join(witnesses.document)
      flood(client)
      await client.disconnected()
      await witnesses.unharmed()
      witnesses.close()
    })
  }
  test('over polling, with one message over the bound', async () => {
    const witnesses = await callWitnesses(server.url)
    const client = new RawClient(server.url, { transports: ['polling'] })
    await client.join(witnesses.document)
    client.socket.emit('update', new Uint8Array(limits.messageBytesMax))
    await client.disconnected()
    await witnesses.unharmed()
    witnesses.close()
  })
})

function rawSocketOf(engine: unknown): { send(data: string): void } {
  return (engine as { transport: { ws: { send(data: string): void } } }).transport.ws
}

test('[C6] there is no other namespace', async () => {
  const manager = new RawClient(server.url)
  await manager.connected()
  const other = io(`${server.url}/admin`, { forceNew: true, transports: ['websocket'], reconnection: false })
  await new Promise<void>((resolve) => {
    other.on('connect_error', () => resolve())
    other.on('disconnect', () => resolve())
    other.io.on('close', () => resolve())
    other.on('connect', () => expect.unreachable())
  })
  other.close()
  manager.close()
})

test('[C6] a connection is in one document at a time', async () => {
  const [first, second] = [await createDocument(server.url), await createDocument(server.url)]
  const [ada, bob] = [new RawClient(server.url), new RawClient(server.url)]
  await ada.join(first)
  await bob.join(first)
  await bob.join(second)
  await eventually(() => {
    expect(ada.of('presence').flatMap(({ args }) => (args[0] as { left?: number[] }).left ?? [])).toHaveLength(1)
  })
  await ada.type('not for bob')
  await ada.type('nor this')
  expect(await bob.type('x')).toMatchObject({ ok: true, seq: 1 })
  expect(bob.of('update')).toEqual([])
  expect(await textOnServer(server.url, second)).toBe('x')
  ada.close()
  bob.close()
})
