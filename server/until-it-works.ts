// For what must happen as soon as the disk lets it: tries again, with growing pauses.
import { limits } from '../shared/limits.ts'
import type { Clock } from './clock.ts'

type Options = { clock: Clock; failed(error: unknown): void; isOver(): boolean }

/** What the first attempt that works gives; `undefined` once it is over. Never rejects. */
export async function untilItWorks<T>(attempt: () => Promise<T>, options: Options): Promise<T | undefined> {
  const { clock, failed, isOver } = options
  for (let delayMs: number = limits.reopenDelayMsMin; ; delayMs = Math.min(delayMs * 2, limits.reopenDelayMsMax)) {
    if (isOver()) return undefined
    try {
      return await attempt()
    } catch (error) {
      failed(error)
    }
    await new Promise<void>((resolve) => clock.after(delayMs, resolve))
  }
}
