import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDocumentId, makeKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
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

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: [nested(depth - 1)] })
/** Arguments that no event takes. */
const wrong: [string, unknown[]][] = [
  ['nothing', []],
  ['null', [null]],
  ['a number', [42]],
  ['text', ['text']],
  ['true', [true]],
  ['an array', [[]]],
  ['an empty object', [{}]],
  ['an object full of nulls', [{ documentId: null, key: null, clients: null, person: null, id: null, text: null }]],
  ['nested objects', [nested(3)]],
  ['many arguments', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['bytes', [new Uint8Array([1, 2, 3])]],
  ['two byte strings', [{}, new Uint8Array(10), new Uint8Array(10)]],
  ['a constructor', [{ constructor: { prototype: { polluted: 1 } } }]],
  ['large text', ['x'.repeat(60_000)]],
  ['large bytes', [new Uint8Array(limits.updateBytesMax + 1)]],
  ['negative and fractional numbers', [{ transfer: -1, offset: 0.5, bytes: 1e300, seq: -1, digest: 4 }]],
]
const answered = ['join', 'update', 'slice', 'person', 'chat', 'digest'] as const
const events = [...answered, 'leave', 'presence', 'nonsense', 'toString', '__proto__', '']

describe('[W5] [E3] wrong arguments are answered bad-request or dropped, joined or not', () => {
  for (const isJoined of [true, false]) {
    for (const event of answered) {
      test(`${event}, ${isJoined ? 'in the document' : 'before any join'}`, async () => {
        for (const [name, args] of wrong) {
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
        for (const [, args] of wrong) client.socket.emit(event, ...args)
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
  const frames: [string, string | Uint8Array][] = [
    ['a binary event of the default parser', '451-["update",{"_placeholder":true,"num":0}]'],
    ['an unknown packet type', '49'],
    ['broken JSON', '42["join",'],
    ['no array', '42{"a":1}'],
    ['an empty array', '42[]'],
    ['a number for a name', '42[1]'],
    ['a reserved name', '42["disconnect"]'],
    ['a reserved name, connect_error', '42["connect_error",1]'],
    ['a key __proto__', '42["join",{"__proto__":{"polluted":1}}]'],
    ['deep nesting', `42["join",${'['.repeat(200)}${']'.repeat(200)}]`],
    ['ten thousand arguments', `42["join"${',1'.repeat(10_000)}]`],
    ['an ack nobody asked for', '4399[1]'],
    ['another namespace', '42/admin,["join"]'],
    ['an empty frame', new Uint8Array()],
    ['a frame of an unknown type', new Uint8Array([9, 0, 0])],
    ['a frame whose header is longer than it', new Uint8Array([5, 0, 0xff, 0xff, 3])],
    ['a frame whose lengths do not add up', new Uint8Array([5, 0, 2, 0x5b, 0x5d, 1, 200, 1])],
    ['noise', new Uint8Array(1000).fill(0xa5)],
  ]
  for (const [name, frame] of frames) {
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
  const fields: [string, object][] = [
    ['clients with an id that is none', { clients: [{ id: 0 }] }],
    ['clients with a negative id', { clients: [{ id: -1 }] }],
    ['clients with an id over 32 bits', { clients: [{ id: 2 ** 32 }] }],
    ['clients with a token that is no text', { clients: [{ id: 5, token: { length: 22 } }] }],
    ['a person without a secret', { person: { name: 'A', color: 1 } }],
    ['a short secret', { person: { secret: 'short', name: 'A', color: 1 } }],
    ['a colour outside the palette', { person: { secret: 'A'.repeat(22), name: 'A', color: 12 } }],
    ['a colour as CSS', { person: { secret: 'A'.repeat(22), name: 'A', color: 'red;x:y' } }],
    ['a name that is an object', { person: { secret: 'A'.repeat(22), name: {}, color: 1 } }],
    ['a huge name', { person: { secret: 'A'.repeat(22), name: 'x'.repeat(2_000), color: 1 } }],
    ['a lineage that is none', { lineage: '../x' }],
    ['a key that is none', { key: ['a'] }],
    ['textOnly that is no boolean', { textOnly: 'yes' }],
  ]
  for (const [name, request] of fields) {
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
