// Short notes at the foot of the page that go by themselves. Nothing that needs an answer belongs here.
import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'

const shownMs = 6_000
/** With something to press: time to read it and to get there, also with keys. */
const shownWithActionMs = 20_000
const lingerMs = 2_000
const toastsMax = 3

/** What can be done about a note; it may be done again while the note stands. */
export type ToastAction = { label: string; run: () => void }
type Toast = { id: number; text: string; action: ToastAction | undefined }

export class Toasts {
  readonly list: Signal<readonly Toast[]> = signal([])
  private nextId = 1
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()

  show(text: string, action?: ToastAction): void {
    const id = this.nextId++
    this.list.value = [...this.list.value, { id, text, action }].slice(-toastsMax)
    this.goAfter(action ? shownWithActionMs : shownMs, id)
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }

  private goAfter(ms: number, id: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      // Not from under the hand of somebody who is about to press it.
      const isInUse = document.querySelector(`[data-toast="${id}"]:is(:hover, :focus-within)`) !== null
      if (isInUse) this.goAfter(lingerMs, id)
      else this.list.value = this.list.value.filter((toast) => toast.id !== id)
    }, ms)
    this.timers.add(timer)
  }
}

export const ToastList = ({ toasts }: { toasts: Toasts }): JSX.Element => (
  <div class="toasts" role="status">
    {toasts.list.value.map(({ id, text, action }) => (
      <div key={id} class="toast" data-toast={id}>
        {text}
        {action && (
          <button type="button" onClick={action.run}>
            {action.label}
          </button>
        )}
      </div>
    ))}
  </div>
)
