// Short notes at the foot of the page that go by themselves. Nothing that needs an answer belongs here.
import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'

const shownMs = 6_000
const toastsMax = 3

type Toast = { id: number; text: string }

export class Toasts {
  readonly list: Signal<readonly Toast[]> = signal([])
  private nextId = 1
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()

  show(text: string): void {
    const id = this.nextId++
    this.list.value = [...this.list.value, { id, text }].slice(-toastsMax)
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      this.list.value = this.list.value.filter((toast) => toast.id !== id)
    }, shownMs)
    this.timers.add(timer)
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }
}

export const ToastList = ({ toasts }: { toasts: Toasts }): JSX.Element => (
  <div class="toasts" role="status">
    {toasts.list.value.map(({ id, text }) => (
      <div key={id} class="toast">
        {text}
      </div>
    ))}
  </div>
)
