// The provider against a real server, over real connections.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider, type ProviderInternals } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { createMemoryStore, type MemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import { socketUnder } from '../../simulate/socket-under.ts'
import { eventually } from '../harness/eventually.ts'
import {
  createDocument,
  shareKey,
  startServer,
  type TestDocument,
  type TestServer,
  textOnServer,
} from '../harness/server.ts'

let server: TestServer
let store: MemoryStore
let open: Provider[] = []

beforeAll(async () => {
  store = createMemoryStore()
  server = await startServer({ store })
})
afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  open = []
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

const content = (provider: Provider) => provider.doc.getText('content')
const text = (provider: Provider) => content(provider).toString()
const type = (provider: Provider, more: string) => content(provider).insert(content(provider).length, more)

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
    expect(socketUnder(ada)?.io.engine.transport.name).toBe('polling')
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
