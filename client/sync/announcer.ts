// Tells the page when status or save state changed, and only then.
import type { Emitter } from './emitter.ts'
import type { ProviderEvents, ProviderStatus, SaveState } from './types.ts'

export class Announcer {
  private readonly emitter: Emitter<ProviderEvents>
  private status: ProviderStatus = 'connecting'
  private saved = ''

  constructor(emitter: Emitter<ProviderEvents>) {
    this.emitter = emitter
  }

  tellStatus(status: ProviderStatus): void {
    if (status === this.status) return
    this.status = status
    this.emitter.emit('status', status)
  }

  tellSaved(state: SaveState, unsavedCount: number): void {
    const saved = JSON.stringify([state, unsavedCount])
    if (saved === this.saved) return
    this.saved = saved
    this.emitter.emit('saved', state)
  }
}
