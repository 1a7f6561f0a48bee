// P1 over networks that lose what nobody is told about. Cuts at any byte: test/convergence/cut-anywhere.
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { limits } from '../../shared/limits.ts'
import { socketUnder } from '../../simulate/socket-under.ts'
import { startTcpProxy, type TcpProxy } from '../../simulate/tcp-proxy.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { isLong, percentile, report, stopwatch } from '../harness/figures.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let clock: JumpingClock
let server: TestServer
let proxy: TcpProxy
let document: TestDocument
let open: Provider[]
beforeEach(async () => {
  clock = new JumpingClock()
  server = await startServer({ clock })
  proxy = await startTcpProxy(Number(new URL(server.url).port))
  document = await createDocument(server.url)
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  await proxy.close()
  await server.close()
})

function connect(url: string, transports?: string[]): Provider {
  const { id: documentId, keys } = document
  const socket = { reconnectionDelay: 20, reconnectionDelayMax: 100, ...(transports && { transports }) }
  const options = { url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' }, socket }
  const provider = new Provider({ ...options, storage: 'none' })
  open.push(provider)
  return provider
}

const content = (provider: Provider) => provider.doc.getText('content')
const textOf = (provider: Provider) => content(provider).toString()
const type = (provider: Provider, text: string) => content(provider).insert(content(provider).length, text)
async function expectSame(...providers: Provider[]): Promise<string> {
  await Promise.all(providers.map((provider) => provider.whenSaved()))
  await eventually(() => {
    for (const provider of providers) expect(textOf(provider)).toBe(textOf(providers[0]!))
  })
  expect(await textOnServer(server.url, document)).toBe(textOf(providers[0]!))
  return textOf(providers[0]!)
}

test('half-open: nothing goes through and nobody hangs up; what both sides typed is there afterwards, once', async () => {
  const [ada, bob] = [connect(proxy.url), connect(server.url)]
  await Promise.all([ada.whenSynced(), bob.whenSynced()])
  const away = stopwatch()
  proxy.set({ frozen: true })
  type(ada, 'a'.repeat(100))
  type(bob, 'b'.repeat(100))
  await bob.whenSaved()
  expect([ada.status, ada.saveState.kind, textOf(ada).includes('b')]).toEqual(['live', 'saving', false])
  // The long form waits until both ends have given the connection up; pings find it out.
  if (isLong) await eventually(() => expect(ada.status).toBe('offline'), 60_000)
  const awayMs = away()
  const recovery = stopwatch()
  proxy.set({ frozen: false })
  if (isLong) proxy.cut()
  const text = await expectSame(ada, bob)
  expect([text.replaceAll('b', '').length, text.replaceAll('a', '').length]).toEqual([100, 100])
  report('half-open connection', {
    [isLong ? 'noticed after, ms' : 'frozen for, ms']: awayMs,
    'all saved after it ended, ms': recovery(),
    'lost or doubled edits': 0,
  })
})

test('[U5] lost acks: what is sent again is there once', async () => {
  const [ada, bob] = [connect(proxy.url, ['websocket']), connect(server.url)]
  await Promise.all([ada.whenSynced(), bob.whenSynced()])
  const times = isLong ? 200 : 8
  let cutOff: unknown
  for (let i = 0; i < times; i++) {
    await eventually(() => {
      expect(ada.status).toBe('live')
      expect(socketUnder(ada)).not.toBe(cutOff)
    })
    cutOff = socketUnder(ada)
    type(ada, `[${i}]`)
    // Thrown away on its way in: the server has the text, the provider does not know.
    socketUnder(ada)!.io.engine.off('data')
    await eventually(() => expect(textOf(bob)).toContain(`[${i}]`))
    expect(ada.unsavedCount).toBeGreaterThan(0)
    proxy.cut()
  }
  const expected = Array.from({ length: times }, (_, i) => `[${i}]`).join('')
  expect(await expectSame(ada, bob)).toBe(expected)
  report('lost ack', { 'acks lost': times, 'lost or doubled edits': 0 })
})

test('[B6] a lost broadcast of a deletion, which no state vector shows, is found by the next heartbeat', async () => {
  const [ada, bob] = [connect(server.url), connect(server.url)]
  await Promise.all([ada.whenSynced(), bob.whenSynced()])
  const times = isLong ? 50 : 3
  const heals: number[] = []
  for (let i = 0; i < times; i++) {
    type(ada, `keep ${i}, drop it. `)
    await expectSame(ada, bob)
    const socket = socketUnder(bob)!
    const listeners = socket.listeners('update')
    socket.off('update')
    let passed = false
    socket.once('update', () => {
      passed = true
    })
    content(ada).delete(textOf(ada).indexOf(', drop it'), ', drop it'.length)
    await ada.whenSaved()
    await eventually(() => expect(passed).toBe(true))
    for (const listener of listeners) socket.on('update', listener)
    expect(textOf(bob)).toContain('drop it')
    const healed = stopwatch()
    clock.jump(limits.heartbeatMs)
    await eventually(() => expect(textOf(bob)).toBe(textOf(ada)))
    heals.push(healed())
  }
  expect(textOf(bob)).toBe(Array.from({ length: times }, (_, i) => `keep ${i}. `).join(''))
  report('lost delete-only broadcast', {
    'broadcasts lost': times,
    'healed after the heartbeat, ms (longest)': Math.max(...heals),
    'texts that differ': 0,
  })
})

test('[C1] polling only: many people write, nothing is lost', async () => {
  const people = Array.from({ length: isLong ? 50 : 6 }, () => connect(server.url, ['polling']))
  await Promise.all(people.map((one) => one.whenSynced()))
  const waits: number[] = []
  const edits = isLong ? 100 : 8
  await Promise.all(
    people.map(async (one, who) => {
      for (let i = 0; i < edits; i++) {
        const wait = stopwatch()
        type(one, `<${who}.${i}>`)
        await one.whenSaved()
        waits.push(wait())
      }
    }),
  )
  const text = await expectSame(...people)
  for (const who of people.keys()) {
    for (let i = 0; i < edits; i++) expect(text.split(`<${who}.${i}>`)).toHaveLength(2)
  }
  report('polling only', {
    people: people.length,
    'saved after, ms (median)': percentile(waits, 0.5),
    'saved after, ms (p95)': percentile(waits, 0.95),
    'lost acked edits': 0,
  })
})
