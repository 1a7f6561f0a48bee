// What of a document's page is open: panel, dialog, the title's field, and whether one sees the text, its preview or both.
import { type Signal, signal } from '@preact/signals'
import { type PageStorage, readJson, writeJson } from '../ui/storage.ts'

export type PanelName = 'people' | 'chat' | 'outline'
export type DialogName = 'palette' | 'settings' | 'shortcuts' | 'language'

export const viewModes = ['write', 'both', 'read'] as const
export type ViewMode = (typeof viewModes)[number]

const storageName = 'scriptorium.view'
/** CSS pixels up to which a panel is a sheet above the text; the styles have the same number. */
const sheetWidth = 840

export class DocumentView {
  readonly panel: Signal<PanelName | undefined> = signal(undefined)
  readonly dialog: Signal<DialogName | undefined> = signal(undefined)
  readonly isRenaming: Signal<boolean> = signal(false)
  readonly mode: Signal<ViewMode>
  private readonly storage: PageStorage

  constructor(storage: PageStorage) {
    this.storage = storage
    const kept = readJson(storage, storageName)
    this.mode = signal(viewModes.find((mode) => mode === kept) ?? 'write')
  }

  toggle(panel: PanelName): void {
    if (this.panel.peek() === panel) this.closePanel()
    else this.panel.value = panel
  }

  /** The focus goes back to where the panel was opened. */
  closePanel(): void {
    document.querySelector<HTMLElement>(`[data-panel="${this.panel.peek()}"]`)?.focus()
    this.panel.value = undefined
  }

  /** For who is led to a place in the text: on a small screen the panel covers it. */
  uncoverText(): void {
    if (this.panel.peek() && innerWidth <= sheetWidth) this.closePanel()
  }

  show(mode: ViewMode): void {
    this.mode.value = mode
    writeJson(this.storage, storageName, mode)
  }
}
