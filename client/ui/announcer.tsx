// What screen readers are told: one polite region, fed at a pace that can be listened to.
import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'

const paceMs = 1_000
/** Older lines are dropped: what happened ten lines ago is no news any more. */
const waitingMax = 5

export class Announcer {
  readonly line: Signal<string> = signal('')
  private waiting: string[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  say(line: string): void {
    if (this.waiting.at(-1) === line) return
    this.waiting = [...this.waiting, line].slice(-waitingMax)
    this.timer ??= setTimeout(this.next, 100)
  }

  close(): void {
    clearTimeout(this.timer)
    this.waiting = []
  }

  private readonly next = (): void => {
    const [line] = this.waiting
    this.timer = line === undefined ? undefined : setTimeout(this.next, paceMs)
    // A region that has the same words again is not read again: it is empty in between, and when all is said.
    const isNew = line !== undefined && line !== this.line.value
    this.line.value = isNew ? line : ''
    if (isNew) this.waiting.shift()
  }
}

export const Announcements = ({ announcer }: { announcer: Announcer }): JSX.Element => (
  <div class="unseen" aria-live="polite" aria-atomic="true">
    {announcer.line.value}
  </div>
)
