// One tab of a browser: a real provider with a real journal, and somebody who types into it.
import { type IDBPDatabase, unwrap } from 'idb'
import * as Y from 'yjs'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import { type Journal, NoJournal } from '../../client/sync/journal.ts'
import { Provider } from '../../client/sync/provider.ts'
import type { SeqLedger } from '../../client/sync/seq-ledger.ts'
import { textName } from '../../shared/protocol.ts'
import { type Edit, type Marks, marksIn } from './marks.ts'
import type { Network } from './network.ts'
import { ProcessClock } from './timeline.ts'

/** What the tabs of one person share. Without a database nothing outlives a tab. */
export type Browser = { secret: string; database: IDBFactory | undefined; skewMs: number }

export type TabPlace = { documentId: string; key: string; browser: Browser; tabId: string; isViewer: boolean }

type TabHost = {
  network: Network
  marks: Marks
  complain(words: string): void
  /** It was said that this is saved. */
  promised(edit: Edit): void
}

/** The insides of a transaction of the fake database that a crash needs. */
type FakeDatabase = {
  _rawDatabase: { transactions: { db: unknown; mode: string; _state: string; _abort(name: null): void }[] }
}

export class Tab {
  readonly provider: Provider
  readonly clock: ProcessClock
  readonly place: TabPlace
  readonly edits: Edit[] = []
  /** What it holds is of a history that the server has lost: it has to be refused, and nothing of it may get in. */
  isOfAnotherLineage = false
  readonly #host: TabHost
  readonly #journal: Journal

  constructor(place: TabPlace, host: TabHost) {
    this.place = place
    this.#host = host
    const { documentId, key, browser } = place
    const { secret, skewMs } = browser
    const clock = new ProcessClock(host.network.timeline, { skewMs })
    this.clock = clock
    if (browser.database === undefined) this.#journal = new NoJournal()
    else {
      globalThis.indexedDB = browser.database
      this.#journal = new IndexedDbJournal(documentId, place.tabId, clock)
    }
    const person = { name: place.tabId, color: 1, secret }
    const options = { url: 'virtual:', documentId, key, doc: new Y.Doc(), person }
    this.provider = new Provider(options, { clock, journal: this.#journal, connect: host.network.connectFrom(clock) })
    this.provider.on('saved', (state) => {
      if (state.kind === 'saved') this.#savedWasSaid()
    })
    this.#watchForGaps()
    this.provider.on('refused', (refusal) => {
      const isRight = this.isOfAnotherLineage && refusal.code === 'lineage-changed'
      if (!isRight) host.complain(`${place.tabId} was refused: ${JSON.stringify(refusal)}`)
    })
    this.provider.on('synced', () => {
      if (this.isOfAnotherLineage) host.complain(`${place.tabId} got in with the text of another lineage`)
    })
  }

  get text(): string {
    return this.provider.doc.getText(textName).toString()
  }

  /** Replaces `removed` marks from the one at `at` on by `typed` new ones, in one transaction. */
  edit(at: number, removed: number, typed: number): void {
    const content = this.provider.doc.getText(textName)
    const there = marksIn(this.text)
    const from = at % (there.length + 1)
    const deleted = there.slice(from, from + removed)
    const added = Array.from({ length: typed }, () => this.#host.marks.next())
    if (deleted.length + added.length === 0 || this.isOfAnotherLineage) return
    const edit = this.#host.marks.made(added, deleted)
    this.edits.push(edit)
    const offset = there.slice(0, from).join('').length
    this.provider.doc.transact(() => {
      if (deleted.length > 0) content.delete(offset, deleted.join('').length)
      if (added.length > 0) content.insert(offset, added.join(''))
    })
    this.provider.whenSaved().then(
      () => this.#promise(edit),
      () => undefined,
    )
    if (this.place.browser.database === undefined) return
    void this.#journal.flushed().then(() => {
      if (!this.clock.stopped) edit.kept = true
    })
  }

  /** The person closes it. */
  close(): void {
    this.#orphan()
    void this.provider.destroy()
  }

  /** It is gone in this instant; what its database has not begun to commit is not written. */
  crash(): void {
    this.clock.stop()
    this.#orphan()
    this.#host.network.pageDied(this.clock)
    const inside = this.#journal as unknown as { closed: boolean; opened?: IDBPDatabase; rollCall?: { close(): void } }
    inside.closed = true
    inside.rollCall?.close()
    if (inside.opened === undefined) return
    const database = unwrap(inside.opened)
    for (const transaction of [...(database as unknown as FakeDatabase)._rawDatabase.transactions]) {
      const isOpen = transaction._state === 'active' || transaction._state === 'inactive'
      if (transaction.db === database && transaction.mode === 'readwrite' && isOpen) transaction._abort(null)
    }
    database.close()
  }

  /** Where nothing was lost nothing is missing: who joins again all the same has forgotten what it knew. */
  #watchForGaps(): void {
    const { ledger } = (this.provider as unknown as { core: { ledger: SeqLedger } }).core
    const isMissing = (from: number) => {
      if (this.isOfAnotherLineage || this.#host.network.takeLoss(this.clock)) return
      this.#host.complain(`${this.place.tabId} misses something before ${from}, though nothing was lost`)
    }
    const judge = ledger.broadcast.bind(ledger)
    ledger.broadcast = (from, to) => {
      const verdict = judge(from, to)
      if (verdict === 'gap') isMissing(from)
      return verdict
    }
    const isBehind = ledger.isBehind.bind(ledger)
    ledger.isBehind = (seq) => {
      const verdict = isBehind(seq)
      if (verdict) isMissing(seq)
      return verdict
    }
  }

  #orphan(): void {
    for (const edit of this.edits) edit.orphaned = true
  }

  #savedWasSaid(): void {
    const { unsavedCount } = this.provider
    if (unsavedCount > 0) this.#host.complain(`${this.place.tabId} says saved with ${unsavedCount} unsaved`)
    for (const edit of this.edits) this.#promise(edit)
  }

  #promise(edit: Edit): void {
    if (edit.promised || this.clock.stopped) return
    edit.promised = true
    this.#host.promised(edit)
  }
}
