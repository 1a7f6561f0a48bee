// The provider against a scripted server: a real Socket.IO server with our parser, whose answers each test writes itself.
// Time is pushed forward where the provider would wait.
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Clock, systemClock } from '../../client/sync/clock.ts'
import { Provider } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientToServerEvents, JoinAnswer, JoinRequest, ServerToClientEvents } from '../../shared/protocol.ts'
import { digestOf } from '../../shared/text.ts'
import { serverWireParser } from '../../shared/wire.ts'
import { eventually } from '../harness/eventually.ts'

type ServerSocket = Socket<ClientToServerEvents, ServerToClientEvents>

/** Timers of the real clock, which the test can count and hurry: with `hurry`, what would wait calls at once. */
class HurriedClock implements Clock {
  readonly waits: number[] = []
  readonly pending = new Map<() => void, number>()
  frames = 0
  now = () => Date.now()
  random = () => 0.5
  frame = (call: () => void) =>
    this.after(0, () => {
      this.frames++
      call()
    })

  after = (ms: number, call: () => void): (() => void) => {
    this.waits.push(ms)
    const entry = () => {
      this.pending.delete(entry)
      call()
    }
    this.pending.set(entry, ms)
    // Seconds become milliseconds: order is kept, and nothing waits for real.
    const cancel = systemClock.after(Math.min(ms / 100, 100), entry)
    return () => {
      this.pending.delete(entry)
      cancel()
    }
  }
}

let http: HttpServer
let io: Server<ClientToServerEvents, ServerToClientEvents>
let clock: HurriedClock
let open: Provider[] = []
/** What each test decides: how joins and updates are answered. */
let onJoin: (request: JoinRequest, socket: ServerSocket) => Partial<JoinAnswer> | { refuse: string }
let onUpdate: (bytes: Uint8Array, answer: (answer: never) => void, socket: ServerSocket) => void
let onDigest: (digest: string) => boolean | null
let joins: JoinRequest[] = []
let updates: Uint8Array[] = []
const doc = { current: new Y.Doc() }

const refusal = (code: string, more: object = {}) => ({ ok: false, error: { code, message: 'no', ...more } }) as never

