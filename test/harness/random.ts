// Randomness that can be had again. It repeats the choices of a test; how a real network and disk interleave with them does not.

/** The seed of this run: SEED from the environment, else a new one. */
export const runSeed: number = process.env.SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.SEED)
if (!Number.isInteger(runSeed)) throw new Error(`SEED has to be a whole number, not ${process.env.SEED}`)

/** Runs the test; whatever it throws names the seed, to be given as SEED. */
export async function withSeed(seed: number, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    throw new Error(`[SEED=${seed}] ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

/** Numbers from a seed (a counter through the finaliser of MurmurHash3: enough to choose by, nothing more). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number {
    this.state = (this.state + 0x9e3779b9) >>> 0
    let bits = this.state
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return Math.floor((((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32) * end)
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.below(2 ** 20) < probability * 2 ** 20
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('there is nothing to pick from')
    return list[this.below(list.length)] as T
  }

  /** Letters of one, two and three UTF-8 bytes, spaces and line ends. */
  words(length: number): string {
    const letters = 'etaoin shrdlu äéß 漢字 —\n'
    return Array.from({ length }, () => letters[this.below(letters.length)]).join('')
  }
}

/** How a person paces what they do. Not for waiting until something is so: that is eventually(). */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
