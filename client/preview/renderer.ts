// The preview worker as a function with a time budget: what takes longer is ended, and the next call starts anew.
import { limits } from '../../shared/limits.ts'
import { words } from '../words/words.ts'
import type { RenderAnswer, Rendered, RenderRequest } from './messages.ts'

/** `slow`: it took longer than its budget. `failed`: the worker could not be loaded, or stopped. */
export class RenderError extends Error {
  readonly kind: 'slow' | 'failed'

  constructor(kind: 'slow' | 'failed', message: string) {
    super(message)
    this.name = 'RenderError'
    this.kind = kind
  }
}

export class Renderer {
  private worker: Worker | undefined
  private n = 0
  private stop: ((error: RenderError) => void) | undefined

  /** One at a time: a call ends the one before, which rejects. Rejects with RenderError. */
  render(text: string, kind: RenderRequest['kind']): Promise<Rendered> {
    this.stop?.(new RenderError('failed', 'a newer text came'))
    const n = ++this.n
    const worker = this.open()
    return new Promise<Rendered>((resolve, reject) => {
      const end = (error?: RenderError) => {
        clearTimeout(timer)
        this.stop = undefined
        worker.onmessage = null
        worker.onerror = null
        if (error === undefined) return
        // Whatever it is doing, it does no longer.
        worker.terminate()
        if (this.worker === worker) this.worker = undefined
        reject(error)
      }
      const timer = setTimeout(() => end(new RenderError('slow', 'the preview took too long')), limits.previewTimeoutMs)
      this.stop = end
      worker.onmessage = ({ data }: MessageEvent<RenderAnswer>) => {
        if (data.n !== n) return
        if ('failed' in data) return end(new RenderError('failed', data.failed))
        end()
        resolve(data.rendered)
      }
      worker.onerror = (event) => end(new RenderError('failed', event.message ?? 'the worker could not be loaded'))
      const say = words().preview
      const labels = { image: say.image(''), done: say.done, open: say.open, back: say.backToText }
      worker.postMessage({ n, text, kind, labels } satisfies RenderRequest)
    })
  }

  close(): void {
    this.stop?.(new RenderError('failed', 'the preview was closed'))
    this.worker?.terminate()
    this.worker = undefined
  }

  private open(): Worker {
    this.worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'preview' })
    return this.worker
  }
}
