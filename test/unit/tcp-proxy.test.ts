// The proxy itself: a fault that does not happen would make every test that counts on it pass for nothing.
import { once } from 'node:events'
import { createServer as createHttpServer, get, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { noFaults, startTcpProxy, type TcpProxy } from '../../simulate/tcp-proxy.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A proxy before a server that sends back what it gets, and a client through it. */
async function echo() {
  const atServer: Socket[] = []
  const server = createServer((socket) => {
    atServer.push(socket)
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  const proxy = await startTcpProxy(await listen(server))
  closers.push(() => proxy.close())
  return { proxy, atServer }
}

async function client(proxy: TcpProxy) {
  const socket = connect(proxy.port, '127.0.0.1')
  const seen = { text: '', bytes: 0, isClosed: false }
  socket.on('data', (bytes: Buffer) => {
    seen.text += bytes.toString('latin1')
    seen.bytes += bytes.length
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    seen.isClosed = true
  })
  closers.push(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, seen }
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 2 })

/** Round trips to the same server through a healthy proxy: whatever could have passed by now has passed. */
async function settle(port: number) {
  const healthy = await startTcpProxy(port)
  closers.push(() => healthy.close())
  const { socket, seen } = await client(healthy)
  for (const text of ['x', 'xx', 'xxx']) {
    socket.write('x')
    await until(() => expect(seen.text).toBe(text))
  }
}

describe('the faulty network', () => {
  test('without faults everything passes, ends too', async () => {
    const { proxy } = await echo()
    const { socket, seen } = await client(proxy)
    const bytes = Buffer.alloc(3_000_000, 'abc')
    socket.end(bytes)
    await until(() => expect(seen.isClosed).toBe(true))
    expect(seen.text === bytes.toString('latin1')).toBe(true)
    await until(() => expect(proxy.connectionCount).toBe(0))
  })

  test('deaf: nothing comes back any more, but what is sent arrives; once it is over the rest comes', async () => {
    const { proxy, atServer } = await echo()
    const { socket, seen } = await client(proxy)
    proxy.set({ deaf: true })
    let arrived = 0
    await until(() => expect(atServer).toHaveLength(1))
    atServer[0]!.on('data', (bytes: Buffer) => {
      arrived += bytes.length
    })
    socket.write('unanswered')
    await until(() => expect(arrived).toBe(10))
    await settle(atServer[0]!.localPort!)
    expect(seen.bytes).toBe(0)
    proxy.set(noFaults)
    await until(() => expect(seen.text).toBe('unanswered'))
  })

  test('cut ends both sides of every connection, and new ones are let in', async () => {
    const { proxy, atServer } = await echo()
    const { socket, seen } = await client(proxy)
    socket.write('a')
    await until(() => expect(seen.text).toBe('a'))
    proxy.cut()
    await until(() => expect([seen.isClosed, atServer[0]?.destroyed]).toEqual([true, true]))
    const again = await client(proxy)
    again.socket.write('b')
    await until(() => expect(again.seen.text).toBe('b'))
  })

  test('refuse cuts new connections and leaves old ones', async () => {
    const { proxy } = await echo()
    const old = await client(proxy)
    proxy.set({ refuse: true })
    const refused = connect(proxy.port, '127.0.0.1')
    closers.push(() => refused.destroy())
    refused.on('error', () => refused.destroy())
    await until(() => expect(refused.destroyed).toBe(true))
    old.socket.write('a')
    await until(() => expect(old.seen.text).toBe('a'))
  })

  test('frozen connections stay open and silent, and what was sent arrives after', async () => {
    const { proxy, atServer } = await echo()
    const { socket, seen } = await client(proxy)
    socket.write('a')
    await until(() => expect(seen.text).toBe('a'))
    proxy.set({ frozen: true })
    socket.end('b')
    await settle(atServer[0]!.localPort!)
    expect(seen).toEqual({ text: 'a', bytes: 1, isClosed: false })
    proxy.set({ frozen: false })
    await until(() => expect(seen).toEqual({ text: 'ab', bytes: 2, isClosed: true }))
  })

  test('a delay holds every byte back for that long each way, in order', async () => {
    const { proxy } = await echo()
    proxy.set({ delayMs: 40 })
    const { socket, seen } = await client(proxy)
    // Lower bounds only: a slow machine cannot fail them.
    const started = performance.now()
    for (const text of ['a', 'b', 'c']) socket.write(text)
    await until(() => expect(seen.text).toBe('abc'))
    expect(performance.now() - started).toBeGreaterThanOrEqual(79)
  })

  test('a throttled connection carries no more than it may', async () => {
    const { proxy } = await echo()
    proxy.set({ bytesPerSecond: 100_000 })
    const { socket, seen } = await client(proxy)
    const started = performance.now()
    socket.write(Buffer.alloc(20_000))
    await until(() => expect(seen.bytes).toBe(20_000))
    // The first fiftieth of a second is free.
    expect(performance.now() - started).toBeGreaterThanOrEqual(170)
  })

  test('a connection is cut after exactly that many bytes', async () => {
    const { proxy } = await echo()
    proxy.set({ cutAfterBytes: 150 })
    const { socket, seen } = await client(proxy)
    socket.write(Buffer.alloc(100))
    await until(() => expect(seen.isClosed).toBe(true))
    expect(seen.bytes).toBe(50)
  })
})

describe('the end', () => {
  test('it is idle once the last connection has gone, whoever ended it', async () => {
    const { proxy } = await echo()
    await proxy.whenIdle()
    const [ada, bob] = [await client(proxy), await client(proxy)]
    await until(() => expect(proxy.connectionCount).toBe(2))
    let isIdle = false
    const idle = proxy.whenIdle().then(() => {
      isIdle = true
    })
    ada.socket.end()
    await until(() => expect(proxy.connectionCount).toBe(1))
    expect(isIdle).toBe(false)
    bob.socket.resetAndDestroy()
    await idle
    expect(proxy.connectionCount).toBe(0)
  })
})

describe('WebSocket upgrades', () => {
  async function web() {
    const server = createHttpServer((_request, response) => response.end('polled'))
    server.on('upgrade', (_request, socket) => {
      // The proxy's close() resets whatever still stands.
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    })
    const proxy = await startTcpProxy(await listen(server))
    closers.push(() => proxy.close())
    return proxy
  }

  async function poll(proxy: TcpProxy): Promise<number | undefined> {
    const [response] = await once(get(proxy.url, { agent: false }), 'response')
    response.resume()
    return response.statusCode
  }

  /** The status of the answer, or `closed`. */
  function upgrade(proxy: TcpProxy) {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' }
    const asked = request(proxy.url, { headers, agent: false }).end()
    closers.push(() => asked.destroy())
    const outcome: { value: number | 'closed' | undefined } = { value: undefined }
    asked.on('upgrade', (response, socket) => {
      socket.on('error', () => socket.destroy())
      outcome.value = response.statusCode
    })
    asked.on('response', (response) => {
      outcome.value = response.statusCode
    })
    asked.on('error', () => {
      outcome.value = 'closed'
    })
    return outcome
  }

  test.each([
    ['pass', 101],
    ['refuse', 400],
    ['close', 'closed'],
  ] as const)('%s: an upgrade gets %s, polling passes', async (upgrades, expected) => {
    const proxy = await web()
    proxy.set({ upgrades })
    const outcome = upgrade(proxy)
    await until(() => expect(outcome.value).toBe(expected))
    expect(await poll(proxy)).toBe(200)
  })

  test('silence: an upgrade is never answered and stays open, polling passes', async () => {
    const proxy = await web()
    proxy.set({ upgrades: 'silence' })
    const outcome = upgrade(proxy)
    await until(() => expect(proxy.connectionCount).toBe(1))
    expect(await poll(proxy)).toBe(200)
    expect(outcome.value).toBeUndefined()
    proxy.set(noFaults)
    const later = upgrade(proxy)
    await until(() => expect(later.value).toBe(101))
    expect(outcome.value).toBeUndefined()
  })
})
