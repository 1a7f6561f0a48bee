// The preview of one open document as signals: made anew a moment after the text rests, while anybody looks at it.
import { type Signal, signal } from '@preact/signals'
import type { DocumentSession } from '../pages/document-session.ts'
import type { Rendered } from './messages.ts'
import { RenderError, Renderer } from './renderer.ts'

/** A pause of this long after a change; more where a preview takes longer. */
const restMsMin = 80
const restMsMax = 1_500
/** After one that took too long: it will again. */
const restAfterSlowMs = 5_000

export class Preview {
  readonly rendered: Signal<Rendered | undefined> = signal(undefined)
  readonly problem: Signal<RenderError['kind'] | undefined> = signal(undefined)
  private readonly session: DocumentSession
  private readonly renderer = new Renderer()
  private users = 0
  private restMs = restMsMin
  private timer: ReturnType<typeof setTimeout> | undefined
  private isBusy = false
  private isDue = false

  private constructor(session: DocumentSession) {
    this.session = session
  }

  /** The one of this document. It works from `use` until the returned function was called as often. */
  static of(session: DocumentSession): Preview {
    const known = previews.get(session)
    const preview = known ?? new Preview(session)
    previews.set(session, preview)
    return preview
  }

  use(): () => void {
    if (this.users++ === 0) {
      this.session.text.observe(this.onText)
      this.soon(0)
    }
    return () => {
      if (--this.users > 0) return
      this.session.text.unobserve(this.onText)
      clearTimeout(this.timer)
      this.timer = undefined
      this.renderer.close()
    }
  }

  private readonly onText = (): void => this.soon(this.restMs)

  private soon(afterMs: number): void {
    this.isDue = true
    // Not put off by every further letter: who writes without a pause sees his text, too.
    if (this.isBusy) return
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      void this.render()
    }, afterMs)
  }

  private async render(): Promise<void> {
    this.isBusy = true
    this.isDue = false
    const started = performance.now()
    try {
      const rendered = await this.renderer.render(this.session.text.toString(), 'page')
      this.rendered.value = rendered
      this.problem.value = undefined
      this.restMs = Math.min(restMsMax, Math.max(restMsMin, 2 * (performance.now() - started)))
    } catch (error) {
      if (this.users > 0) this.problem.value = error instanceof RenderError ? error.kind : 'failed'
      this.restMs = restAfterSlowMs
    }
    this.isBusy = false
    if (this.isDue && this.users > 0) this.soon(this.restMs)
  }
}

const previews = new WeakMap<DocumentSession, Preview>()
