// What the server says of the documents in the list: how they are called now and who is in them. Asked gently, and only
// while somebody looks.
import { type Signal, signal } from '@preact/signals'
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { type Asked, type Glance, lookUp } from './api.ts'

type GoneGlance = Extract<Glance, { kind: 'gone' }>

export class Glances {
  readonly all: Signal<ReadonlyMap<DocumentId, Glance>> = signal(new Map())
  /** The server did not answer the last time. */
  readonly isUnanswered: Signal<boolean> = signal(false)
  private readonly asked: () => readonly Asked[]
  private readonly gone: (link: Asked, glance: GoneGlance) => void
  private timer: ReturnType<typeof setTimeout> | undefined
  private isAsking = false
  private isOver = false
  private pauseMs: number = limits.lookupEveryMs

  /** `asked`: the documents to ask for, read each time. `gone`: told once of each that is. */
  constructor(asked: () => readonly Asked[], gone: (link: Asked, glance: GoneGlance) => void) {
    this.asked = asked
    this.gone = gone
    document.addEventListener('visibilitychange', this.look)
    this.look()
  }

  close(): void {
    this.isOver = true
    document.removeEventListener('visibilitychange', this.look)
    clearTimeout(this.timer)
  }

  private readonly look = (): void => {
    clearTimeout(this.timer)
    if (this.isOver || this.isAsking || document.visibilityState !== 'visible') return
    this.isAsking = true
    void this.ask().finally(() => {
      this.isAsking = false
      if (!this.isOver) this.timer = setTimeout(this.look, this.pauseMs)
    })
  }

  private async ask(): Promise<void> {
    const known = this.all.peek()
    // What is gone does not come back, and wrong keys are counted.
    const documents = this.asked().filter(({ id }) => known.get(id)?.kind !== 'gone')
    try {
      for (let i = 0; i < documents.length && !this.isOver; i += limits.lookupsMax) {
        const some = documents.slice(i, i + limits.lookupsMax)
        const found = await lookUp(some)
        this.all.value = new Map([...this.all.peek(), ...found])
        for (const link of some) {
          const glance = found.get(link.id)
          if (glance?.kind === 'gone') this.gone(link, glance)
        }
      }
      this.isUnanswered.value = false
      this.pauseMs = limits.lookupEveryMs
    } catch (error) {
      this.isUnanswered.value = !(error instanceof AppError && error.code === 'rate-limited')
      // Who was there a while ago is no news: nobody is shown until the server answers again.
      this.all.value = new Map([...this.all.peek()].filter(([, glance]) => glance.kind === 'gone'))
      this.pauseMs = Math.min(this.pauseMs * 2, limits.lookupEveryMs * 8)
    }
  }
}
