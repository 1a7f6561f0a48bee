// What all connections of one address may do together, with bounds that a test can reach.
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestServer } from '../harness/server.ts'

vi.mock('../../shared/limits.ts', async (original) => {
  const { limits } = await original<typeof import('../../shared/limits.ts')>()
  const perAddress = { joinsPerSecondPerAddress: 0.001, joinsBurstPerAddress: 6 }
  const historyPerAddress = { historyPerSecondPerAddress: 0.001, historyBurstPerAddress: 4 }
  const connectionsPerAddress = { connectionsPerAddressMax: 20, httpConnectionsPerAddressMax: 5 }
  const bytesPerAddress = { updateBytesPerSecondPerAddress: 0.001, updateBytesBurstPerAddress: 1_000 }
  return { limits: { ...limits, ...perAddress, ...bytesPerAddress, ...historyPerAddress, ...connectionsPerAddress } }
})

let server: TestServer
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer({ trustedProxies: 1 })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

function connectFrom(address: string): RawClient {
  const client = new RawClient(server.url, { extraHeaders: { 'x-forwarded-for': address } })
  clients.push(client)
  return client
}

test('[J13] joins are rated over all connections of an address, those of others are not held up', async () => {
  const document = await createDocument(server.url)
  const answers: unknown[] = []
  for (let i = 0; i < 7; i++) answers.push(await connectFrom('10.3.0.1').join(document))
  expect(answers.slice(0, 6)).toEqual(Array(6).fill(expect.objectContaining({ ok: true })))
  const waiting = { code: 'rate-limited', retryAfterMs: expect.any(Number) }
  expect(answers[6]).toMatchObject({ ok: false, error: waiting })
  expect(await connectFrom('10.3.0.2').join(document)).toMatchObject({ ok: true })
})

test('[H7] so are pages of history', async () => {
  const document = await createDocument(server.url)
  const from = (address: string) => [connectFrom(address), connectFrom(address)] as const
  const [one, two] = from('10.3.0.3')
  const [other] = from('10.3.0.4')
  for (const client of [one, two, other]) await client.join(document, { role: 'view' })
  const page = async (client: RawClient) => (await client.ask('chat-history', { before: 9 }))[0]
  for (const client of [one, two, one, two]) expect(await page(client)).toMatchObject({ ok: true })
  for (const client of [one, two]) expect(await page(client)).toMatchObject({ error: { code: 'rate-limited' } })
  expect(await page(other)).toMatchObject({ ok: true })
})

test('[U7] so are bytes of updates', async () => {
  const document = await createDocument(server.url)
  const [one, two, other] = [connectFrom('10.3.0.5'), connectFrom('10.3.0.5'), connectFrom('10.3.0.6')]
  for (const client of [one, two, other]) await client.join(document)
  const write = (client: RawClient) =>
    client.sendUpdate(client.edit((content) => content.insert(content.length, 'x'.repeat(600))))
  expect(await write(one)).toMatchObject({ ok: true })
  expect(await write(two)).toMatchObject({ error: { code: 'rate-limited' } })
  expect(await write(other)).toMatchObject({ ok: true })
})

test('[C4] an address with too many idle TCP connections gets no more until some are gone; a proxy is everybody', async () => {
  const open: Socket[] = []
  const statusOf = async (url: string) => {
    try {
      return (await fetch(`${url}/healthz`, { headers: { connection: 'close' } })).status
    } catch {
      return 'cut off'
    }
  }
  const direct = await startServer()
  try {
    for (const { url } of [direct, server]) {
      for (let i = 0; i < 25; i++) {
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        open.push(socket)
        await new Promise((resolve) => socket.once('connect', resolve))
      }
    }
    expect(await statusOf(direct.url)).toBe('cut off')
    expect(await statusOf(server.url)).toBe(200)
    open[0]!.destroy()
    await eventually(async () => expect(await statusOf(direct.url)).toBe(200))
  } finally {
    for (const socket of open) socket.destroy()
    await direct.close()
  }
})
