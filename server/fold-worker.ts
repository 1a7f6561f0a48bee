// The other side of fold-thread: folds one log after the other, and knows nothing else.
import { constants, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import type { FoldAnswer, FoldQuestion } from './fold-thread.ts'

// Where cores are short, folding waits for people, and not they for it: already the code for it is loaded after this. Only
// Linux takes it for the thread and not for the process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
const [{ foldHere }, { threadMs }] = await Promise.all([import('./fold.ts'), import('./thread-clock.ts')])

parentPort?.on('message', ({ n, log, seq, measured }: FoldQuestion) => {
  parentPort?.postMessage(answer(n, () => foldHere(log, seq, measured ? threadMs : undefined)))
})

function answer(n: number, fold: () => ReturnType<typeof foldHere>): FoldAnswer {
  try {
    return { n, snapshot: fold() }
  } catch (error) {
    return { n, error: error instanceof Error ? error.message : String(error) }
  }
}
