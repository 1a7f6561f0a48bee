// One simulated person: the real provider over a real socket, through a proxy of his own that breaks it.
import * as Y from 'yjs'
import type { ClientSocket } from '../client/sync/link.ts'
import { Provider } from '../client/sync/provider.ts'
import { personHues } from '../shared/colors.ts'
import { textName } from '../shared/protocol.ts'
import { MarkedAuthor } from './marked-author.ts'
import { Random } from './random.ts'
import type { Scene } from './scene.ts'
import { SkewedClock } from './skewed-clock.ts'
import { socketUnder } from './socket-under.ts'
import { noFaults, startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { EventLog } from './timeline.ts'

/** A document is kept this long, in UTF-16 units: an edit reads all of it, and there may be hundreds of copies. */
const tidyLength = 9_000
const tidyRange = 3_000
/** Who leaves waits so long for his text to be saved; then he stays. */
const leaveMsMax = 5_000
/** Who closes is heard within this time, or is cut off. */
const goodbyeMsMax = 2_000

const routes: Readonly<Record<string, readonly (string[] | undefined)[]>> = {
  websocket: [['websocket']],
  polling: [['polling']],
  mixed: [undefined, ['websocket'], ['polling'], undefined],
}

/** What happens to the next broadcasts that reach a client: `lose` the first, or the first that only deletes. */
export type Fate = 'lose' | 'lose-deletion'

export class SimulatedClient {
  readonly number: number
  readonly name: string
  readonly proxy: TcpProxy
  readonly clock = new SkewedClock()
  readonly log: EventLog
  readonly random: Random
  provider: Provider
  readonly author: MarkedAuthor
  /** A fault of the network holds it; a second one would end the first. */
  isTroubled = false
  /** Left, and has not come back yet. */
  isAway = false
  fates: Fate[] = []
  /** Who plays a recorded session stays: his edits stand on his own copy. */
  mayLeave = true
  /** In which he types, or will once he sees the text. */
  private writesIn: Provider | undefined
  private readonly scene: Scene
  private twisted: ClientSocket | undefined
  private unwatch: () => void = () => undefined

  /** Use `open`. */
  constructor(scene: Scene, number: number, proxy: TcpProxy) {
    const { options, timeline, measure, probes } = scene
    this.scene = scene
    this.number = number
    this.name = `Person ${number}`
    this.proxy = proxy
    this.log = new EventLog(timeline)
    this.random = new Random(options.seed * 1_009 + number)
    this.provider = this.connect()
    const workload = typeof options.workload === 'string' ? options.workload : 'typing'
    const habits = { workload, editsPerSecond: options.rate, tidyLength, tidyRange }
    this.author = new MarkedAuthor(number, this.provider, this.random, scene.audit, habits, {
      made: ({ typed, deleted }) => {
        measure.madeEdit()
        if (typed !== undefined) probes.typed(this.provider.doc)
        if (this.random.chance(0.1)) this.point()
        this.log.add(`edit ${typed ?? 'without a mark'}${deleted.length > 0 ? `, deletes ${deleted.join(' ')}` : ''}`)
      },
      saved: (_edit, ms) => measure.wasSaved(ms),
    })
  }

  static async open(scene: Scene, number: number): Promise<SimulatedClient> {
    return new SimulatedClient(scene, number, await startTcpProxy(scene.target.place))
  }

  get text(): string {
    return this.provider.doc.getText(textName).toString()
  }

  /**
   * Types as soon as he sees the text, unless a recorded session says who types what. What is typed before that stands
   * beside no letter, and Yjs searches a place for it in all that was ever written, each time somebody opens the document.
   */
  type(): void {
    if (typeof this.scene.options.workload !== 'string') return
    const { provider } = this
    this.writesIn = provider
    provider.whenSynced().then(
      () => {
        if (this.writesIn === provider) this.author.start()
      },
      () => undefined,
    )
  }

  stopTyping(): Promise<void> {
    this.writesIn = undefined
    return this.author.stop()
  }

  /** Notes what the page would show, and holds it against what is so. */
  look(): void {
    if (this.isAway || this.provider.saveState.kind !== 'saved') return
    const { author } = this
    if (author.unsavedCount > 0) {
      this.scene.incidents.add(
        'saved',
        `${this.name} was shown "Saved" with ${author.unsavedCount} edits unacknowledged`,
      )
    }
    author.seesSaved()
  }

  private point(): void {
    const text = this.provider.doc.getText(textName)
    const at = Y.createRelativePositionFromTypeIndex(text, this.random.below(text.length + 1))
    this.provider.awareness.setLocalStateField('cursor', { anchor: at, head: at })
  }

  /** Goes, with everything saved; false: it could not be saved in time, and he stays. */
  async leave(): Promise<boolean> {
    this.isAway = true
    await this.stopTyping()
    const isSaved = await withinMs(leaveMsMax, this.provider.whenSaved())
    if (!isSaved || this.provider.unsavedCount > 0 || this.author.unsavedCount > 0) {
      this.isAway = false
      return false
    }
    this.author.seesSaved()
    this.log.add('leaves')
    this.unwatch()
    await this.provider.destroy()
    return true
  }

  /** Comes back as a new tab. */
  comeBack(): void {
    this.log.add('comes back')
    this.provider = this.connect()
    this.author.provider = this.provider
    this.isAway = false
  }

  heal(): void {
    this.fates = []
    this.proxy.set(noFaults)
  }

  async close(): Promise<void> {
    await this.stopTyping()
    this.unwatch()
    await this.provider.destroy()
    // Over polling a goodbye is a request of its own: were it cut, the server would wait for the next ping in vain.
    await withinMs(goodbyeMsMax, this.proxy.whenIdle())
    await this.proxy.close()
  }

  private connect(): Provider {
    const { scene, number, proxy, clock } = this
    const { target, document, options, probes } = scene
    const route = routes[options.transport]!
    const transports = route[number % route.length]
    const doc = new Y.Doc()
    const provider = new Provider(
      {
        url: proxy.url,
        documentId: document.id,
        key: document.keys.edit,
        doc,
        person: { name: this.name, color: number % personHues.length },
        storage: 'none',
        // Servers that are found by name know only theirs.
        socket: { extraHeaders: { host: target.place.hostHeader }, ...(transports && { transports }) },
      },
      { clock },
    )
    provider.on('status', (status) => {
      this.log.add(status === 'refused' ? `refused: ${JSON.stringify(provider.refusal)}` : status)
      this.twist(provider)
    })
    provider.on('refused', ({ code, message }) => {
      scene.incidents.add('errors', `${this.name} was refused for good: ${code}: ${message}`)
    })
    provider.on('saved', (state) => {
      if (state.kind === 'delayed') this.log.add(`delayed: ${state.refusal.code}`)
    })
    this.unwatch = probes.watch(doc)
    this.twisted = undefined
    return provider
  }

  /** Puts itself between the connection and the provider, to lose broadcasts. */
  private twist(provider: Provider): void {
    const socket = socketUnder(provider)
    if (socket === undefined || socket === this.twisted) return
    this.twisted = socket
    const [listener] = socket.listeners('update')
    if (listener === undefined) return
    socket.off('update', listener)
    socket.on('update', (header, bytes) => {
      if (this.isLost(bytes)) this.log.add(`the broadcast ${header.from} to ${header.to} is lost`)
      else listener(header, bytes)
    })
  }

  private isLost(bytes: Uint8Array): boolean {
    // An update that only deletes has structures of no client.
    const index = this.fates.findIndex((fate) => fate === 'lose' || bytes[0] === 0)
    if (index === -1) return false
    const [fate] = this.fates.splice(index, 1)
    this.scene.timeline.add(fate === 'lose' ? 'broadcasts' : 'deletions', `${this.name} loses a broadcast`)
    return true
  }
}

/** Whether it was done in time. */
export async function withinMs(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const inTime = done.then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([inTime, late])
  } finally {
    clearTimeout(timer)
  }
}
