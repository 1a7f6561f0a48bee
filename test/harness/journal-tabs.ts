// Providers as tabs of one browser: journals in one IndexedDB, tab ids given by hand, a clock that can be pushed ahead.
import * as Y from 'yjs'
import { systemClock } from '../../client/sync/clock.ts'
import { IndexedDbJournal } from '../../client/sync/indexeddb-journal.ts'
import { Provider } from '../../client/sync/provider.ts'
import type { ProviderOptions } from '../../client/sync/types.ts'
import { textName } from '../../shared/protocol.ts'
import type { TestDocument } from './server.ts'

export type Tab = {
  provider: Provider
  journal: IndexedDbJournal
  /** Characters that came back, each time some did. */
  recovered: number[]
  text(): string
  type(more: string): void
}

export class JournalTabs {
  /** ms by which the tabs' clock is ahead: tabs older than a lease are made by pushing it. */
  ahead = 0
  private readonly clock = { ...systemClock, now: () => Date.now() + this.ahead }
  private readonly url: string
  private readonly document: TestDocument
  private readonly tabs: Tab[] = []

  constructor(url: string, document: TestDocument) {
    this.url = url
    this.document = document
  }

  open(tabId: string, extra: Partial<ProviderOptions> = {}): Tab {
    const { clock, url, document } = this
    const journal = new IndexedDbJournal(document.id, tabId, clock)
    const common = { url, documentId: document.id, key: document.keys.edit, doc: new Y.Doc(), person: { name: 'Ada' } }
    const provider = new Provider({ ...common, ...extra }, { clock, journal })
    const recovered: number[] = []
    provider.on('recovered', ({ characters }) => recovered.push(characters))
    const content = provider.doc.getText(textName)
    const tab = {
      provider,
      journal,
      recovered,
      text: () => content.toString(),
      type: (more: string) => content.insert(content.length, more),
    }
    this.tabs.push(tab)
    return tab
  }

  /** Opens, syncs, goes offline, types; all of it is in the journal. */
  async typeOffline(tabId: string, typed: string): Promise<Tab> {
    const tab = this.open(tabId)
    await tab.provider.whenSynced()
    tab.provider.disconnect()
    tab.type(typed)
    await tab.journal.flushed()
    return tab
  }

  async end(): Promise<void> {
    await Promise.all(this.tabs.map(({ provider }) => provider.destroy()))
  }
}

/** The tab's process is gone: no goodbye, nothing more is sent. What was written by then is in the database. */
export async function crash(tab: Tab): Promise<void> {
  await tab.journal.flushed()
  await tab.journal.crash()
  await tab.provider.destroy()
}
