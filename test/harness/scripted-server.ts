// A scripted server for the provider: a real Socket.IO server with our parser, whose answers each test writes itself, and
// a clock on which nothing waits long. Importing it starts one before each test.
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach } from 'vitest'
import * as Y from 'yjs'
import { type Clock, systemClock } from '../../client/sync/clock.ts'
import { Provider } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientToServerEvents, JoinAnswer, JoinRequest, ServerToClientEvents } from '../../shared/protocol.ts'
import { digestOf } from '../../shared/text.ts'
import { serverWireParser } from '../../shared/wire.ts'

type ServerSocket = Socket<ClientToServerEvents, ServerToClientEvents>

/** Timers of the real clock, which the test can count and hurry: with `hurry`, what would wait calls at once. */
export class HurriedClock implements Clock {
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
    // Seconds become milliseconds: order is kept, and nothing waits for real. But the times after which somebody is given
    // up stay seconds, or a busy machine would look like a dead server.
    const cancel = systemClock.after(ms < limits.answerTimeoutMs ? Math.min(ms / 100, 100) : ms / 10, entry)
    return () => {
      this.pending.delete(entry)
      cancel()
    }
  }
}

type JoinDecision = Partial<JoinAnswer> | { refuse: string }

/** The server of the running test, and what the test decides: how joins, updates and digests are answered. */
export const script = {
  http: undefined as unknown as HttpServer,
  io: undefined as unknown as Server<ClientToServerEvents, ServerToClientEvents>,
  clock: new HurriedClock(),
  onJoin: (_request: JoinRequest, _socket: ServerSocket): JoinDecision => ({}),
  onUpdate: (_bytes: Uint8Array, _answer: (answer: never) => void, _socket: ServerSocket): void => undefined,
  onDigest: (_digest: string): boolean | null => null,
  joins: [] as JoinRequest[],
  updates: [] as Uint8Array[],
  doc: new Y.Doc(),
}
let open: Provider[] = []

export const refusal = (code: string, more: object = {}) =>
  ({ ok: false, error: { code, message: 'no', ...more } }) as never

beforeEach(async () => {
  script.clock = new HurriedClock()
  script.joins = []
  script.updates = []
  script.doc = new Y.Doc()
  script.onJoin = () => ({})
  script.onDigest = (digest) => digest === digestOf(script.doc.getText('content').toString())
  let seq = 0
  script.onUpdate = (bytes, answer) => {
    Y.applyUpdate(script.doc, bytes)
    answer({ ok: true, seq: ++seq, alone: true } as never)
  }
  script.http = createServer()
  script.io = new Server(script.http, { parser: serverWireParser })
  script.io.on('connection', (socket) => {
    socket.on('join', (request, stateVector, ack) => {
      script.joins.push(request)
      const decided = script.onJoin(request, socket)
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
        settings: { title: 'Title', language: 'markdown' },
        people: [],
        presence: [],
        chat: [],
        moreChat: false,
        usage: { textLength: 0, stateBytes: 0, structs: 0 },
        ...decided,
      } as unknown as { ok: true } & JoinAnswer
      const difference = Y.encodeStateAsUpdate(script.doc, stateVector)
      ack(answer, Y.encodeStateVector(script.doc), difference)
    })
    socket.on('update', (bytes, answer) => {
      script.updates.push(bytes)
      script.onUpdate(bytes, answer as (answer: never) => void, socket)
    })
    socket.on('chat', (_line, answer) => answer(refusal('forbidden')))
    socket.on('digest', (claim, answer) => answer({ ok: true, same: script.onDigest(claim.digest) }))
  })
  await new Promise<void>((resolve) => script.http.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  open = []
  await script.io.close()
})

/** A provider on that server; it is destroyed after the test. */
export function start(extra: Partial<ProviderOptions> = {}): Provider {
  const url = `http://127.0.0.1:${(script.http.address() as AddressInfo).port}`
  const options = { url, documentId: 'D'.repeat(16), key: 'K'.repeat(22), doc: new Y.Doc(), person: { name: 'Ada' } }
  const provider = new Provider({ ...options, ...extra }, { clock: script.clock })
  open.push(provider)
  return provider
}

export const type = (provider: Provider, more: string) => {
  const text = provider.doc.getText('content')
  text.insert(text.length, more)
}
export const beat = { seq: 1, usage: { textLength: 1, stateBytes: 1, structs: 1 } }
/** Resolves when the provider has heard a heartbeat. */
export const heardBy = (provider: Provider, send: () => void) =>
  new Promise<void>((resolve) => {
    const off = provider.on('usage', () => {
      off()
      resolve()
    })
    send()
  })
export const serverText = () => script.doc.getText('content').toString()
