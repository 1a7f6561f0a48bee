import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDocumentId, makeKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { answeredEvents, badFrames, wrongArguments, wrongJoins } from '../../simulate/hostile/bad-packets.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { callWitnesses, type Witnesses } from '../harness/witnesses.ts'

let server: TestServer
let witnesses: Witnesses
const unhandled: unknown[] = []
const remember = (error: unknown) => void unhandled.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', remember)
  process.on('uncaughtException', remember)
  server = await startServer()
  witnesses = await callWitnesses(server.url, 'Hello')
})
afterAll(async () => {
  witnesses.close()
  await server.close()
  process.off('unhandledRejection', remember)
  process.off('uncaughtException', remember)
  expect(unhandled).toEqual([])
})

const events = [
  ...answeredEvents,
  'leave',
  'presence',
  'typing',
  'chat-delete',
  'nonsense',
  'toString',
  '__proto__',
  '',
]

describe('[W5] [E3] wrong arguments are answered bad-request or dropped, joined or not', () => {
  for (const isJoined of [true, false]) {
    for (const event of answeredEvents) {
      test(`${event}, ${isJoined ? 'in the document' : 'before any join'}`, async () => {
        for (const [name, args] of wrongArguments) {
          const client = new RawClient(server.url)
          await client.connected()
          if (isJoined) await client.join(witnesses.document)
          const [answer] = (await client.ask(event, ...args)) as [{ ok: boolean; error: { code: string } }]
          expect(answer.ok, name).toBe(false)
          const expected =
            isJoined || event === 'join'
              ? ['bad-request', 'too-large', 'invalid']
              : ['not-synced', 'bad-request', 'too-large']
          expect(expected, `${name}: ${answer.error.code}`).toContain(answer.error.code)
          client.close()
        }
        await witnesses.unharmed()
      })
    }
  }

  test('without an ack every event is dropped, whatever it carries', async () => {
    for (const isJoined of [true, false]) {
      const client = new RawClient(server.url)
      await client.connected()
      if (isJoined) await client.join(witnesses.document)
      for (const event of events.filter((name) => name !== '')) {
        for (const [, args] of wrongArguments) client.socket.emit(event, ...args)
      }
      // In order behind them, so that all were seen; a reserved name ends the connection, which is as good.
      await client.ask('leave').catch(() => undefined)
      client.close()
      await witnesses.unharmed()
    }
  })

  test('honest requests without an ack change nothing', async () => {
    const client = new RawClient(server.url)
    await client.join(witnesses.document)
    client.socket.emit(
      'update',
      client.edit((text) => text.insert(0, 'unasked')),
    )
    client.socket.emit('chat', { id: 'x', text: 'unasked' })
    client.socket.emit('person', { name: 'Mallory', color: 1 })
    client.socket.emit('leave')
    const stranger = new RawClient(server.url)
    const answer = await stranger.join(witnesses.document)
    expect(answer.ok && answer.chat).toEqual([])
    await witnesses.unharmed()
    client.close()
    stranger.close()
  })

  test('an ack among the arguments, or two, is no way in', async () => {
    const client = new RawClient(server.url)
    await client.connected()
    const raw = rawSocket(client)
    for (const message of [
      '21["join"]',
      '22["join",null,{}]',
      '2["join",{}]',
      '23["update",{"_placeholder":true,"num":0}]',
    ]) {
      raw.send(message)
    }
    await eventually(() => client.hasEnded || client.ask('leave'))
    client.close()
    await witnesses.unharmed()
  })
})

describe('[W3] what is no packet ends its connection and nothing else', () => {
  for (const [name, frame] of badFrames) {
    test(name, async () => {
      const client = new RawClient(server.url)
      await client.join(witnesses.document)
      const raw = rawSocket(client)
      raw.send(typeof frame === 'string' ? frame : frame)
      // An ack that nobody asked for is ignored; everything else is the end.
      if (name === 'an ack nobody asked for') expect(await client.ask('leave')).toEqual([{ ok: true }])
      else await client.disconnected()
      client.close()
      await witnesses.unharmed()
    })
  }
})

