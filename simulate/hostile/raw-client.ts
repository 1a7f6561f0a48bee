// A client that speaks the bare protocol and decides itself what to send.
import { io, type Socket } from 'socket.io-client'
import * as Y from 'yjs'
import { platformRandom, toBase64url } from '../../shared/ids.ts'
import { type Answer, type JoinAnswer, protocolVersion } from '../../shared/protocol.ts'
import { clientWireParser } from '../../shared/wire.ts'
import type { TargetDocument } from '../target.ts'

/** An answer that takes longer does not come. */
const answerMsMax = 10_000

export class RawClient {
  readonly doc = new Y.Doc()
  private readonly socket: Socket

  constructor(url: string) {
    const auth = { protocol: protocolVersion }
    this.socket = io(url, {
      parser: clientWireParser,
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    })
  }

  get isConnected(): boolean {
    return this.socket.connected
  }

  /** Whether a connection came about. */
  connected(): Promise<boolean> {
    return this.first('connect', 'connect_error')
  }

  /** What the ack brought; `undefined` when the connection ended first, or it took too long. */
  ask(event: string, ...args: unknown[]): Promise<unknown[] | undefined> {
    if (!this.socket.connected) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const settle = (answer: unknown[] | undefined) => {
        clearTimeout(timer)
        this.socket.off('disconnect', none)
        resolve(answer)
      }
      const none = () => settle(undefined)
      const timer = setTimeout(none, answerMsMax)
      this.socket.once('disconnect', none)
      this.socket.emit(event, ...args, (...answer: unknown[]) => settle(answer))
    })
  }

  /** Joins with the key, and takes the state that comes with the answer. */
  async join(document: TargetDocument, key: string, request: object = {}): Promise<Answer<JoinAnswer> | undefined> {
    const whole = {
      documentId: document.id,
      key,
      clients: [],
      person: { secret: toBase64url(platformRandom(16)), name: 'Mallory', color: 1 },
      ...request,
    }
    const answer = await this.ask('join', whole, Y.encodeStateVector(this.doc))
    const [said, , update] = (answer ?? []) as [Answer<JoinAnswer>?, Uint8Array?, Uint8Array?]
    if (said?.ok && update !== undefined) Y.applyUpdate(this.doc, update, 'server')
    if (said?.ok) this.doc.clientID = said.clientId
    return said
  }

  /** Says something without asking for an answer. */
  tell(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args)
  }

  /** One WebSocket message as it is. */
  sendRaw(message: string | Uint8Array): void {
    const { engine } = this.socket.io as unknown as { engine?: { transport?: { ws?: { send(data: unknown): void } } } }
    engine?.transport?.ws?.send(message)
  }

  close(): void {
    this.socket.disconnect()
    this.doc.destroy()
  }

  /** Whether the first event comes before the second one, and in time. */
  private first(event: string, other: string): Promise<boolean> {
    if (this.socket.connected) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = (is: boolean) => {
        clearTimeout(timer)
        resolve(is)
      }
      const timer = setTimeout(() => settle(false), answerMsMax)
      this.socket.once(event, () => settle(true))
      this.socket.once(other, () => settle(false))
    })
  }
}
