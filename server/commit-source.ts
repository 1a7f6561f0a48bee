// What the commit queue takes: things with changes that wait. Knows neither the queue nor the store.
import type { AppError } from '../shared/errors.ts'
import type { StoreWrite } from './store/store.ts'

/** Something with changes that wait: a room. */
export interface CommitSource {
  /** clock.monotonic() before which it would rather not be in a batch: what comes until then goes with it. Default 0. */
  readonly notBefore?: number
  /**
   * Called once when a batch forms: hands over all that waits and gives it its seq. The writes are kept byte for byte
   * until they are durable. When it throws, nothing of it is in the batch and `failed` is called.
   */
  form(): StoreWrite[]
  /** What form() gave is durable. Called in the order of submission, before any later form() of this source. */
  committed(): void
  /** form() threw this (or gave what is no write): what waited is not in any batch and will not be. */
  failed?(error: AppError): void
}

/** The source behind write(). */
export class OwnWrite implements CommitSource {
  readonly #writes: StoreWrite[]
  readonly committed: () => void
  readonly failed: (error: AppError) => void

  constructor(writes: StoreWrite[], committed: () => void, failed: (error: AppError) => void) {
    this.#writes = writes
    this.committed = committed
    this.failed = failed
  }

  form(): StoreWrite[] {
    return this.#writes
  }
}

/** Bytes of keys and values. */
export const writeBytes = (write: StoreWrite) => write.key.length + (write.type === 'put' ? write.value.length : 0)

/** Throws TypeError for what a store would refuse by its shape. */
export function assertWrite(write: StoreWrite): void {
  const whole =
    write.key instanceof Uint8Array &&
    (write.type === 'del' || (write.type === 'put' && write.value instanceof Uint8Array))
  if (!whole) throw new TypeError('not a write of the store')
}