describe('[W3] nor is what Engine.IO has no word for', () => {
  for (const text of ['', 'x', '7', '-1', '2probe', 'bAAAA', '\u{1f600}']) {
    test(`${JSON.stringify(text)} ends its connection`, async () => {
      const client = new RawClient(server.url)
      await client.join(witnesses.document)
      rawSocket(client).send(text)
      await client.disconnected()
      client.close()
      await witnesses.unharmed()
    })
  }

  test('words that have no meaning there are ignored', async () => {
    const client = new RawClient(server.url)
    await client.join(witnesses.document)
    for (const text of ['0{}', '1', '3', '5', '6', '6noop']) rawSocket(client).send(text)
    expect(await client.ask('leave')).toEqual([{ ok: true }])
    client.close()
    await witnesses.unharmed()
  })
})

function rawSocket(client: RawClient): { send(data: string | Uint8Array): void } {
  return (client.socket.io.engine as unknown as { transport: { ws: { send(data: unknown): void } } }).transport.ws
}

describe('[J1] ids that are none', () => {
  const ids = [
    '..%2f..%2fdata',
    '../../data',
    'doc:x',
    '',
    'a'.repeat(16_000),
    'AAAAAAAAAAAAAAA\u0000',
    'AAAAAAAAAAAAAAA\n',
    '__proto__',
    'constructor',
    'ÄAAAAAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAAA',
  ]
  for (const id of ids) {
    test(JSON.stringify(id.slice(0, 40)), async () => {
      const client = new RawClient(server.url)
      const joined = await client.join({ ...witnesses.document, id: id as never })
      expect(joined).toMatchObject({ ok: false, error: { code: 'bad-request' } })
      const response = await fetch(
        `${server.url}/api/documents/${id.includes('%') ? id : encodeURIComponent(id)}/text`,
        {
          headers: { authorization: `Bearer ${witnesses.document.keys.own}` },
        },
      )
      expect([400, 404]).toContain(response.status)
      expect(await response.json()).toMatchObject({ error: { code: expect.stringMatching(/bad-request|not-found/) } })
      client.close()
    })
  }
  test('a broken escape', async () => {
    const response = await fetch(`${server.url}/api/documents/%E0%A4%A/text`)
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'bad-request' } }])
  })
})

describe('[J1] requests with one wrong field are bad requests', () => {
  for (const [name, request] of wrongJoins) {
    test(name, async () => {
      const client = new RawClient(server.url)
      const answer = await client.join(witnesses.document, { request })
      expect(answer).toMatchObject({ ok: false, error: { code: 'bad-request' } })
      expect(JSON.stringify(answer)).not.toContain(witnesses.document.keys.edit)
      client.close()
    })
  }

  const vectors: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['cut', new Uint8Array([2, 1])],
    ['noise', new Uint8Array(50).fill(0xff)],
    ['more clients than it has', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['too many bytes', new Uint8Array(limits.stateVectorBytesMax + 1)],
  ]
  for (const [name, stateVector] of vectors) {
    test(`a state vector of ${name}`, async () => {
      const client = new RawClient(server.url)
      const answer = await client.join(witnesses.document, { stateVector })
      expect(answer).toMatchObject({ ok: false })
      expect(['bad-request', 'too-large']).toContain(!answer.ok && answer.error.code)
      client.close()
      await witnesses.unharmed()
    })
  }
})

test('[E3] a crowd of strangers with wrong documents and keys leaves no rooms or sessions behind', async () => {
  const before = [server.app.rooms.size, server.app.rooms.sessionCount]
  const client = new RawClient(server.url)
  for (let i = 0; i < 15; i++) {
    const id = i % 2 ? makeDocumentId() : witnesses.document.id
    await client.join({ ...witnesses.document, id }, { request: { key: makeKey() } })
  }
  client.close()
  expect([server.app.rooms.size, server.app.rooms.sessionCount]).toEqual(before)
  await witnesses.unharmed()
  expect({}).not.toHaveProperty('polluted')
})
