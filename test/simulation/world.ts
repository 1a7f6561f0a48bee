// Everything that lives in one life: the server's process, its disk, the network, and four tabs of two people. What happens
// to them is in life.
import { IDBFactory } from 'fake-indexeddb'
import { recordWrite, UpdateLog } from '../../server/update-log.ts'
import type { DocumentId, Key, PersonId } from '../../shared/ids.ts'
import { checkServer, readDisk } from './checks.ts'
import { VirtualDisk } from './disk.ts'
import { type Edit, Marks } from './marks.ts'
import { Network } from './network.ts'
import type { Settings } from './steps.ts'
import { type Browser, Tab } from './tab.ts'
import { ProcessClock, type Timeline } from './timeline.ts'
import { VirtualServer } from './virtual-server.ts'

/** The last tab only reads; tabs 0 and 1 are of one browser, 2 and 3 of another. */
export const tabCount = 4

/** Ends a life at the first thing that is wrong: what follows from it says nothing. */
class Wrong extends Error {}

export class World {
  problem: string | undefined
  readonly timeline: Timeline
  readonly marks = new Marks()
  readonly network: Network
  readonly disk: VirtualDisk
  /** Lines that are stored, as their senders were told. */
  readonly saidLines: string[] = []
  /** Whether a commit vanished from the disk: then there is another lineage, and who held the first one is refused. */
  isDamaged = false
  readonly #settings: Settings
  readonly #browsers: Browser[]
  readonly #tabs: (Tab | undefined)[] = Array.from({ length: tabCount })
  /** Tabs that were open once: they come back in the end, for what is in their browsers. */
  readonly #known = new Set<number>()
  #server: VirtualServer | undefined
  #serverClock: ProcessClock | undefined
  #cancelStart: () => void = () => undefined
  #lines = 0
  #document: { id: DocumentId; own: Key; edit: Key; view: Key } | undefined

