// A client that speaks the bare protocol, for tests of its rules: it decides itself what to send, and keeps all it
// hears. What a well-behaved client does is the provider's business.
import { io, type Socket } from 'socket.io-client'
import * as Y from 'yjs'
import { type ClientToken, type Lineage, platformRandom, toBase64url } from '../../shared/ids.ts'
import {
  type Answer,
  type ClientClaim,
  type JoinAnswer,
  protocolVersion,
  textName,
  type UpdateAnswer,
} from '../../shared/protocol.ts'
import { clientWireParser } from '../../shared/wire.ts'
import type { TestDocument } from './server.ts'

export type Heard = { event: string; args: unknown[] }

export class RawClient {
  readonly socket: Socket
  readonly doc = new Y.Doc()
  /** Every event from the server, in order. */
  readonly heard: Heard[] = []
  readonly secret = toBase64url(platformRandom(16))
  joined: JoinAnswer | undefined
  claims: ClientClaim[] = []
  /** Whether it was connected and is no more. */
  hasEnded = false

  constructor(url: string, options: Record<string, unknown> = {}) {
    this.socket = io(url, {
      parser: clientWireParser,
      auth: { protocol: protocolVersion },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    })
    this.socket.once('disconnect', () => {
      this.hasEnded = true
    })
    this.socket.onAny((event: string, ...args: unknown[]) => {
      const ack = args.at(-1)
      this.heard.push({ event, args: typeof ack === 'function' ? args.slice(0, -1) : args })
    })
  }

  get text(): string {
    return this.doc.getText(textName).toString()
  }

  of(event: string): Heard[] {
    return this.heard.filter((heard) => heard.event === event)
  }

  /** Resolves when connected; rejects with what the server said against it. */
  connected(): Promise<void> {
    if (this.socket.connected) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve)
      this.socket.once('connect_error', reject)
    })
  }

  /** Sends an event with an ack and resolves with what the ack brought. */
  ask(event: string, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        settle()
        reject(new Error(`no answer to ${event}: ${reason}`))
      }
      const timer = setTimeout(() => fail('it took too long'), 15_000)
      const settle = () => {
        clearTimeout(timer)
        this.socket.off('disconnect', fail)
      }
      this.socket.once('disconnect', fail)
      this.socket.emit(event, ...args, (...answer: unknown[]) => {
        settle()
        resolve(answer)
      })
    })
  }

  /** Joins with the doc's state vector, and applies the state that comes with the answer. */
  async join(
    document: TestDocument,
    options: { role?: 'own' | 'edit' | 'view'; lineage?: Lineage; stateVector?: Uint8Array; request?: object } = {},
  ): Promise<Answer<JoinAnswer>> {
    const request = {
      documentId: document.id,
      key: document.keys[options.role ?? 'edit'],
      clients: this.claims,
      person: { secret: this.secret, name: 'Tester', color: 1 },
      ...(options.lineage === undefined ? {} : { lineage: options.lineage }),
      ...options.request,
    }
    const stateVector = options.stateVector ?? Y.encodeStateVector(this.doc)
    const [answer, , update] = (await this.ask('join', request, stateVector)) as [
      Answer<JoinAnswer>,
      Uint8Array,
      Uint8Array,
    ]
    if (answer.ok) {
      this.joined = answer
      this.claims = answer.clients as { id: ClientClaim['id']; token: ClientToken }[]
      if (update !== undefined) Y.applyUpdate(this.doc, update, 'server')
      // Last: Yjs takes another id when somebody else's update brings structures of its own one.
      this.doc.clientID = answer.clientId
    }
    return answer
  }

  /** Makes an edit in the doc and returns its Yjs v1 update. */
  edit(change: (text: Y.Text) => void): Uint8Array {
    const before = Y.encodeStateVector(this.doc)
    let update: Uint8Array | undefined
    const listen = (bytes: Uint8Array) => {
      update = bytes
    }
    this.doc.on('update', listen)
    this.doc.transact(() => change(this.doc.getText(textName)))
    this.doc.off('update', listen)
    return update ?? Y.encodeStateAsUpdate(this.doc, before)
  }

  async sendUpdate(bytes: Uint8Array): Promise<Answer<UpdateAnswer>> {
    const [answer] = await this.ask('update', bytes)
    return answer as Answer<UpdateAnswer>
  }

  /** Types at the end and waits until that is durable. */
  async type(text: string): Promise<UpdateAnswer> {
    const answer = await this.sendUpdate(this.edit((content) => content.insert(content.length, text)))
    if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
    return answer
  }

  /** Applies every update that was heard; what was applied before changes nothing. */
  applyHeard(): void {
    for (const heard of this.of('update')) Y.applyUpdate(this.doc, heard.args[1] as Uint8Array, 'server')
  }

  /** Resolves when the connection is over. */
  disconnected(): Promise<void> {
    return this.hasEnded ? Promise.resolve() : new Promise((resolve) => this.socket.once('disconnect', () => resolve()))
  }

  close(): void {
    this.socket.disconnect()
    this.doc.destroy()
  }
}
