import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import type { ChatMessage } from '../../shared/protocol.ts'
import { protocolVersion } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(document: TestDocument, role: 'own' | 'edit' | 'view' = 'edit', url = server.url) {
  const client = new RawClient(url)
  clients.push(client)
  await client.join(document, { role })
  return client
}

const lines = (client: RawClient) => client.of('chat').map(({ args }) => args[0] as ChatMessage)

test('[H1] a line is answered with number and time, and told to everybody but the session that wrote it', async () => {
  const document = await createDocument(server.url)
  const [ada, bob, viewer] = [await enter(document), await enter(document), await enter(document, 'view')]
  const [answer] = await ada.ask('chat', { id: 'one', text: ' hi ' })
  expect(answer).toMatchObject({ ok: true, message: { n: 1, id: 'one', text: 'hi', name: 'Tester', color: 1 } })
  await eventually(() => expect([lines(bob).length, lines(viewer).length]).toEqual([1, 1]))
  expect(lines(bob)[0]).toEqual((answer as { message: ChatMessage }).message)
  expect(lines(ada)).toEqual([])
  const sent = await Promise.all(Array.from({ length: 10 }, (_, i) => bob.ask('chat', { id: `b${i}`, text: `${i}` })))
  expect(sent.map(([said]) => (said as { message: ChatMessage }).message.n)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  await eventually(() => expect(lines(ada).map(({ n }) => n)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
})

test('[H1] nothing is answered or told before it is durable', async () => {
  const store = new MemoryStore()
  const held = await startServer({ store })
  const document = await createDocument(held.url)
  const [ada, bob] = [await enter(document, 'edit', held.url), await enter(document, 'edit', held.url)]
  const release = store.hold()
  let answered = false
  const asked = ada.ask('chat', { id: 'one', text: 'hi' }).then(() => {
    answered = true
  })
  const again = ada.ask('chat', { id: 'one', text: 'hi' })
  await eventually(() => expect(held.app.queue.stats.waitingParts).toBe(1))
  await ada.ask('digest', { seq: 0, digest: '' })
  await bob.ask('digest', { seq: 0, digest: '' })
  expect([answered, lines(bob)]).toEqual([false, []])
  const late = await enter(document, 'edit', held.url)
  expect(late.joined!.chat).toEqual([])
  release()
  await asked
  expect(await again).toMatchObject([{ ok: true, message: { n: 1 } }])
  await eventually(() => expect([lines(bob).length, lines(late).length]).toEqual([1, 1]))
  await held.close()
})

describe('[H2] the same id of the same person', () => {
  test('is answered with the first message, also after a restart', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [await enter(document), await enter(document)]
    const first = await ada.ask('chat', { id: 'one', text: 'first' })
    for (let i = 0; i < 3; i++) expect(await ada.ask('chat', { id: 'one', text: 'second' })).toEqual(first)
    const other = await bob.ask('chat', { id: 'one', text: 'bob’s own' })
    expect(other).toMatchObject([{ message: { n: 2, text: 'bob’s own' } }])
    await server.restart()
    const again = new RawClient(server.url)
    clients.push(again)
    const person = { secret: ada.secret, name: 'Ada', color: 1 }
    await again.join(document, { request: { person } })
    expect(await again.ask('chat', { id: 'one', text: 'third' })).toEqual(first)
    expect(await again.ask('chat', { id: 'two', text: 'next' })).toMatchObject([{ message: { n: 3 } }])
  })
})

test('[H3] a viewer is forbidden; empty, blank, long and malformed lines are bad requests', async () => {
  const document = await createDocument(server.url)
  const [ada, viewer] = [await enter(document), await enter(document, 'view')]
  expect(await viewer.ask('chat', { id: 'a', text: 'hi' })).toMatchObject([{ error: { code: 'forbidden' } }])
  const wrong = [
    { id: 'a', text: '' },
    { id: 'a', text: ' \n ' },
    { id: 'a', text: 'x'.repeat(limits.chatTextLengthMax + 1) },
    { id: '', text: 'a' },
    { id: 'x'.repeat(65), text: 'a' },
    { text: 'a' },
    { id: 5, text: 'a' },
  ]
  for (const line of wrong) expect(await ada.ask('chat', line)).toMatchObject([{ error: { code: 'bad-request' } }])
  expect(await ada.ask('chat', { id: 'b', text: 'x'.repeat(limits.chatTextLengthMax) })).toMatchObject([{ ok: true }])
  expect(lines(viewer)).toHaveLength(1)
  const late = await enter(document)
  expect(late.joined!.chat).toHaveLength(1)
})

test('[H4] a join brings the last chatTailLength lines, oldest first', async () => {
  const document = await createDocument(server.url)
  let n = 0
  while (n < limits.chatTailLength + 10) {
    const writer = await enter(document)
    for (let i = 0; i < limits.chatBurst; i++) {
      n++
      expect(await writer.ask('chat', { id: `${n}`, text: `line ${n}` })).toMatchObject([{ message: { n } }])
    }
    writer.close()
  }
  const expected = Array.from({ length: limits.chatTailLength }, (_, i) => n - limits.chatTailLength + 1 + i)
  const reader = await enter(document, 'view')
  expect(reader.joined!.chat.map((line) => line.n)).toEqual(expected)
  await server.restart()
  const later = await enter(document, 'view')
  expect(later.joined!.chat).toEqual(reader.joined!.chat)
})

describe('[W4] an ordinary Socket.IO client', () => {
  test('joins with textOnly, hears chat and presence, and never gets a binary frame', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const ada = await enter(document)
    const stock = io(server.url, { auth: { protocol: protocolVersion }, transports: ['websocket'], forceNew: true })
    const heard: [string, ...unknown[]][] = []
    let binary = 0
    stock.onAny((...args) => heard.push(args as [string, ...unknown[]]))
    stock.io.engine.on('packet', (packet) => {
      if (typeof packet.data !== 'string' && packet.data !== undefined) binary++
    })
    const ask = (event: string, ...args: unknown[]) =>
      new Promise<unknown[]>((resolve) => stock.emit(event, ...args, (...answer: unknown[]) => resolve(answer)))
    const request = {
      documentId: document.id,
      key: document.keys.edit,
      clients: [],
      person: { secret: 'S'.repeat(22), name: 'Stock', color: 2 },
      textOnly: true,
    }
    const answer = await ask('join', request)
    expect(answer).toHaveLength(1)
    expect(answer).toMatchObject([{ ok: true, seq: 1, people: [{ name: 'Tester' }, { name: 'Stock' }] }])
    await ada.type(' and more')
    ada.socket.emit('presence', { cursor: null, idle: true })
    await ada.ask('chat', { id: 'a', text: 'hi stock' })
    expect(await ask('chat', { id: 'b', text: 'hi ada' })).toMatchObject([{ ok: true }])
    await eventually(() => expect(heard.map(([event]) => event)).toEqual(expect.arrayContaining(['presence', 'chat'])))
    await eventually(() => expect(lines(ada)).toMatchObject([{ text: 'hi ada', name: 'Stock' }]))
    ada.close()
    await eventually(() => expect(JSON.stringify(heard)).toContain(`"left":[${ada.joined!.clientId}]`))
    expect(heard.map(([event]) => event)).not.toContain('update')
    expect([binary, stock.connected]).toEqual([0, true])
    stock.close()
  })

  test('may not write text, even in frames', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const sneak = new RawClient(server.url)
    clients.push(sneak)
    await sneak.join(document, { request: { textOnly: true } })
    const bytes = sneak.edit((text) => text.insert(0, 'sneaked'))
    expect(await sneak.sendUpdate(bytes)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    const header = { transfer: 1, offset: 0, bytes: bytes.length }
    expect(await sneak.ask('slice', header, bytes)).toMatchObject([{ ok: false, error: { code: 'forbidden' } }])
    const reader = await enter(document)
    expect([reader.text, reader.joined!.seq]).toEqual(['Hello', 1])
  })
})

test('[H4] the largest chat lines do not make a join answer that nobody can read', async () => {
  const document = await createDocument(server.url)
  const texts = ['\u0001', '漢', '"', '😀'].map((letter) => letter.repeat(limits.chatTextLengthMax / letter.length))
  const [ada, bob] = [await enter(document), await enter(document)]
  for (let i = 0; i < 40; i++) {
    const [answer] = await (i % 2 === 0 ? ada : bob).ask('chat', { id: `${i}`, text: texts[i % 4] })
    // Nothing is left of the control characters.
    expect(answer).toMatchObject(i % 4 === 0 ? { ok: false, error: { code: 'bad-request' } } : { ok: true })
  }
  const late = await enter(document)
  const kept = late.joined?.chat ?? []
  expect(kept.at(-1)?.n).toBe(30)
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(limits.chatTailBytes + kept.length + 2)
  expect(kept.length).toBeGreaterThan(10)
})

test('[H1] an id that is no name for a line is bad-request', async () => {
  const document = await createDocument(server.url)
  const ada = await enter(document)
  for (const id of ['', '\0', '\ud800', 'a b', 'x'.repeat(65)]) {
    expect((await ada.ask('chat', { id, text: 'hi' }))[0]).toMatchObject({ ok: false, error: { code: 'bad-request' } })
  }
})
