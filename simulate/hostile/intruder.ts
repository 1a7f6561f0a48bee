// Somebody with the link who wants harm: sends everything of the corpus into the document where the others write, over a
// connection of its own. What is not refused is an incident; what it does to the text is for the audit to find.
import * as Y from 'yjs'
import { makeKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, UpdateAnswer } from '../../shared/protocol.ts'
import { pause, Random } from '../random.ts'
import { count, type Scene } from '../scene.ts'
import { answeredEvents, badFrames, wrongArguments, wrongJoins } from './bad-packets.ts'
import { badUpdates } from './bad-updates.ts'
import { RawClient } from './raw-client.ts'

/** Between two attempts: rates of the server are for connections of one address, which honest clients share here. */
const pauseMs = [80, 400] as const
/** Some updates of the corpus are megabytes and seconds of work: often sent they would only measure the refusing. */
const largeOnceIn = 40

export class Intruder {
  private readonly scene: Scene
  private readonly random: Random
  private readonly client: { now: RawClient | undefined } = { now: undefined }
  private isOver = false
  private running: Promise<void> | undefined

  constructor(scene: Scene, number: number) {
    this.scene = scene
    this.random = new Random(scene.options.seed * 31 + number)
  }

  start(): void {
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.isOver = true
    await this.running
    this.client.now?.close()
  }

  private async run(): Promise<void> {
    const { random } = this
    while (!this.isOver) {
      await pause(random.between(...pauseMs))
      const kind = random.below(10)
      if (kind < 5) await this.sendBadUpdate()
      else if (kind < 6) await this.sendWrongArguments()
      else if (kind < 7) await this.sendBadFrame()
      else if (kind < 8) await this.joinWrongly()
      else if (kind < 9) await this.writeWithViewKey()
      else await this.speakForOthers()
    }
  }

  /** Joined with the key that allows writing; `undefined` while the server does not let it in. */
  private async joined(): Promise<RawClient | undefined> {
    const { document } = this.scene
    this.client.now?.close()
    const client = new RawClient(this.scene.target.origin)
    this.client.now = client
    const isIn = (await client.connected()) && (await client.join(document, document.keys.edit))?.ok
    return isIn ? client : undefined
  }

  private async sendBadUpdate(): Promise<void> {
    const client = await this.joined()
    // Of somebody who writes no more, or what is forged or not yet there might be true by the time it arrives.
    const other =
      client && [...client.doc.store.clients.keys()].find((id) => id !== client.doc.clientID && this.isGone(id))
    if (client === undefined || other === undefined) return
    const bad = this.random.pick(badUpdates)
    const bytes = bad.make(client.doc, client.doc.clientID, other)
    if (bytes.length > 1_024 && !this.random.chance(1 / largeOnceIn)) return
    if (bytes.length > limits.updateBytesMax) return
    const [answer] = ((await client.ask('update', bytes)) ?? []) as [Answer<UpdateAnswer>?]
    this.judge(answer?.ok !== true, `a bad update (${bad.name})`)
  }

  /** The text that the document began with is nobody's who is here. */
  private isGone(id: number): boolean {
    return id === this.scene.oldClientId
  }

  private async sendWrongArguments(): Promise<void> {
    const client = await this.joined()
    if (client === undefined) return
    const [name, args] = this.random.pick(wrongArguments)
    const event = this.random.pick(answeredEvents)
    if (this.random.chance(0.5)) client.tell(event, ...args)
    const [answer] = ((await client.ask(event, ...args)) ?? []) as [{ ok?: boolean }?]
    this.judge(answer?.ok !== true, `${event} with ${name}`)
  }

  private async sendBadFrame(): Promise<void> {
    const client = await this.joined()
    if (client === undefined) return
    const [name, frame] = this.random.pick(badFrames)
    client.sendRaw(frame)
    await pause(200)
    const isHarmless = name === 'an ack nobody asked for'
    this.judge(isHarmless || (await client.ask('leave')) === undefined, `a connection that sent ${name} was kept`)
  }

  private async joinWrongly(): Promise<void> {
    const { document, target } = this.scene
    const client = new RawClient(target.origin)
    if (await client.connected()) {
      const [name, request] = this.random.chance(0.1)
        ? ['a made-up key', { key: makeKey() }]
        : this.random.pick(wrongJoins)
      const answer = await client.join(document, document.keys.edit, request as object)
      this.judge(answer?.ok !== true, `a join with ${name}`)
    }
    client.close()
  }

  private async writeWithViewKey(): Promise<void> {
    const { document, target } = this.scene
    if (document.keys.view === undefined) return
    const client = new RawClient(target.origin)
    if ((await client.connected()) && (await client.join(document, document.keys.view))?.ok) {
      const before = Y.encodeStateVector(client.doc)
      client.doc.getText('content').insert(0, 'written with a link for reading')
      const [answer] = ((await client.ask('update', Y.encodeStateAsUpdate(client.doc, before))) ?? []) as [
        { ok?: boolean }?,
      ]
      this.judge(answer?.ok !== true, 'an edit with a link for reading')
    }
    client.close()
  }

  /** Floods, and presence that is none: nothing of it is answered, and nobody may notice. */
  private async speakForOthers(): Promise<void> {
    const client = await this.joined()
    if (client === undefined) return
    for (let i = 0; i < 40; i++) {
      client.tell('presence', {
        cursor: { anchor: [1, i, 0], head: [i] },
        idle: 'yes',
        clientId: this.scene.oldClientId,
      })
      client.tell('nonsense', i)
    }
    count(this.scene, 'hostile')
  }

  private judge(isRefused: boolean, what: string): void {
    count(this.scene, 'hostile')
    if (!isRefused) this.scene.incidents.add('hostile', `${what} was taken`)
  }
}
