// The life of one document: people who come, edit, undo and go, each over a bad network of their own, until it is quiet.

import { expect } from 'vitest'
import * as Y from 'yjs'
import type { ClientSocket } from '../../client/sync/link.ts'
import { Provider } from '../../client/sync/provider.ts'
import { textName } from '../../shared/protocol.ts'
import { digestOf } from '../../shared/text.ts'
import { socketUnder } from '../../simulate/socket-under.ts'
import { noFaults, startTcpProxy, type TcpProxy } from '../../simulate/tcp-proxy.ts'
import { eventually } from '../harness/eventually.ts'
import { pause, Random } from '../harness/random.ts'
import { createDocument, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

const stepsMax = 40
const byHand = 'a person'
/** Long enough for a heartbeat and the longest back-off, on a slow machine. */
const quietMsMax = 45_000

/** What happens to the next broadcasts that reach a client. */
type Fate = 'lose' | 'repeat'

type Someone = {
  provider: Provider
  proxy: TcpProxy
  undo: Y.UndoManager
  fates: Fate[]
  twisted: ClientSocket | undefined
}

export class RandomLife {
  readonly seed: number
  private readonly random: Random
  private readonly server: TestServer
  private readonly document: TestDocument
  private people: Someone[] = []
  private readonly gone: Someone[] = []

  /** Use `begin`. */
  constructor(seed: number, server: TestServer, document: TestDocument) {
    this.seed = seed
    this.random = new Random(seed)
    this.server = server
    this.document = document
  }

  static async begin(seed: number, server: TestServer): Promise<RandomLife> {
    const life = new RandomLife(seed, server, await createDocument(server.url, { text: 'Once upon a time' }))
    for (let i = life.random.between(2, 5); i > 0; i--) await life.come()
    return life
  }

  /** Some dozens of things happen, with the pauses of people and networks. */
  async act(): Promise<void> {
    for (let i = this.random.between(stepsMax / 2, stepsMax); i > 0; i--) {
      await this.step(this.random.pick(this.people))
      if (this.random.chance(0.7)) await pause(this.random.below(12))
    }
  }

  /** Everybody is there and stays, but broadcasts get lost and come twice. */
  async actConnected(): Promise<void> {
    await this.reconnect()
    for (let i = this.random.between(stepsMax / 4, stepsMax / 2); i > 0; i--) {
      const one = this.random.pick(this.people)
      if (this.random.chance(0.2)) one.fates.push(this.random.pick(['lose', 'repeat']))
      else this.edit(one.provider.doc)
      if (this.random.chance(0.7)) await pause(this.random.below(30))
    }
  }

  /** Heals all networks, and fails unless then everybody, the server and its log hold the same, and know who is there. */
  async expectQuiet(): Promise<void> {
    for (const one of this.people) one.fates = []
    await this.reconnect()
    // Whoever lost the last broadcast sees with the next that something is missing.
    const last = this.people[0]!.provider
    last.doc.getText(textName).insert(0, 'The end. ')
    await last.whenSaved()
    await eventually(() => this.expectSame(), quietMsMax)
    expect(await textOnServer(this.server.url, this.document)).toBe(last.doc.getText(textName).toString())
  }

  async end(): Promise<void> {
    await Promise.all([...this.people, ...this.gone].map((one) => one.provider.destroy()))
    await Promise.all([...this.people, ...this.gone].map((one) => one.proxy.close()))
  }

  private async reconnect(): Promise<void> {
    for (const { proxy, provider } of this.people) {
      proxy.set(noFaults)
      provider.connect()
    }
    await eventually(() => {
      for (const { provider } of this.people) {
        expect([provider.refusal, provider.status, provider.unsavedCount]).toEqual([undefined, 'live', 0])
      }
    }, quietMsMax)
  }

  private expectSame(): void {
    const room = [...this.server.app.rooms.live()].find(({ id }) => id === this.document.id)
    expect(room?.atRest).toBe(true)
    const ids = this.people.map(({ provider }) => provider.clientId).sort()
    expect([...room!.sessions].map((session) => session.clientId).sort()).toEqual(ids)
    const there = Y.snapshot(room!.document.doc)
    for (const { provider } of this.people) {
      expect(digestOf(provider.doc.getText(textName).toString())).toBe(room!.document.digest)
      expect(Y.equalSnapshots(Y.snapshot(provider.doc), there), 'the same letters and deletions').toBe(true)
      expect(provider.seq).toBe(room!.committedSeq)
      expect(provider.people.map(({ clientId }) => clientId).sort()).toEqual(ids)
      expect([...provider.awareness.getStates().keys()].sort()).toEqual(ids)
    }
  }

  private async come(): Promise<void> {
    const { random, document } = this
    const proxy = await startTcpProxy(Number(new URL(this.server.url).port))
    const doc = new Y.Doc()
    const transports = random.pick([['websocket'], ['polling'], ['polling', 'websocket']])
    const provider = new Provider({
      url: proxy.url,
      documentId: document.id,
      key: document.keys.edit,
      doc,
      person: { name: `Person ${this.people.length}` },
      storage: 'none',
      socket: { transports, reconnectionDelay: 20, reconnectionDelayMax: 150 },
    })
    const undo = new Y.UndoManager(doc.getText(textName), { trackedOrigins: new Set([byHand]), captureTimeout: 0 })
    const one: Someone = { provider, proxy, undo, fates: [], twisted: undefined }
    provider.on('status', () => this.twist(one))
    this.people.push(one)
  }

  private async step(one: Someone): Promise<void> {
    const { random } = this
    const chance = random.below(100)
    if (chance < 66) this.edit(one.provider.doc)
    else if (chance < 72) one.undo.undo()
    else if (chance < 74) one.undo.redo()
    else if (chance < 78) one.proxy.cut()
    else if (chance < 83) one.proxy.set({ frozen: random.chance(0.5) })
    else if (chance < 86) one.proxy.set({ delayMs: random.below(60) })
    else if (chance < 87) one.proxy.set({ cutAfterBytes: random.below(2_000) })
    else if (chance < 89) one.provider.disconnect()
    else if (chance < 92) one.provider.connect()
    else if (chance < 96) one.fates.push(random.pick(['lose', 'repeat']))
    else if (chance < 98) this.point(one)
    else if (chance < 99) await this.leave(one)
    else await this.come()
  }

  private edit(doc: Y.Doc): void {
    const { random } = this
    const text = doc.getText(textName)
    doc.transact(() => {
      for (let i = random.chance(0.2) ? 3 : 1; i > 0; i--) {
        const at = random.below(text.length + 1)
        const removed = random.chance(0.4) ? Math.min(random.between(1, 10), text.length - at) : 0
        if (removed > 0) text.delete(at, removed)
        if (removed === 0 || random.chance(0.3)) {
          text.insert(at, random.words(random.chance(0.03) ? 2_000 : random.between(1, 8)))
        }
      }
    }, byHand)
  }

  private point({ provider }: Someone): void {
    const text = provider.doc.getText(textName)
    const position = Y.createRelativePositionFromTypeIndex(text, this.random.below(text.length + 1))
    provider.awareness.setLocalStateField('cursor', { anchor: position, head: position })
  }

  private async leave(one: Someone): Promise<void> {
    if (this.people.length < 2) return
    this.people = this.people.filter((other) => other !== one)
    this.gone.push(one)
    // Their network goes with them, or the server could not know.
    one.proxy.set(noFaults)
    await one.provider.destroy()
  }

  /** Puts itself between the connection and the provider, to lose and repeat broadcasts. */
  private twist(one: Someone): void {
    const socket = socketUnder(one.provider)
    if (socket === undefined || socket === one.twisted) return
    one.twisted = socket
    const [listener] = socket.listeners('update')
    socket.off('update')
    socket.on('update', (header, bytes) => {
      const fate = one.fates.shift()
      if (fate !== 'lose') listener!(header, bytes)
      if (fate === 'repeat') listener!(header, bytes)
    })
  }
}
