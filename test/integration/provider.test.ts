// The provider against a real server, over real connections that are cut on purpose.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider, type ProviderInternals } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import {
  createDocument,
  shareKey,
  startServer,
  type TestDocument,
  type TestServer,
  textOnServer,
} from '../harness/server.ts'
import { startTcpProxy, type TcpProxy } from '../harness/tcp-proxy.ts'

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
/** The socket under the provider: tests break it where the network would. */
const socketOf = (provider: Provider) => {
  const { core } = provider as unknown as {
    core: { socket: import('../../client/sync/link.ts').ClientSocket | undefined }
  }
  return core.socket
}
const cut = (provider: Provider) => socketOf(provider)?.io.engine.close()

describe('in step', () => {
  test('two providers converge, and what is saved is on the server', async () => {
    const document = await createDocument(server.url, { title: 'Minutes', text: 'Hello' })
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    expect([text(ada), ada.title, ada.role, ada.status]).toEqual(['Hello', 'Minutes', 'edit', 'live'])
    type(ada, ' world')
    expect(ada.saveState.kind).toBe('saving')
    await ada.whenSaved()
    expect(ada.saveState.kind).toBe('saved')
    expect(await textOnServer(server.url, document)).toBe('Hello world')
    content(bob).insert(0, '> ')
    await eventually(() => expect([text(ada), text(bob)]).toEqual(['> Hello world', '> Hello world']))
    await eventually(() => expect(ada.seq).toBe(bob.seq))
  })

  test('[J4] text typed before the first join is sent, and typing goes on under a granted id', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    expect(ada.doc.clientID).toBeLessThan(2 ** 31)
    type(ada, 'early ')
    await ada.whenSaved()
    expect(ada.doc.clientID).toBe(ada.clientId)
    expect(ada.clientId).toBeGreaterThanOrEqual(2 ** 31)
    expect(ada.awareness.clientID).toBe(ada.clientId)
    type(ada, 'late')
    await ada.whenSaved()
    expect(await textOnServer(server.url, document)).toBe('early late')
  })

  test('everything works over polling alone', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [join(document, { socket: { transports: ['polling'] } }), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    expect(socketOf(ada)?.io.engine.transport.name).toBe('polling')
    type(ada, 'polled')
    type(bob, 'x')
    await eventually(() => expect([text(ada).length, text(ada)]).toEqual([7, text(bob)]))
  })

  test('uncleaned text of a program is cleaned before anybody sees it', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    type(ada, 'a\r\nb\rc\ud83d')
    await ada.whenSaved()
    expect(text(ada)).toBe('a \nb\nc\ufffd')
    await eventually(() => expect(text(bob)).toBe(text(ada)))
  })
})

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

  test('[U5] an update whose ack was lost with the connection is not there twice', async () => {
    const document = await createDocument(server.url)
    const { proxy, url } = await proxied()
    const ada = join(document, { url, socket: { transports: ['websocket'], reconnectionDelay: 5 } })
    const bob = join(document)
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    type(ada, 'once')
    const engine = socketOf(ada)!.io.engine
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

  test('[B4] after a gap the provider joins again on the same connection', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const socket = socketOf(bob)!
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
    expect(socketOf(bob)).toBe(socket)
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

describe('refusals', () => {
  test('[E1] a text past the limit is refused for good, kept, and startOver shows the document again', async () => {
    const document = await createDocument(server.url, { text: 'The document' })
    const ada = join(document)
    await ada.whenSynced()
    const refused: string[] = []
    ada.on('refused', ({ code }, localText) => refused.push(code, String(localText.length)))
    type(ada, 'x'.repeat(limits.textLengthMax))
    await expect(ada.whenSaved()).rejects.toMatchObject({ code: 'too-large' })
    expect([ada.status, ada.saveState.kind]).toEqual(['refused', 'refused'])
    expect(refused).toEqual(['too-large', String(limits.textLengthMax + 12)])
    expect(await ada.textsAside()).toHaveLength(1)
    const again = ada.startOver()
    open.push(again)
    await again.whenSynced()
    expect(text(again)).toBe('The document')
    expect(again.offered?.text.length).toBe(limits.textLengthMax + 12)
    type(again, '.')
    await again.whenSaved()
    expect(await textOnServer(server.url, document)).toBe('The document.')
  })

  test('[J2] a wrong key ends in refused, and whoever waits hears of it', async () => {
    const document = await createDocument(server.url)
    const ada = join(document, { key: 'A'.repeat(22) })
    await expect(ada.whenSynced()).rejects.toMatchObject({ code: 'forbidden' })
    expect(ada.status).toBe('refused')
  })

  test('[A3] a revoked link ends in refused', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    await ada.whenSynced()
    await shareKey(server.url, document, document.keys.own, { role: 'edit', revoke: true })
    await eventually(() => expect([ada.status, ada.refusal?.code]).toEqual(['refused', 'forbidden']))
  })

  test('[U3] a viewer sends nothing, and is told so', async () => {
    const document = await createDocument(server.url, { text: 'Read me' })
    const eve = join(document, { role: 'view' })
    await eve.whenSynced()
    expect(eve.saveState).toEqual({ kind: 'view-only' })
    type(eve, '!')
    await expect(eve.whenSaved()).rejects.toMatchObject({ code: 'forbidden' })
    expect(eve.status).toBe('live')
    expect(await textOnServer(server.url, document)).toBe('Read me')
  })

  test('[U8] while the disk refuses, edits wait and say so; when it takes them again nothing is lost', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    await ada.whenSynced()
    const states: string[] = []
    ada.on('saved', ({ kind }) => states.push(kind))
    store.failing = true
    try {
      type(ada, 'one ')
      await eventually(() => expect(server.app.queue.degraded).toBe(true))
      type(ada, 'two')
      await eventually(() => expect(ada.saveState).toMatchObject({ kind: 'delayed', refusal: { code: 'degraded' } }))
    } finally {
      store.failing = false
    }
    await ada.whenSaved()
    expect(ada.saveState.kind).toBe('saved')
    expect(await textOnServer(server.url, document)).toBe('one two')
  })

  test('[C2] [C7] a listener that throws harms nobody', async () => {
    const document = await createDocument(server.url)
    const ada = join(document)
    const errors = console.error
    console.error = () => undefined
    try {
      ada.on('synced', () => {
        throw new Error('of the page')
      })
      type(ada, 'fine')
      await ada.whenSaved()
    } finally {
      console.error = errors
    }
    expect(await textOnServer(server.url, document)).toBe('fine')
  })
})

describe('people', () => {
  test('[P1] [P2] [P4] cursors, names and leaving reach the other awareness', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const ada = join(document, { person: { name: 'Ada', color: 3 } })
    const bob = join(document, { person: { name: 'Bob' } })
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const at = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(content(ada), 2))
    const end = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(content(ada), 5))
    ada.awareness.setLocalStateField('cursor', { anchor: at, head: end })
    const seen = () => bob.awareness.getStates().get(ada.clientId!) as Record<string, unknown> | undefined
    await eventually(() => expect(seen()).toMatchObject({ user: { name: 'Ada', color: 3 }, idle: false }))
    await eventually(() => {
      const { anchor, head } = seen()!.cursor as { anchor: unknown; head: unknown }
      const index = (position: unknown) =>
        Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(position), bob.doc)?.index
      expect([index(anchor), index(head)]).toEqual([2, 5])
    })
    ada.setPerson({ name: 'Ada L.', color: 4 })
    await eventually(() => expect(seen()).toMatchObject({ user: { name: 'Ada L.', color: 4 } }))
    expect(bob.people.map((person) => person.name).sort()).toEqual(['Ada L.', 'Bob'])
    await ada.destroy()
    await eventually(() => expect(seen()).toBeUndefined())
    expect(bob.people).toHaveLength(1)
    bob.disconnect()
    expect([...bob.awareness.getStates().keys()]).toEqual([bob.clientId])
  })

  test('[H1] [H2] a chat line is shown at once, kept once, and in order for both', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [join(document), join(document)]
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    const sent = ada.chat.send('one')
    expect(ada.chat.messages).toMatchObject([{ text: 'one', state: 'pending' }])
    await sent
    expect(ada.chat.messages).toMatchObject([{ n: 1, text: 'one', state: 'kept' }])
    ada.disconnect()
    const offline = ada.chat.send('two')
    await bob.chat.send('between')
    ada.connect()
    await offline
    await eventually(() => {
      const lines = (provider: Provider) => provider.chat.messages.map((message) => message.text)
      expect(lines(ada)).toEqual(['one', 'between', 'two'])
      expect(lines(bob)).toEqual(lines(ada))
    })
    await expect(ada.chat.send(' ')).rejects.toMatchObject({ code: 'bad-request' })
  })
})
