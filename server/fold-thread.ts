// Folds logs in a thread of its own, so that nobody's edits wait for it. The thread starts with the first log and ends
// when there has been none for a while.
import { Worker } from 'node:worker_threads'
import { AppError } from '../shared/errors.ts'
import { limits } from '../shared/limits.ts'
import type { Seq } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Snapshot, StoredLog } from './update-log.ts'

/** To the thread and back. `n` pairs answers with questions. */
export type FoldQuestion = { n: number; log: StoredLog; seq: Seq }
export type FoldAnswer = { n: number; snapshot: Snapshot } | { n: number; error: string }

type Waiting = { resolve(snapshot: Snapshot): void; reject(error: AppError): void }

export class FoldThread {
  readonly #clock: Clock
  readonly #script: URL
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastN = 0
  #cancelEnd: () => void = () => undefined
  #closed = false

  /** `script`: the built server/fold-worker. */
  constructor(script: URL, clock: Clock) {
    this.#script = script
    this.#clock = clock
  }

  /** See Fold. Rejects as well when the thread dies or was closed. */
  readonly fold = (log: StoredLog, seq: Seq): Promise<Snapshot> => {
    if (this.#closed) return Promise.reject(this.#gone())
    this.#cancelEnd()
    this.#worker ??= this.#start()
    const worker = this.#worker
    const n = ++this.#lastN
    return new Promise((resolve, reject) => {
      this.#waiting.set(n, { resolve, reject })
      worker.postMessage({ n, log, seq } satisfies FoldQuestion)
    })
  }

  /** Ends the thread; who still waits is refused. */
  close(): void {
    this.#closed = true
    this.#end()
  }

  #start(): Worker {
    const worker = new Worker(this.#script)
    // The process may end while it waits for work.
    worker.unref()
    worker.on('message', (answer: FoldAnswer) => this.#hear(answer))
    for (const event of ['error', 'exit'] as const) {
      worker.on(event, () => {
        if (this.#worker === worker) this.#end()
      })
    }
    return worker
  }

  #hear(answer: FoldAnswer): void {
    const waiting = this.#waiting.get(answer.n)
    this.#waiting.delete(answer.n)
    if ('snapshot' in answer) waiting?.resolve(answer.snapshot)
    else waiting?.reject(new AppError('internal', answer.error))
    if (this.#waiting.size === 0) this.#cancelEnd = this.#clock.after(limits.foldThreadIdleMs, () => this.#end())
  }

  #end(): void {
    this.#cancelEnd()
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of all) reject(this.#gone())
  }

  /** `draining` when that was wanted: then nothing is wrong. */
  #gone(): AppError {
    return new AppError(this.#closed ? 'draining' : 'internal', 'The thread that makes snapshots has ended.')
  }
}
