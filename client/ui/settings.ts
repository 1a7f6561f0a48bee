// What this browser's person prefers, in every document. Kept in localStorage, shared by all tabs; what is broken there
// falls back to the default, field by field.
import { type Signal, signal } from '@preact/signals'
import { type PageStorage, readJson, writeJson } from './storage.ts'

const storageName = 'scriptorium.settings'

export const tabSizes = [2, 4, 8] as const

export type PageSettings = {
  lineNumbers: boolean
  wrap: boolean
  /** Columns. */
  tabSize: (typeof tabSizes)[number]
  spellcheck: boolean
  vim: boolean
  othersCursors: boolean
  /** Whether others see where this person's cursor is. */
  myCursor: boolean
  /** Whether others may follow this person. */
  followable: boolean
  announceEdits: boolean
}

export const defaultPageSettings: PageSettings = {
  lineNumbers: false,
  wrap: true,
  tabSize: 4,
  spellcheck: true,
  vim: false,
  othersCursors: true,
  myCursor: true,
  followable: true,
  announceEdits: false,
}

/** Settings from whatever was kept. */
export function parsePageSettings(value: unknown): PageSettings {
  const kept = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const settings = { ...defaultPageSettings }
  for (const name of Object.keys(settings) as (keyof PageSettings)[]) {
    const field = kept[name]
    if (name === 'tabSize') settings.tabSize = tabSizes.find((size) => size === field) ?? settings.tabSize
    else if (typeof field === 'boolean') settings[name] = field
  }
  return settings
}

export class SettingsStore {
  readonly now: Signal<PageSettings>
  private readonly storage: PageStorage

  constructor(storage: PageStorage) {
    this.storage = storage
    this.now = signal(parsePageSettings(readJson(storage, storageName)))
  }

  change(change: Partial<PageSettings>): void {
    // Read again: another tab may have written since.
    const next = { ...parsePageSettings(readJson(this.storage, storageName)), ...change }
    writeJson(this.storage, storageName, next)
    this.now.value = next
  }

  /** Follows changes made in other tabs until the returned function is called. */
  follow(): () => void {
    const onStorage = (event: StorageEvent) => {
      if (event.key === storageName) this.now.value = parsePageSettings(readJson(this.storage, storageName))
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }
}