  constructor(settings: Settings, timeline: Timeline) {
    this.#settings = settings
    this.timeline = timeline
    this.network = new Network(timeline)
    this.disk = new VirtualDisk(timeline)
    const [least, most] = settings.latencyMs
    this.network.latency = { least, most }
    this.#browsers = settings.databases.map((hasDatabase, index) => ({
      secret: `browser${index}`.padEnd(22, 'x'),
      database: hasDatabase ? new IDBFactory() : undefined,
      skewMs: settings.skewsMs[index as 0 | 1],
    }))
  }

  get server(): VirtualServer | undefined {
    return this.#server
  }

  get document(): { id: DocumentId; own: Key; edit: Key; view: Key } {
    return this.#document!
  }

  /** Keeps the first. */
  readonly complain = (words: string): void => {
    this.timeline.note(`WRONG ${words}`)
    this.problem ??= words
  }

  /** Lets so much time go by. Throws when something was wrong. */
  async pass(ms: number): Promise<void> {
    await this.timeline.runUntil(this.timeline.now + ms)
    if (this.problem !== undefined) throw new Wrong(this.problem)
  }

  async passUntil(isSo: () => boolean): Promise<void> {
    for (let i = 0; !isSo() && i < 1_000; i++) await this.pass(5)
    if (!isSo()) this.complain('it never came about')
  }

  /** A server, a document, and somebody who opens it. */
  async begin(): Promise<void> {
    this.#startServer(0)
    await this.passUntil(() => this.#server !== undefined)
    const made = this.#server!.documents.create({ title: 'Life', text: '', language: 'markdown' })
    void made.then(({ id, keys }) => {
      this.#document = { id, ...keys }
    })
    await this.passUntil(() => this.#document !== undefined)
    this.tab(0)
  }

  // ── The server ──────────────────────────────────────────────────────────────────────────────────────────────────

  #startServer(afterMs: number): void {
    const clock = new ProcessClock(this.timeline, { workMs: this.#settings.workMs })
    this.#serverClock = clock
    this.#cancelStart()
    this.#cancelStart = this.timeline.at(this.timeline.now + afterMs, () => {
      void VirtualServer.start(this, clock, this.complain).then((server) => {
        this.#server = server
      })
    })
  }

  /** `powerCut`: the whole machine goes, and so many batches that were not synced happen to be there afterwards. */
  async killServer(downMs: number, powerCut: number | undefined, meanwhile?: () => Promise<void>): Promise<void> {
    this.checkSessions()
    this.#serverClock?.stop()
    this.#server?.kill(powerCut !== undefined)
    this.#server = undefined
    if (powerCut !== undefined) await this.disk.powerCut(powerCut)
    await this.checkPromises('after a kill')
    await meanwhile?.()
    this.#startServer(downMs)
  }

  /** SIGTERM, and the next process once that one has ended. */
  drainServer(downMs: number): void {
    const server = this.#server
    if (server === undefined || server.isDraining) return
    void server.drain().then(() => {
      if (this.#server !== server) return
      this.#server = undefined
      this.#startServer(downMs)
    })
  }

  /**
   * While no server runs, a commit vanishes from the disk that the next one needs. What was promised is void; who held the
   * first history must never get into the second.
   */
  async loseRecord(a: number, downMs: number): Promise<void> {
    // Without power: answers of the first history must not be on their way any more.
    await this.killServer(downMs, Number.POSITIVE_INFINITY, async () => {
      const { tail } = await new UpdateLog(this.disk.content).load(this.document.id)
      if (this.isDamaged || tail.length < 2) return
      const { seq } = tail[a % (tail.length - 1)]!
      await this.disk.lose(recordWrite(this.document.id, { seq, time: 0, parts: [] }).key)
      this.isDamaged = true
      this.marks.forgetAll()
      for (const tab of this.open) tab.isOfAnotherLineage = tab.provider.lineage !== undefined
      // Who is still reading what his browser keeps would not be known for one of the first history.
      for (let i = 0; i < tabCount; i++) if (this.#tabs[i]?.isOfAnotherLineage === false) this.end(i, 'crash')
      // What browsers keep of the first history is offered to people, not merged: that is for the tests of the journal.
      for (const browser of this.#browsers) if (browser.database !== undefined) browser.database = new IDBFactory()
    })
  }

  async checkPromises(when: string): Promise<void> {
    const complain = (words: string) => this.complain(`${when}: ${words}`)
    // Until it is opened again a damaged log holds what the next server will make of it.
    if (this.isDamaged) return
    const text = await readDisk(this.disk.safeContent, this.document.id, complain)
    const broken = this.marks.brokenPromise(text)
    if (broken !== undefined) complain(`on disk ${broken}`)
  }

  checkSessions(): void {
    if (this.#server !== undefined) checkServer(this.#server, this.complain)
  }

  // ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The tab of that number, opened if it is not. */
  tab(number: number): Tab {
    const index = number % tabCount
    const open = this.#tabs[index]
    if (open !== undefined) return open
    this.#known.add(index)
    const isViewer = index === tabCount - 1
    const { id, own, edit, view } = this.document
    const key = isViewer ? view : index === 0 ? own : edit
    const browser = this.#browsers[index >> 1]!
    const { network, marks, complain } = this
    const host = { network, marks, complain, promised: (edit: Edit) => this.#checkDurable(edit) }
    const tab = new Tab({ documentId: id, key, browser, tabId: `tab${index}`, isViewer }, host)
    this.#tabs[index] = tab
    return tab
  }

  /** One of those who may write. */
  writer(number: number): Tab {
    return this.tab(number % (tabCount - 1))
  }

  end(number: number, how: 'close' | 'crash'): void {
    const index = number % tabCount
    this.#tabs[index]?.[how]()
    this.#tabs[index] = undefined
  }

  get open(): Tab[] {
    return this.#tabs.filter((tab) => tab !== undefined)
  }

  /** A line for all, or for one person. */
  say(tab: Tab, to?: PersonId): void {
    const line = `line ${++this.#lines}`
    tab.provider.chat.send(line, to === undefined ? {} : { to }).then(
      () => to === undefined && !tab.clock.stopped && this.saidLines.push(line),
      () => undefined,
    )
  }

  /** Everybody who ever was here comes (back); who was refused for the history he held looks at the document anew. */
  openKnown(): void {
    for (const index of this.#known) {
      if (this.#tabs[index]?.isOfAnotherLineage && this.#tabs[index].provider.status === 'refused')
        this.end(index, 'crash')
    }
    for (const index of this.#known) this.tab(index).provider.connect()
  }

  #checkDurable(edit: Edit): void {
    // Of what was deleted before it was sent nobody ever sees the letters.
    const missing = edit.typed.filter((mark) => !this.disk.marks.has(mark) && !this.marks.isDeleted(mark))
    if (missing.length > 0) this.complain(`said to be saved, but never synced: ${missing}`)
  }
}
