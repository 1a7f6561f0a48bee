import { rm } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryStore } from '../../server/store/memory.ts'
import { buildServer, runServer, type ServerProcess } from '../harness/built-server.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { report, stopwatch } from '../harness/figures.ts'
import { handshake } from '../harness/handshake.ts'
import { apiGet, createDocument, shareKey, startServer, temporaryFolder, textOnServer } from '../harness/server.ts'

let built: ReturnType<typeof buildServer>
beforeAll(() => {
  built = buildServer()
})
afterAll(() => built.remove())

/** Runs `use` with a server process on a folder of its own; whatever happens both are gone afterwards. */
async function withServer(use: (run: (...args: string[]) => Promise<ServerProcess>) => Promise<void>): Promise<void> {
  const dataDir = await temporaryFolder()
  const running: ServerProcess[] = []
  const run = async (...args: string[]) => {
    const server = await runServer(built.main, dataDir, args)
    running.push(server)
    return server
  }
  try {
    await use(run)
  } finally {
    for (const { child, exit } of running) {
      child.kill('SIGKILL')
      await exit
    }
    await rm(dataDir, { recursive: true, force: true })
  }
}

for (const transports of [['websocket'], ['polling']]) {
  test(`[C7] SIGTERM: everybody hears closed over ${transports}, the exit code is 0, and nothing acked is lost`, async () => {
    await withServer(async (run) => {
      const first = await run()
      const document = await createDocument(first.url)
      const writers = Array.from({ length: 4 }, () => new RawClient(first.url, { transports }))
      const reader = new RawClient(first.url, { transports })
      const acked: string[] = []
      for (const client of [...writers, reader]) await client.join(document)
      const writing = writers.map(async (writer, index) => {
        for (let i = 0; ; i++) {
          const word = `w${index}.${i} `
          const answer = await writer.sendUpdate(writer.edit((text) => text.insert(0, word))).catch(() => undefined)
          if (answer?.ok !== true) return
          acked.push(word)
        }
      })
      await eventually(() => expect(acked.length).toBeGreaterThan(40))
      const draining = stopwatch()
      first.child.kill('SIGTERM')
      expect(await first.exit).toBe(0)
      const drainMs = draining()
      await Promise.all(writing)
      for (const client of [...writers, reader]) {
        await client.disconnected()
        expect(client.of('closed')).toMatchObject([{ args: [{ code: 'draining', retryAfterMs: expect.any(Number) }] }])
      }
      const second = await run()
      const text = await textOnServer(second.url, document)
      expect(acked.filter((word) => !text.includes(word))).toEqual([])
      report(`SIGTERM under load (${transports.join(', ')})`, {
        'acked edits': acked.length,
        'lost acked edits': 0,
        'exit 0 after, ms': drainMs,
      })
      for (const client of [...writers, reader]) client.close()
    })
  })
}

test('a killed server has everything that it acked', async () => {
  await withServer(async (run) => {
    const first = await run()
    const document = await createDocument(first.url)
    const writer = new RawClient(first.url)
    await writer.join(document)
    const acked: string[] = []
    for (let i = 0; i < 30; i++) {
      await writer.type(`${i},`)
      acked.push(`${i},`)
    }
    first.child.kill('SIGKILL')
    await first.exit
    const second = await run()
    expect(await textOnServer(second.url, document)).toBe(acked.join(''))
    writer.close()
  })
})

test('a second signal ends at once', async () => {
  await withServer(async (run) => {
    const server = await run()
    const document = await createDocument(server.url)
    const clients = Array.from({ length: 20 }, () => new RawClient(server.url))
    for (const client of clients) await client.join(document)
    server.child.kill('SIGSTOP')
    // Both arrive before it can finish the first.
    server.child.kill('SIGTERM')
    server.child.kill('SIGINT')
    server.child.kill('SIGCONT')
    expect(await server.exit).toBe(1)
    for (const client of clients) client.close()
  })
})

test('requests that never end and clients that never read do not hold up the drain', async () => {
  await withServer(async (run) => {
    const server = await run()
    const port = Number(new URL(server.url).port)
    const half = connectTcp(port, '127.0.0.1')
    half.on('error', () => undefined)
    half.write(
      'POST /api/documents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await handshake(server.url, 'polling', {})
    const document = await createDocument(server.url, { text: 'x'.repeat(1_000_000) })
    const deaf = new RawClient(server.url)
    await deaf.join(document)
    ;(deaf.socket.io.engine as unknown as { transport: { ws: { pause(): void } } }).transport.ws.pause()
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    half.destroy()
    deaf.close()
  })
})

test('[C7] while it drains, handshakes, joins, updates and requests are refused as draining', async () => {
  const store = new MemoryStore()
  const server = await startServer({ store })
  const document = await createDocument(server.url, { text: 'Hello' })
  const [ada, bob] = [new RawClient(server.url), new RawClient(server.url)]
  await ada.join(document)
  await bob.connected()
  const release = store.hold()
  const held = ada.sendUpdate(ada.edit((text) => text.insert(0, 'in time ')))
  await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
  const closing = server.app.close()
  expect(await ada.sendUpdate(ada.edit((text) => text.insert(0, 'late ')))).toMatchObject({
    error: { code: 'draining' },
  })
  expect(await bob.join(document)).toMatchObject({ error: { code: 'draining' } })
  expect((await handshake(server.url, 'polling', {})).body).toContain('draining')
  expect((await fetch(`${server.url}/healthz`)).status).toBe(503)
  expect(await apiGet(server.url, `/api/documents/${document.id}`, document.keys.view)).toMatchObject({
    error: { code: 'draining' },
  })
  release()
  expect(await held).toEqual({ ok: true, seq: 2, alone: true })
  await closing
  await Promise.all([ada.disconnected(), bob.disconnected()])
  for (const client of [ada, bob]) expect(client.of('closed')).toMatchObject([{ args: [{ code: 'draining' }] }])
  await server.close()
})

test('[A4] the log of a day with every kind of trouble has no key, secret, session id or text', async () => {
  await withServer(async (run) => {
    const server = await run('--log-level', 'trace')
    const document = await createDocument(server.url, { title: 'TITLEWORD', text: 'TEXTWORD' })
    const client = new RawClient(server.url)
    await client.join(document)
    await client.type('TYPEDWORD')
    await client.ask('chat', { id: 'CHATID', text: 'CHATWORD' })
    await client.sendUpdate(new Uint8Array([1, 2, 3]))
    await client.ask('join', { key: document.keys.own })
    const wrong = {
      ...document,
      keys: { ...document.keys, edit: document.keys.own.split('').reverse().join('') as never },
    }
    await client.join(wrong)
    await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
    await fetch(`${server.url}/api/documents/${document.id}/text`, { headers: { authorization: 'Bearer WRONGKEY' } })
    await fetch(`${server.url}/api/documents`, { method: 'POST', body: '{"TEXTWORD' })
    const secrets = [
      ...Object.values(document.keys),
      wrong.keys.edit,
      client.secret,
      client.socket.id!,
      String(client.claims[0]!.token),
      'TITLEWORD',
      'TEXTWORD',
      'TYPEDWORD',
      'CHATWORD',
      'WRONGKEY',
    ]
    client.close()
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
    expect(server.output()).toContain('draining')
    for (const secret of secrets) expect(server.output()).not.toContain(secret)
  })
})
