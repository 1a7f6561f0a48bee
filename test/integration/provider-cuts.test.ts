// The provider against a real server, over connections that are cut on purpose, and with texts too large for one packet.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider, type ProviderInternals } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import { socketUnder } from '../../simulate/socket-under.ts'
import { startTcpProxy, type TcpProxy } from '../../simulate/tcp-proxy.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let store: MemoryStore
let open: Provider[] = []
let proxies: TcpProxy[] = []

beforeAll(async () => {
  store = createMemoryStore()
  server = await startServer({ store })
})
afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  await Promise.all(proxies.map((proxy) => proxy.close()))
  open = []
  proxies = []
})
afterAll(() => server.close())

type Extra = Partial<ProviderOptions> & { role?: 'own' | 'edit' | 'view' }

function join(
  document: TestDocument,
  { role = 'edit', ...extra }: Extra = {},
  internals: ProviderInternals = {},
): Provider {
  const options: ProviderOptions = {
    url: server.url,
    documentId: document.id,
    key: document.keys[role],
    doc: new Y.Doc(),
    person: { name: 'Ada' },
    storage: 'none',
    ...extra,
  }
  const provider = new Provider(options, internals)
  open.push(provider)
  return provider
}

async function proxied(): Promise<{ proxy: TcpProxy; url: string }> {
  const proxy = await startTcpProxy(Number(new URL(server.url).port))
  proxies.push(proxy)
  return { proxy, url: `http://127.0.0.1:${proxy.port}` }
}

const content = (provider: Provider) => provider.doc.getText('content')
const text = (provider: Provider) => content(provider).toString()
const type = (provider: Provider, more: string) => content(provider).insert(content(provider).length, more)
const cut = (provider: Provider) => socketUnder(provider)?.io.engine.close()

describe('cut connections', () => {
  test('cut again and again while two people type, nothing is lost or doubled', async () => {
    const document = await createDocument(server.url)
    const fast = { reconnectionDelay: 5, reconnectionDelayMax: 20 }
    const people = [join(document, { socket: fast }), join(document, { socket: fast })]
    await Promise.all(people.map((one) => one.whenSynced()))
    let cuts = 0
    for (const one of people) one.on('status', (status) => (cuts += status === 'offline' ? 1 : 0))
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    for (const letter of letters) {
      for (const [who, one] of people.entries()) type(one, who === 0 ? letter : letter.toUpperCase())
      if ('ckqrx'.includes(letter)) cut(people[0]!)
      if ('fkv'.includes(letter)) cut(people[1]!)
      await eventually(() => ['live', 'offline'].includes(people[0]!.status))
    }
    await Promise.all(people.map((one) => one.whenSaved()))
    expect(cuts).toBeGreaterThan(1)
    const kept = await textOnServer(server.url, document)
    expect([...kept].filter((letter) => letters.includes(letter)).join('')).toBe(letters)
    expect([...kept].filter((letter) => !letters.includes(letter)).join('')).toBe(letters.toUpperCase())
    await eventually(() => expect(people.map(text)).toEqual([kept, kept]))
  })

  test('[J4] a reconnect keeps the client id; what was typed meanwhile arrives', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    await ada.whenSynced()
    const id = ada.clientId
    ada.disconnect()
    expect([ada.status, ada.saveState]).toEqual(['offline', { kind: 'offline', kept: true }])
    type(ada, 'offline')
    expect(ada.saveState).toEqual({ kind: 'offline', kept: false })
    expect(ada.unsavedCount).toBe(1)
    ada.connect()
    await ada.whenSaved()
    expect(ada.clientId).toBe(id)
    expect(await textOnServer(server.url, document)).toBe('offline')
  })

  test('of a thousand edits made offline none is called saved before the server has it', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    await ada.whenSynced()
    ada.disconnect()
    let saved = 0
    const edits = Array.from({ length: 1_000 }, async (_, i) => {
      type(ada, String(i % 10))
      await ada.whenSaved()
      saved++
    })
    const allSaved = Promise.all(edits)
    allSaved.catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(saved).toBe(0)
    ada.connect()
    await allSaved
    expect(await textOnServer(server.url, document)).toBe(text(ada))
  })

  test('[U5] an update whose ack was lost with the connection is not there twice', async () => {
    const document = await createDocument(server.url)
    const { proxy, url } = await proxied()
    const ada = join(document, { url, socket: { transports: ['websocket'], reconnectionDelay: 5 } })
    const bob = join(document)
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    type(ada, 'once')
    const engine = socketUnder(ada)!.io.engine
    // The answer is thrown away on its way in: the server has the text, the provider does not know.
    engine.off('data')
    await eventually(() => expect(text(bob)).toBe('once'))
    expect(ada.unsavedCount).toBe(1)
    proxy.cut()
    await ada.whenSaved()
    expect(await textOnServer(server.url, document)).toBe('once')
    expect(text(ada)).toBe('once')
  })

  test('a server that restarts in the middle is come back to, nothing lost', async () => {
    const own = await startServer()
    const document = await createDocument(own.url)
    const ada = join(document, { url: own.url, socket: { reconnectionDelay: 20, reconnectionDelayMax: 200 } })
    await ada.whenSynced()
    type(ada, 'before ')
    const restarting = own.restart()
    type(ada, 'during ')
    await restarting
    type(ada, 'after')
    await ada.whenSaved()
    expect(await textOnServer(own.url, document)).toBe('before during after')
    await own.close()
  })

  test('[C1] a proxy that refuses or swallows WebSocket upgrades does not lock anybody out', async () => {
    for (const upgrades of ['refuse', 'close', 'silence'] as const) {
      const document = await createDocument(server.url)
      const { proxy, url } = await proxied()
      proxy.set({ upgrades })
      const ada = join(document, { url, socket: { timeout: 300, reconnectionDelay: 5 } })
      type(ada, upgrades)
      await ada.whenSaved()
      expect(await textOnServer(server.url, document)).toBe(upgrades)
    }
  })

  /** Cuts everything and waits until the provider has joined again; tells what it came back over. */
  async function cutAndBack(provider: Provider, proxy: TcpProxy): Promise<string | undefined> {
    const before = socketUnder(provider)
    await eventually(() => {
      // Between two polls there is no connection to cut.
      if (socketUnder(provider) === before) proxy.cut()
      expect(provider.status).toBe('live')
      expect(socketUnder(provider)).not.toBe(before)
    })
    return socketUnder(provider)?.io.engine.transport.name
  }

  test('[C1] WebSockets that are cut young twice lead to polling; when that is cut as well, back to WebSockets', async () => {
    const { proxy, url } = await proxied()
    const ada = join(await createDocument(server.url), { url, socket: { reconnectionDelay: 5 } })
    await ada.whenSynced()
    expect(await cutAndBack(ada, proxy)).toBe('websocket')
    expect(await cutAndBack(ada, proxy)).toBe('polling')
    expect(await cutAndBack(ada, proxy)).toBe('websocket')
  })

  test('[C1] a server that was away for a moment, twice, does not lead to polling', async () => {
    const { proxy, url } = await proxied()
    const ada = join(await createDocument(server.url), { url, socket: { reconnectionDelay: 5 } })
    await ada.whenSynced()
    for (let times = 0; times < 3; times++) {
      const refusedBefore = proxy.refusedCount
      proxy.set({ refuse: true })
      proxy.cut()
      await eventually(() => expect(proxy.refusedCount).toBeGreaterThan(refusedBefore + 2))
      proxy.set({ refuse: false })
      await eventually(() => expect(ada.status).toBe('live'))
      await eventually(() => expect(socketUnder(ada)?.io.engine.transport.name).toBe('websocket'))
    }
  })

  test('[B4] after a gap the provider joins again on the same connection', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const socket = socketUnder(bob)!
    const listeners = socket.listeners('update')
    socket.off('update')
    type(ada, 'missed ')
    await ada.whenSaved()
    await eventually(() => expect(ada.seq).toBe(1))
    // One broadcast went by unheard; the next one shows the gap.
    await eventually(async () => expect(await textOnServer(server.url, document)).toBe('missed '))
    for (const listener of listeners) socket.on('update', listener)
    type(ada, 'heard')
    await eventually(() => expect(text(bob)).toBe('missed heard'))
    expect(socketUnder(bob)).toBe(socket)
  })
})

