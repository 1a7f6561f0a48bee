// What the heap of this process holds, once nothing is left in it that could go.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use after everything was collected that nobody holds; what closes late has closed by then. */
export async function heapBytes(): Promise<number> {
  // What closes late closes in the next turns.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}
