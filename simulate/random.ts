// Randomness that can be had again. It repeats the choices of a run; how a real network and disk interleave with them does not.

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

  /** A whole number, both ends included. Throws RangeError for ends that are none: halves of letters break a Y.Text. */
  between(least: number, most: number): number {
    if (!Number.isInteger(least) || !Number.isInteger(most)) throw new RangeError(`no whole numbers: ${least}, ${most}`)
    return least + this.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.below(2 ** 20) < probability * 2 ** 20
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('there is nothing to pick from')
    return list[this.below(list.length)] as T
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list]
    return list.map(() => rest.splice(this.below(rest.length), 1)[0] as T)
  }

  /** Letters of one, two and three UTF-8 bytes, spaces and line ends. */
  words(length: number): string {
    const letters = 'etaoin shrdlu äéß 漢字 —\n'
    return Array.from({ length }, () => letters[this.below(letters.length)]).join('')
  }
}

/** How a person paces what they do. Not for waiting until something is so. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
