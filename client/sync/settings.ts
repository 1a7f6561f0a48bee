// What is set for the whole document, as the server told it last.
import type { PersonEntry } from '../../shared/protocol.ts'
import { defaultSettings, type Settings } from '../../shared/settings.ts'
import type { Emitter } from './emitter.ts'
import type { ProviderEvents } from './types.ts'

export class SharedSettings {
  now: Settings = defaultSettings
  private sinceAnswer: { told?: Settings } | undefined
  private readonly emitter: Emitter<ProviderEvents>

  constructor(emitter: Emitter<ProviderEvents>) {
    this.emitter = emitter
  }

  /** As they were when this browser wrote its base; nothing when it has none. */
  loaded(settings: Settings | undefined): void {
    if (settings !== undefined) this.heard(settings)
  }

  /** A connection stands: nothing of an older one is on its way. */
  opened(): void {
    this.sinceAnswer = undefined
  }

  /** A join was answered, but its state is still on its way: what is told until it is there is newer than the answer. */
  stateArrives(): void {
    this.sinceAnswer ??= {}
  }

  /** They were changed. */
  told(settings: Settings, by: PersonEntry): void {
    if (this.sinceAnswer !== undefined) this.sinceAnswer.told = settings
    this.heard(settings, by)
  }

  /** A join answer counts: its state is here. */
  answered(settings: Settings): void {
    const newest = this.sinceAnswer?.told ?? settings
    this.sinceAnswer = undefined
    this.heard(newest)
  }

  /** `by`: who changed them, when it was told. */
  private heard(settings: Settings, by?: PersonEntry): void {
    const { title, language } = this.now
    this.now = settings
    if (settings.title === title && settings.language === language) return
    this.emitter.emit('settings', settings, by)
    if (settings.title !== title) this.emitter.emit('title', settings.title)
  }
}
