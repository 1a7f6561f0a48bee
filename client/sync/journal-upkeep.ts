// What has to be done for the journal from time to time: a new base at rest, and a look for tabs that went.
import { limits } from '../../shared/limits.ts'
import type { Clock } from './clock.ts'
import type { BaseMark, LocalCopy } from './local-copy.ts'

export type UpkeepHost = {
  /** What a base would be called now; `undefined` while the document is not in step. */
  mark(): BaseMark | undefined
  /** Journals were adopted: the server has to be told their ids. */
  adopted(): void
}

export class JournalUpkeep {
  private readonly copy: LocalCopy
  private readonly clock: Clock
  private readonly host: UpkeepHost
  private cancelBase: () => void = () => undefined
  private cancelAdoption: () => void = () => undefined
  private stopped = false

  constructor(copy: LocalCopy, clock: Clock, host: UpkeepHost) {
    this.copy = copy
    this.clock = clock
    this.host = host
  }

  /** The document is not what it was: a base is written after rest, or at once when the journal has grown long. */
  changed(): void {
    if (this.stopped) return
    this.cancelBase()
    if (this.copy.baseIsDue) this.saveBase()
    const restMs = this.copy.hasBase ? limits.baseRestMs : limits.firstBaseRestMs
    this.cancelBase = this.clock.after(restMs, () => this.saveBase())
  }

  saveBase(): void {
    const mark = this.host.mark()
    if (mark !== undefined) this.copy.saveBase(mark)
  }

  /** Looks for journals of tabs that are gone, again and again. */
  watchForGoneTabs(): void {
    this.cancelAdoption = this.clock.after(limits.leaseMs, () => void this.adopt())
  }

  stop(): void {
    this.stopped = true
    this.cancelBase()
    this.cancelAdoption()
  }

  private async adopt(): Promise<void> {
    const adopted = await this.copy.adopt()
    if (this.stopped) return
    if (adopted) this.host.adopted()
    this.watchForGoneTabs()
  }
}
