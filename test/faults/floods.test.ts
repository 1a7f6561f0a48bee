// P4 and P6: whoever sends without end, or opens without end, costs others little and leaves nothing behind.
import { rm } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildServer, runServer, type ServerProcess } from '../harness/built-server.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { isLong, percentile, report, stopwatch } from '../harness/figures.ts'
import { pause } from '../harness/random.ts'
import { createDocument, type TestDocument, temporaryFolder, textOnServer } from '../harness/server.ts'

let built: ReturnType<typeof buildServer>
let server: ServerProcess
let folder: string
let document: TestDocument
let clients: RawClient[]
beforeAll(() => {
  built = buildServer()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  server = await runServer(built.main, folder, ['--log-level', 'warn'])
  document = await createDocument(server.url, { text: 'Hello' })
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  server.child.kill('SIGKILL')
  await server.exit
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => built.remove())

function connect(): RawClient {
  const client = new RawClient(server.url)
  clients.push(client)
  return client
}

/** Types until `isOver`; how long each ack took, in ms. */
async function acksOf(writer: RawClient, isOver: (count: number) => boolean): Promise<number[]> {
  const waits: number[] = []
  while (!isOver(waits.length)) {
    const wait = stopwatch()
    await writer.type('.')
    waits.push(wait())
    await pause(10)
  }
  return waits
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).text()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+-]+)$`, 'm').exec(text)?.[1])
}

/** One honest event of each kind, as fast as it can be sent. */
const floods: Record<string, (client: RawClient, i: number, update: Uint8Array) => void> = {
  update: (client, _, update) => client.socket.emit('update', update, () => undefined),
  'rubbish as update': (client) => client.socket.emit('update', new Uint8Array(200).fill(0xa5), () => undefined),
  slice: (client, i) =>
    client.socket.emit('slice', { transfer: i, offset: 0, bytes: 900_000 }, new Uint8Array(1_000), () => undefined),
  presence: (client, i) => client.socket.emit('presence', { cursor: null, idle: i % 2 === 0 }),
  person: (client, i) => client.socket.emit('person', { name: `name ${i}`, color: i % 12 }, () => undefined),
  chat: (client, i) => client.socket.emit('chat', { id: `flood-${i}`, text: 'flood' }, () => undefined),
  digest: (client) => client.socket.emit('digest', { seq: 1, digest: 'A'.repeat(22) }, () => undefined),
  join: (client) => {
    const person = { secret: client.secret, name: 'Tester', color: 1 }
    const request = { documentId: document.id, key: document.keys.edit, clients: client.claims, person }
    client.socket.emit('join', request, new Uint8Array([0]), () => undefined)
  },
  'an unknown event': (client) => client.socket.emit('nonsense', { a: [1, 2, 3] }),
}

test('[U7] [C5] a flood of each event: others are answered all the while, and the flooder is held back or cut off', async () => {
  const [reader, writer] = [connect(), connect()]
  await reader.join(document)
  await writer.join(await createDocument(server.url))
  const quiet = await acksOf(writer, (count) => count >= 40)
  const packets = isLong ? 20_000 : 600
  const during: number[] = []
  let worst = ''
  for (const [name, send] of Object.entries(floods)) {
    const flooder = connect()
    await flooder.join(document)
    // Made before the clock runs: what is measured is the server, not this process.
    const updates: Uint8Array[] = []
    while (updates.length < packets) {
      updates.push(flooder.edit((text) => text.insert(0, 'flood')))
      // Who is busy for long does not answer pings.
      if (updates.length % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    let isOver = false
    const waiting = acksOf(writer, () => isOver)
    for (let i = 0; i < packets && !flooder.hasEnded; i++) {
      send(flooder, i, updates[i]!)
      if (i % 20 === 19) await new Promise((resolve) => setImmediate(resolve))
    }
    // Answered behind all of it, unless it was cut off for it.
    await flooder.ask('leave').catch(() => undefined)
    isOver = true
    const waits = await waiting
    if (Math.max(...waits) > Math.max(0, ...during)) worst = name
    during.push(...waits)
    flooder.close()
  }
  expect([reader.hasEnded, writer.hasEnded]).toEqual([false, false])
  expect(await metric('scriptorium_degraded')).toBe(0)
  report('flood of each event', {
    events: Object.keys(floods).length,
    'packets of each': packets,
    'others’ ack, ms (p95, quiet)': percentile(quiet, 0.95),
    'others’ ack, ms (p95, during)': percentile(during, 0.95),
    'others’ ack, ms (longest)': Math.max(...during),
    'longest during': worst,
    'others cut off': 0,
  })
})

test('[C4] a flood of connections that never join, and of half requests: people go on, and all of it is let go', async () => {
  const [reader, writer] = [connect(), connect()]
  for (const one of [reader, writer]) await one.join(document)
  const before = await metric('process_resident_memory_bytes')
  const count = isLong ? 1_200 : 100
  const halves: Socket[] = []
  const port = Number(new URL(server.url).port)
  let isOver = false
  const waiting = acksOf(writer, (acks) => isOver && acks >= 20)
  const idle: RawClient[] = []
  for (let i = 0; i < count; i++) {
    const half = connectTcp(port, '127.0.0.1').on('error', () => undefined)
    half.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n')
    halves.push(half)
    idle.push(connect())
    if (i % 20 === 19) await Promise.all(idle.slice(-20).map((one) => one.connected()))
  }
  isOver = true
  const waits = await waiting
  const grown = (await metric('process_resident_memory_bytes')) - before
  expect([reader.hasEnded, writer.hasEnded]).toEqual([false, false])
  for (const one of idle) one.close()
  for (const half of halves) half.destroy()
  expect(await writer.type('after')).toMatchObject({ ok: true })
  expect(await textOnServer(server.url, document)).toBe(writer.text)
  await eventually(() => expect(reader.of('update').length).toBeGreaterThan(0))
  report('connection flood', {
    'idle connections': count,
    'half requests': count,
    'others’ ack, ms (p95)': percentile(waits, 0.95),
    'others’ ack, ms (longest)': Math.max(...waits),
    'memory, kB per pair': grown / 1024 / count,
    'others cut off': 0,
  })
})