describe('large texts', () => {
  const line = 'A line of honest text, as people paste it from elsewhere.\n'

  test('[U9] [J9] a paste of 1 MB and one of nearly 5 MB go up and come down in slices, with progress', async () => {
    for (const bytes of [1_000_000, 4_900_000]) {
      const paste = line.repeat(bytes / line.length)
      const document = await createDocument(server.url)
      const ada = join(document)
      await ada.whenSynced()
      const up: number[] = []
      // Typed while the paste is on its way: it stands on it, and may only follow it.
      ada.on('progress', (progress) => {
        if (up.push(progress.bytes / progress.of) === 1) type(ada, 'and on')
      })
      type(ada, paste)
      await eventually(() => expect(text(ada).endsWith('and on')).toBe(true))
      await ada.whenSaved()
      expect(up.length).toBeGreaterThan(3)
      expect(up.at(-1)).toBe(1)
      const bob = join(document)
      const down: string[] = []
      bob.on('progress', (progress) => down.push(progress.direction))
      await bob.whenSynced()
      expect(text(bob) === `${paste}and on`).toBe(true)
      expect(new Set(down)).toEqual(new Set(['down']))
    }
  })

  test('[U10] a replacement in 3,000 places goes in many updates, and nobody waits for the whole of it', async () => {
    const document = await createDocument(server.url, { text: 'lorem ipsum '.repeat(3_000) })
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const seqBefore = bob.seq
    ada.doc.transact(() => {
      for (let i = 2_999; i >= 0; i--) {
        content(ada).delete(i * 12, 5)
        content(ada).insert(i * 12, 'LOREM')
      }
    })
    // Typed meanwhile: it comes after what it stands on.
    type(ada, 'the end')
    await ada.whenSaved()
    expect(ada.seq).toBeGreaterThanOrEqual(seqBefore + 6_000 / limits.updateStepsMax)
    await eventually(() => expect(text(bob)).toBe(`${'LOREM ipsum '.repeat(3_000)}the end`))
    expect(await textOnServer(server.url, document)).toBe(text(bob))
  })

  test('[J3] broadcasts during a transfer are held and then applied', async () => {
    const document = await createDocument(server.url, { text: line.repeat(20_000) })
    const ada = join(document)
    await ada.whenSynced()
    const bob = join(document)
    bob.on('progress', () => type(ada, '!'))
    await bob.whenSynced()
    await ada.whenSaved()
    await eventually(() => expect(text(bob) === text(ada)).toBe(true))
    expect(text(ada).endsWith('!')).toBe(true)
  })
})