beforeEach(async () => {
  clock = new HurriedClock()
  joins = []
  updates = []
  doc.current = new Y.Doc()
  onJoin = () => ({})
  onDigest = (digest) => digest === digestOf(doc.current.getText('content').toString())
  let seq = 0
  onUpdate = (bytes, answer) => {
    Y.applyUpdate(doc.current, bytes)
    answer({ ok: true, seq: ++seq, alone: true } as never)
  }
  http = createServer()
  io = new Server(http, { parser: serverWireParser })
  io.on('connection', (socket) => {
    socket.on('join', (request, stateVector, ack) => {
      joins.push(request)
      const decided = onJoin(request, socket)
      if ('refuse' in decided) {
        ack(refusal(decided.refuse))
        return
      }
      const answer = {
        ok: true as const,
        clientId: 0x9000_0000,
        clients: [...request.clients.map(({ id }) => ({ id, token: 't' })), { id: 0x9000_0000, token: 't' }],
        seq,
        role: 'edit',
        lineage: 'L'.repeat(16),
        title: 'Title',
        people: [],
        presence: [],
        chat: [],
        usage: { textLength: 0, stateBytes: 0, structs: 0 },
        ...decided,
      } as unknown as { ok: true } & JoinAnswer
      const difference = Y.encodeStateAsUpdate(doc.current, stateVector)
      ack(answer, Y.encodeStateVector(doc.current), difference)
    })
    socket.on('update', (bytes, answer) => {
      updates.push(bytes)
      onUpdate(bytes, answer as (answer: never) => void, socket)
    })
    socket.on('chat', (_line, answer) => answer(refusal('forbidden')))
    socket.on('digest', (claim, answer) => answer({ ok: true, same: onDigest(claim.digest) }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  open = []
  await io.close()
})

function start(extra: Partial<ProviderOptions> = {}): Provider {
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const options = { url, documentId: 'D'.repeat(16), key: 'K'.repeat(22), doc: new Y.Doc(), person: { name: 'Ada' } }
  const provider = new Provider({ ...options, ...extra }, { clock })
  open.push(provider)
  return provider
}

const type = (provider: Provider, more: string) => {
  const text = provider.doc.getText('content')
  text.insert(text.length, more)
}
const beat = { seq: 1, usage: { textLength: 1, stateBytes: 1, structs: 1 } }
/** Resolves when the provider has heard a heartbeat. */
const heardBy = (provider: Provider, send: () => void) =>
  new Promise<void>((resolve) => {
    const off = provider.on('usage', () => {
      off()
      resolve()
    })
    send()
  })
const serverText = () => doc.current.getText('content').toString()

describe('answers that come late or not at all', () => {
  it('nothing is sent before the join is answered', async () => {
    const heard: string[] = []
    io.removeAllListeners('connection')
    io.on('connection', (socket) => socket.onAny((event: string) => heard.push(event)))
    const provider = start()
    type(provider, 'early')
    await eventually(() => expect(heard).toEqual(['join']))
    const frames = clock.frames
    type(provider, 'more')
    await eventually(() => expect(clock.frames).toBeGreaterThan(frames))
    // What was sent with that frame would be heard before the answer to this.
    for (const socket of await io.fetchSockets()) await heardBy(provider, () => socket.emit('heartbeat', beat))
    expect(heard).toEqual(['join'])
    expect(provider.unsavedCount).toBe(2)
  })

  it('[J3] [B4] broadcasts that come before the answer are held: what it covers is ignored, the rest applied', async () => {
    const other = new Y.Doc()
    const broadcasts: Uint8Array[] = []
    other.on('update', (bytes) => broadcasts.push(bytes))
    for (const letter of ['a', 'b']) other.getText('content').insert(0, letter)
    onJoin = (_request, socket) => {
      Y.applyUpdate(doc.current, broadcasts[0]!)
      socket.emit('update', { from: 1, to: 1 }, broadcasts[0]!)
      socket.emit('update', { from: 2, to: 2 }, broadcasts[1]!)
      return { seq: 1 }
    }
    const provider = start()
    await provider.whenSynced()
    expect([provider.doc.getText('content').toString(), provider.seq, joins.length]).toEqual(['ba', 2, 1])
  })

  it('edits are pipelined: four packets go without an answer, the rest merges into one', async () => {
    const answers: (() => void)[] = []
    onUpdate = (bytes, answer) => {
      Y.applyUpdate(doc.current, bytes)
      answers.push(() => answer({ ok: true, seq: answers.length, alone: false } as never))
    }
    const provider = start()
    await provider.whenSynced()
    for (const letter of 'abcd') {
      const sent = updates.length
      type(provider, letter)
      await eventually(() => expect(updates.length).toBe(sent + 1))
    }
    for (const letter of 'efgh') type(provider, letter)
    expect(provider.unsavedCount).toBe(8)
    answers[0]!()
    await eventually(() => expect(updates).toHaveLength(5))
    expect(serverText()).toBe('abcdefgh')
    for (const answer of answers) answer()
    await provider.whenSaved()
  })

  it('an update that is never answered is sent again on a new connection', async () => {
    let ignored = 0
    const honest = onUpdate
    onUpdate = (...args) => (ignored++ === 0 ? undefined : honest(...args))
    const provider = start()
    await provider.whenSynced()
    type(provider, 'insist')
    await provider.whenSaved()
    expect(ignored).toBe(2)
    expect(serverText()).toBe('insist')
  })
})

describe('refusals that may pass', () => {
  it('[E2] degraded again and again: the waits grow, nothing is lost, and the save state says so until it is over', async () => {
    let refusals = 6
    const honest = onUpdate
    onUpdate = (bytes, answer, socket) => (refusals-- > 0 ? answer(refusal('degraded')) : honest(bytes, answer, socket))
    const provider = start()
    await provider.whenSynced()
    const states = new Set<string>()
    provider.on('saved', ({ kind }) => states.add(kind))
    clock.waits.length = 0
    type(provider, 'kept')
    await provider.whenSaved()
    expect(serverText()).toBe('kept')
    expect(states).toEqual(new Set(['saving', 'delayed', 'saved']))
    expect(clock.waits).toEqual(expect.arrayContaining([1_000, 2_000, 4_000, 8_000]))
    expect(joins).toHaveLength(7)
  })

  it('[U4] not-synced: joins again at once twice, then backs off', async () => {
    let refusals = 4
    const honest = onUpdate
    onUpdate = (bytes, answer, socket) =>
      refusals-- > 0 ? answer(refusal('not-synced')) : honest(bytes, answer, socket)
    const provider = start()
    await provider.whenSynced()
    clock.waits.length = 0
    type(provider, 'kept')
    await provider.whenSaved()
    expect(joins).toHaveLength(5)
    expect(clock.waits.filter((ms) => ms === 1_000)).toHaveLength(1)
    expect(clock.waits.filter((ms) => ms === 2_000).length).toBeGreaterThanOrEqual(1)
  })

  it('[U4] of several refused packets only the first makes it join again; late refusals are void', async () => {
    const refusals: (() => void)[] = []
    const honest = onUpdate
    onUpdate = (bytes, answer, socket) => {
      if (joins.length > 1) honest(bytes, answer, socket)
      else refusals.push(() => answer(refusal('not-synced')))
    }
    const provider = start()
    await provider.whenSynced()
    for (const letter of 'abc') {
      const waiting = refusals.length
      type(provider, letter)
      await eventually(() => expect(refusals.length).toBe(waiting + 1))
    }
    for (const refuse of refusals) refuse()
    await provider.whenSaved()
    expect([serverText(), joins.length]).toEqual(['abc', 2])
  })

  it('[C2] a handshake refused for the protocol version ends the trying', async () => {
    let handshakes = 0
    io.use((_socket, next) => {
      handshakes++
      next(Object.assign(new Error('old'), { data: { code: 'protocol-mismatch', message: 'Reload.' } }))
    })
    const provider = start()
    await expect(provider.whenSynced()).rejects.toMatchObject({ code: 'protocol-mismatch' })
    expect([provider.status, provider.refusal?.message, handshakes]).toEqual(['refused', 'Reload.', 1])
  })

  it('[C7] a server that drains is come back to after the time it asked for', async () => {
    const provider = start()
    await provider.whenSynced()
    clock.waits.length = 0
    io.emit('closed', { code: 'draining', message: 'Restarting.', retryAfterMs: 1_234 })
    await eventually(() => expect(joins).toHaveLength(2))
    await eventually(() => expect(provider.status).toBe('live'))
    expect(clock.waits).toContain(1_234)
  })
})

describe('ids', () => {
  it('[J4] a reconnect brings the granted id first, with its token, and the lineage', async () => {
    const provider = start({ socket: { reconnectionDelay: 5 } })
    await provider.whenSynced()
    io.disconnectSockets(true)
    await eventually(() => expect(joins).toHaveLength(2))
    expect(joins[0]?.lineage).toBeUndefined()
    expect(joins[1]?.lineage).toBe('L'.repeat(16))
    expect(joins[1]?.clients).toEqual([{ id: 0x9000_0000, token: 't' }])
  })

  it('[J6] a replaced tab asks for a new id and does not bring the old one again', async () => {
    const provider = start()
    await provider.whenSynced()
    io.emit('closed', { code: 'replaced', message: 'Open elsewhere.' })
    await eventually(() => expect(joins).toHaveLength(2))
    expect(joins[1]?.clients).toHaveLength(1)
    expect(joins[1]?.clients[0]?.id).toBeLessThan(2 ** 31)
  })

  it('[J6] with unsent text the old id is brought along, after the new one', async () => {
    let closed = false
    const honest = onUpdate
    onUpdate = (bytes, answer, socket) => {
      if (closed) honest(bytes, answer, socket)
      else socket.emit('closed', { code: 'replaced', message: 'Open elsewhere.' })
      closed = true
    }
    const provider = start()
    await provider.whenSynced()
    type(provider, 'mine')
    await provider.whenSaved()
    expect(joins[1]?.clients.map(({ id }) => id >= 2 ** 31)).toEqual([false, true])
    expect(serverText()).toBe('mine')
  })
})

describe('healing', () => {
  it('[B7] texts that differ are synced once, and when they still differ the text goes aside as diverged', async () => {
    onDigest = () => false
    const provider = start()
    const refused: string[] = []
    provider.on('refused', ({ code }, text) => refused.push(code, text))
    type(provider, 'mine')
    await provider.whenSynced()
    await eventually(() => expect(provider.status).toBe('refused'))
    expect(refused).toEqual(['diverged', 'mine'])
    expect(joins).toHaveLength(2)
  })

  it('[B7] texts that are the same are compared once per seq', async () => {
    let asked = 0
    onDigest = () => {
      asked++
      return true
    }
    const provider = start()
    type(provider, 'a')
    await provider.whenSaved()
    await eventually(() => expect(asked).toBe(1))
    for (let i = 0; i < 3; i++) {
      await heardBy(provider, () => io.emit('heartbeat', beat))
      // The wait for rest that the heartbeat began is over.
      await eventually(() => expect([...clock.pending.values()]).not.toContain(limits.digestRestMs))
    }
    await provider.chat.send('a round trip').catch(() => undefined)
    expect(asked).toBe(1)
  })

  it('[B6] a heartbeat with a higher seq makes it join again', async () => {
    const provider = start()
    await provider.whenSynced()
    io.emit('heartbeat', { seq: 5, usage: { textLength: 0, stateBytes: 0, structs: 0 } })
    await eventually(() => expect(joins.length).toBeGreaterThan(1))
  })
})

describe('the end', () => {
  it('after destroy no timer is left, nothing is sent, and those who wait are told', async () => {
    onUpdate = () => undefined
    const provider = start()
    await provider.whenSynced()
    type(provider, 'x')
    const saved = provider.whenSaved()
    provider.disconnect()
    const chat = provider.chat.send('hello')
    await provider.destroy()
    await expect(saved).rejects.toThrow()
    await expect(chat).rejects.toThrow()
    expect(clock.pending.size).toBe(0)
    type(provider, 'y')
    expect([provider.status, clock.pending.size]).toEqual(['offline', 0])
    await expect(start({ autoConnect: false }).destroy()).resolves.toBeUndefined()
    expect(clock.pending.size).toBe(0)
  })

  it('destroyed in the middle of connecting, waiting or joining, it stays quiet', async () => {
    onJoin = (_request, socket) => {
      socket.conn.close()
      return {}
    }
    for (const rounds of [0, 1, 2]) {
      const provider = start({ socket: { reconnectionDelay: 5 } })
      const waiting = provider.whenSynced()
      await eventually(() => expect(joins.length).toBeGreaterThanOrEqual(rounds))
      await provider.destroy()
      await expect(waiting).rejects.toThrow()
      expect(clock.pending.size).toBe(0)
      joins = []
    }
  })

  it('observers of the page that throw do not keep remote text out or break the connection', async () => {
    const errors = console.error
    console.error = () => undefined
    doc.current.getText('content').insert(0, 'remote')
    const provider = start()
    provider.doc.getText('content').observe(() => {
      throw new Error('of the page')
    })
    await provider.whenSynced()
    console.error = errors
    expect(provider.doc.getText('content').toString()).toBe('remote')
    expect([provider.status, joins.length]).toEqual(['live', 1])
  })
})
