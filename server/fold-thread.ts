// Folds logs in a thread of its own, so that nobody's edits wait for it: one after the other. The thread starts with the
// first log and ends when there has been none for a while, or when one takes too long: Yjs cannot be interrupted.
import { Worker } from 'node:worker_threads'
import { AppError } from '../shared/errors.ts'
import { limits } from '../shared/limits.ts'
import type { Seq } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Snapshot, StoredLog } from './update-log.ts'

/** To the thread and back. `n` pairs answers with questions. */
export type FoldQuestion = { n: number; log: StoredLog; seq: Seq; measured: boolean }
export type FoldAnswer = { n: number; snapshot: Snapshot } | { n: number; error: string }

type Waiting = {
  question: FoldQuestion
  /** How often the thread was ended over it. */
  timesEnded: number
  resolve(snapshot: Snapshot): void
  reject(error: AppError): void
}

export class FoldThread {
  readonly #clock: Clock
  readonly #script: URL
  /** The thread has the first of them. */
  readonly #waiting: Waiting[] = []
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
  readonly fold = (log: StoredLog, seq: Seq, measured = false): Promise<Snapshot> => {
    if (this.#closed) return Promise.reject(this.#gone())
    return new Promise((resolve, reject) => {
      const question = { n: ++this.#lastN, log, seq, measured }
      this.#waiting.push({ question, timesEnded: 0, resolve, reject })
      if (this.#waiting.length === 1) this.#next()
    })
  }

  /** Ends the thread; who still waits is refused. */
  close(): void {
    this.#closed = true
    this.#died()
  }

  /** Gives the thread what waits first, or lets it end. */
  #next(): void {
    this.#cancelEnd()
    const first = this.#waiting[0]
    if (first === undefined) this.#cancelEnd = this.#clock.after(limits.foldThreadIdleMs, () => this.#stop())
    else {
      this.#cancelEnd = this.#clock.after(limits.foldMsMax, () => this.#giveUp())
      try {
        this.#worker ??= this.#start()
        this.#worker.postMessage(first.question)
      } catch {
        // No thread to be had, or no memory to hand the log over.
        this.#died()
      }
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#script)
    // The process may end while it waits for work.
    worker.unref()
    worker.on('message', (answer: FoldAnswer) => {
      if (this.#worker === worker) this.#hear(answer)
    })
    for (const event of ['error', 'exit'] as const) {
      worker.on(event, () => {
        if (this.#worker === worker) this.#died()
      })
    }
    return worker
  }

  #hear(answer: FoldAnswer): void {
    if (this.#waiting[0]?.question.n !== answer.n) return
    const { resolve, reject } = this.#waiting.shift()!
    if ('snapshot' in answer) resolve(answer.snapshot)
    else reject(new AppError('internal', answer.error))
    this.#next()
  }

  /** The others go first then. Once more, because a machine that slept takes long as well. */
  #giveUp(): void {
    this.#stop()
    const first = this.#waiting.shift()
    if (first === undefined) return
    if (first.timesEnded++ === 0) this.#waiting.push(first)
    else first.reject(new AppError('too-large', 'Putting this document together takes too long.'))
    this.#next()
  }

  #stop(): void {
    this.#cancelEnd()
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
  }

  #died(): void {
    this.#stop()
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone())
  }

  /** `draining` when that was wanted: then nothing is wrong. */
  #gone(): AppError {
    return new AppError(this.#closed ? 'draining' : 'internal', 'The thread that makes snapshots has ended.')
  }
}
