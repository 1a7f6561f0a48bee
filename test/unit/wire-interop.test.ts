// The packet parser in the library: real servers and clients over the loopback, both transports, and the broadcast adapter.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as ServerSocket } from 'socket.io'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { afterEach, describe, expect, test } from 'vitest'
import { BroadcastAdapter } from '../../server/broadcast-adapter.ts'
import { frameBinaryMessage, writeAround } from '../../server/socket/write-at-once.ts'
import {
  clientWireParser,
  Decoder,
  Encoder,
  type Packet,
  protocol,
  serverWireParser,
  wireParser,
} from '../../shared/wire.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const closers: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type ServerOptions = NonNullable<ConstructorParameters<typeof Server>[1]>
type Transport = 'websocket' | 'polling'

async function startServer(options: Partial<ServerOptions> = {}): Promise<{ server: Server; url: string }> {
  const http = createServer()
  const server = new Server(http, { parser: serverWireParser, adapter: BroadcastAdapter, ...options })
  server.engine.on('connection', writeAround)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  closers.push(() => server.close())
  return { server, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

function open(url: string, transport: Transport, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const client = io(url, { transports: [transport], reconnection: false, forceNew: true, ...options })
  closers.push(() => void client.disconnect())
  return client
}

/** A client of ours and the server's end of it, both connected. */
async function connect(server: Server, url: string, transport: Transport, parser: unknown = clientWireParser) {
  const accepted = new Promise<ServerSocket>((resolve) => server.once('connection', resolve))
  const client = open(url, transport, parser === undefined ? {} : { parser })
  const [serverSocket] = await Promise.all([accepted, heard(client, 'connect')])
  return { client, serverSocket }
}

/** The arguments of the next such event. */
const heard = (client: Socket, event: string) =>
  new Promise<unknown[]>((resolve) => client.once(event, (...args: unknown[]) => resolve(args)))

describe.each<Transport>(['websocket', 'polling'])('over %s', (transport) => {
  test('[W1] an ordinary Socket.IO client that sends text is understood both ways, with acks', async () => {
    const { server, url } = await startServer()
    const accepted = new Promise<ServerSocket>((resolve) => server.once('connection', resolve))
    const client = open(url, transport, { auth: { protocol: 2, name: 'Zoë' } })
    client.on('ask', (question: string, answer: (reply: unknown) => void) => answer({ heard: question }))
    const socket = await accepted
    expect(socket.handshake.auth).toEqual({ protocol: 2, name: 'Zoë' })
    socket.on('chat', (message: object, ack: (answer: unknown) => void) => ack({ ok: true, message }))
    expect(await client.emitWithAck('chat', { text: 'é✓' })).toEqual({ ok: true, message: { text: 'é✓' } })
    expect(await socket.emitWithAck('ask', 'why?')).toEqual({ heard: 'why?' })
    const news = heard(client, 'news')
    server.emit('news', { n: 1 }, null)
    expect(await news).toEqual([{ n: 1 }, null])
  })

  test('[W1] a refusal at the handshake reaches it with its data', async () => {
    const { server, url } = await startServer()
    server.use((_socket, next) => next(Object.assign(new Error('no'), { data: { code: 'draining' } })))
    const [error] = await heard(open(url, transport), 'connect_error')
    expect(error).toMatchObject({ message: 'no', data: { code: 'draining' } })
  })

  test('[W8] events and acks carry bytes both ways', async () => {
    const { server, url } = await startServer()
    const { client, serverSocket } = await connect(server, url, transport)
    serverSocket.on('join', (request, vector, ack) => ack({ ok: true, request }, vector, bytes(1, 2, 3)))
    client.on('slice', (header, part, ack) => ack(header, part))
    const answer = new Promise((resolve) =>
      client.emit('join', { documentId: 'd' }, bytes(9, 8), (...args: unknown[]) => resolve(args.map(plain))),
    )
    expect(await answer).toEqual([{ ok: true, request: { documentId: 'd' } }, bytes(9, 8), bytes(1, 2, 3)])
    const echo = new Promise((resolve) =>
      serverSocket.emit('slice', { offset: 0 }, bytes(0, 255), (...args: unknown[]) => resolve(args.map(plain))),
    )
    expect(await echo).toEqual([{ offset: 0 }, bytes(0, 255)])
  })

  test('[W14] a malformed packet ends its own connection, and nothing behind it is heard', async () => {
    const { server, url } = await startServer()
    const { client: bad, serverSocket } = await connect(server, url, transport)
    const { client: good, serverSocket: other } = await connect(server, url, transport)
    const calls: string[] = []
    serverSocket.onAny((event: string) => calls.push(event))
    other.on('ping?', (ack: () => void) => ack())
    const closed = heard(bad, 'disconnect')
    bad.emit('before')
    bad.io.engine.write(Buffer.from([5, 0, 99]))
    bad.emit('behind')
    bad.emit('behind', bytes(1))
    await closed
    await good.emitWithAck('ping?')
    expect(calls).toEqual(['before'])
    expect(server.sockets.sockets.size).toBe(1)
  })
})

/** A Buffer from the library would fail toEqual with a Uint8Array only by its class. */
const plain = (value: unknown) => (value instanceof Uint8Array ? Uint8Array.from(value) : value)

/** What is written to the WebSocket of that end from now on: the pieces of each frame. */
function writtenTo(end: ServerSocket): Uint8Array[][] {
  type Sender = { sendFrame(pieces: Uint8Array[], done?: () => void): void }
  const { _sender } = (end.conn.transport as unknown as { socket: { _sender: Sender } }).socket
  const written: Uint8Array[][] = []
  const sendFrame = _sender.sendFrame.bind(_sender)
  _sender.sendFrame = (pieces, done) => {
    written.push(pieces)
    sendFrame(pieces, done)
  }
  return written
}

describe('broadcasts', () => {
  // The three lengths that a WebSocket frame can have: 7, 16 and 64 bits.
  test.each([
    ['1 byte', new Uint8Array(1)],
    ['100 bytes', Uint8Array.from({ length: 100 }, (_, i) => i * 7)],
    ['200 bytes', Uint8Array.from({ length: 200 }, (_, i) => i * 7)],
    ['65,000 bytes', Uint8Array.from({ length: 65_000 }, (_, i) => i * 7)],
    ['70,000 bytes', Uint8Array.from({ length: 70_000 }, (_, i) => i * 7)],
    ['text', 'é'.repeat(100)],
  ])('[W15] %s: one piece that all WebSockets share, and polling clients get the same', async (_what, sent) => {
    const { server, url } = await startServer()
    const ends = [
      await connect(server, url, 'websocket'),
      await connect(server, url, 'websocket'),
      await connect(server, url, 'polling'),
    ]
    const written = ends.slice(0, 2).map(({ serverSocket }) => writtenTo(serverSocket))
    const received = Promise.all(ends.map(({ client }) => heard(client, 'update')))
    server.emit('update', { from: 1, to: 1 }, sent)
    for (const args of await received) expect(args.map(plain)).toEqual([{ from: 1, to: 1 }, sent])
    expect(written).toEqual([[[expect.any(Buffer)]], [[expect.any(Buffer)]]])
    expect(written[0]![0]![0]).toBe(written[1]![0]![0])
  })

  test('[W15] where the frame cannot be used (perMessageDeflate) the plain message arrives', async () => {
    const { server, url } = await startServer({ perMessageDeflate: { threshold: 0 } })
    const { client } = await connect(server, url, 'websocket')
    const received = heard(client, 'update')
    server.emit('update', bytes(1, 2, 3))
    expect((await received).map(plain)).toEqual([bytes(1, 2, 3)])
  })

  test('[W15] what goes to all and what goes to one arrive in order, also when they had to queue meanwhile', async () => {
    const { server, url } = await startServer()
    const { client, serverSocket } = await connect(server, url, 'websocket')
    await serverSocket.join('room')
    const arrived: unknown[] = []
    const last = new Promise((resolve) => {
      client.on('n', (n: unknown) => {
        arrived.push(n)
        if (n === 399) resolve(undefined)
      })
    })
    const { transport } = client.io.engine as unknown as { transport: { ws: { pause(): void; resume(): void } } }
    transport.ws.pause()
    let queued = 0
    for (let n = 0; n < 400; n++) {
      if (n % 3 === 0) serverSocket.emit('n', n)
      else server.to('room').emit('n', n, new Uint8Array(64 * 1024))
      // As the server does: not everything in one turn, so that the first have left when the next come.
      if (n < 10) await new Promise((resolve) => setImmediate(resolve))
      queued = Math.max(queued, (serverSocket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length)
    }
    // More than a kernel takes for somebody who does not read.
    expect(queued).toBeGreaterThan(100)
    transport.ws.resume()
    await last
    expect(arrived).toEqual(Array.from({ length: 400 }, (_, n) => n))
  })

  test.each([
    ['text', ['é'.repeat(100)]],
    ['bytes', [{ from: 1 }, new Uint8Array(200)]],
    ['more than is worth a copy', [{ from: 1 }, new Uint8Array(20_000)], 2],
    ['more text than is worth a copy', ['x'.repeat(20_000)], 2],
  ])('an answer of %s arrives, in so many pieces', async (_what, answer, pieces = 1) => {
    const { server, url } = await startServer()
    const { client, serverSocket } = await connect(server, url, 'websocket')
    const written = writtenTo(serverSocket)
    serverSocket.on('ask', (ack: (...args: unknown[]) => void) => ack(...answer))
    const got = await new Promise<unknown[]>((resolve) => client.emit('ask', (...args: unknown[]) => resolve(args)))
    expect(got.map(plain)).toEqual(answer)
    expect(written.map((frame) => frame.length)).toEqual([pieces])
  })

  test('[W15] the frame is the header of RFC 6455 and the payload', () => {
    expect(frameBinaryMessage(bytes(7))).toEqual(Buffer.from([0x82, 1, 7]))
    expect(frameBinaryMessage(new Uint8Array(125)).subarray(0, 2)).toEqual(Buffer.from([0x82, 125]))
    expect(frameBinaryMessage(new Uint8Array(126)).subarray(0, 4)).toEqual(Buffer.from([0x82, 126, 0, 126]))
    expect(frameBinaryMessage(new Uint8Array(0xffff)).subarray(0, 4)).toEqual(Buffer.from([0x82, 126, 255, 255]))
    expect(frameBinaryMessage(new Uint8Array(0x1_0000)).subarray(0, 10)).toEqual(
      Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    )
  })
})

describe('our own mistakes', () => {
  test.each<[string, Packet]>([
    ['bytes before another argument', { type: 2, nsp: '/', data: ['u', bytes(1), 1] }],
    ['bytes between others', { type: 3, nsp: '/', data: [new ArrayBuffer(1), 1, bytes(1)], id: 1 }],
    ['bytes for a name', { type: 2, nsp: '/', data: [bytes(1)] }],
    ['too many byte strings', { type: 2, nsp: '/', data: ['u', bytes(), bytes(), bytes(), bytes(), bytes()] }],
    ['a view that is no Uint8Array', { type: 2, nsp: '/', data: ['u', new Uint16Array(1)] }],
    ['an ack with bytes and no id', { type: 3, nsp: '/', data: [bytes(1)] }],
    ['an ack id over 32 bits', { type: 3, nsp: '/', data: [bytes(1)], id: 2 ** 32 - 1 }],
    ['another namespace', { type: 2, nsp: '/admin', data: ['u'] }],
  ])('[W12] %s is a TypeError', (_what, packet) => {
    expect(() => new Encoder().encode(packet)).toThrow(TypeError)
  })
})

describe('what the library needs', () => {
  test('[W13] listeners come and go, also while they are called; a destroyed decoder serves the next connection', () => {
    const heard: string[] = []
    const decoder = new Decoder()
    const first = () => {
      heard.push('first')
      decoder.removeListener('decoded', first)
    }
    const second = () => heard.push('second')
    decoder.on('decoded', first).on('decoded', second)
    decoder.add('2["x"]')
    decoder.destroy()
    decoder.add('2["x"]')
    decoder.off('decoded', second)
    decoder.add('2["x"]')
    expect(heard).toEqual(['first', 'second', 'second'])
  })

  test('[W13] every parser has the three things that the option asks for', () => {
    for (const parser of [wireParser, clientWireParser, serverWireParser]) {
      expect(parser.protocol).toBe(protocol)
      expect(new parser.Encoder().encode({ type: 1, nsp: '/' })).toEqual(['1'])
      expect(new parser.Decoder()).toBeInstanceOf(Decoder)
    }
  })
})
