// What a connection holds on which nothing happens: most of them, most of the time.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryStore } from '../../server/store/memory.ts'
import { protocolVersion } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { report } from '../harness/figures.ts'
import { heapBytes } from '../harness/heap.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
let document: TestDocument
beforeAll(async () => {
  server = await startServer({ store: createMemoryStore() })
  document = await createDocument(server.url)
})
afterAll(() => server.close())

/** A short message, masked with zeros. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const size = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff]
  return Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), payload])
}

async function heard(socket: Socket, words: string): Promise<void> {
  for (let text = ''; !text.includes(words); ) text += String((await once(socket, 'data'))[0])
}

/** Somebody who joined as an ordinary Socket.IO client does. His end is in this process, so it is bare and keeps nothing. */
async function sitDown(): Promise<Socket> {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
  const person = { secret: 'abcdefghijklmnopqrstuv', name: 'Somebody', color: 1 }
  const join = { documentId: document.id, key: document.keys.edit, clients: [], person, textOnly: true }
  const upgrade = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = `Sec-WebSocket-Key: ${'A'.repeat(22)}==`
  socket.write(['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...upgrade, key, '', ''].join('\r\n'))
  await heard(socket, '0{"sid"')
  socket.write(frame(`40${JSON.stringify({ protocol: protocolVersion })}`))
  await heard(socket, '40{"sid"')
  socket.write(frame(`420${JSON.stringify(['join', join])}`))
  await heard(socket, '430[{"ok":true')
  return socket
}

async function sitDownAll(count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: 10 }, sitDown))))
  return sockets
}

test('it holds little', async () => {
  const sockets = await sitDownAll(50)
  const before = await heapBytes()
  const count = 200
  sockets.push(...(await sitDownAll(count)))
  const perConnection = ((await heapBytes()) - before) / count
  report('idle connections', { 'heap per idle connection, both ends, bytes': perConnection })
  expect(perConnection, 'bytes of heap').toBeLessThan(13_000)
  for (const socket of sockets) socket.destroy()
  await eventually(() => expect(server.app.rooms.sessionCount).toBe(0))
})

test('it has let go of the requests that it began with', async () => {
  const requests: WeakRef<IncomingMessage>[] = []
  const remember = (request: IncomingMessage) => void requests.push(new WeakRef(request))
  for (const event of ['upgrade', 'request']) server.app.httpServer.prependListener(event, remember)
  for (const transports of [['websocket'], ['polling', 'websocket']]) {
    const client = new RawClient(server.url, { transports })
    await client.join(document)
    await eventually(() => expect(client.socket.io.engine.transport.name).toBe('websocket'))
    await eventually(async () => {
      await heapBytes()
      expect(requests.filter((request) => request.deref() !== undefined)).toEqual([])
    })
    expect(client.hasEnded).toBe(false)
    client.close()
  }
  expect(requests.length).toBeGreaterThan(3)
  for (const event of ['upgrade', 'request']) server.app.httpServer.removeListener(event, remember)
})
