// What the pages of one tab have in common.
import type { Signal } from '@preact/signals'
import type { SettingsStore } from '../ui/settings.ts'
import type { PageStorage } from '../ui/storage.ts'
import type { ThemeChoice } from '../ui/theme.ts'
import type { DocumentLink, Place } from './link.ts'
import type { OwnPersonStore } from './own-person.ts'

/** What every page of this tab shares. `navigate` takes a path of this origin. */
export type PageContext = {
  place: Signal<Place>
  theme: ThemeChoice
  person: OwnPersonStore
  settings: SettingsStore
  storage: PageStorage
  navigate(path: string): void
  /** To be called when the page shows what one came for: what can wait begins then. */
  usable(): void
}

export type DocumentPageProps = { context: PageContext; link: DocumentLink }
