// Very many marks in little memory: of each author the stretches of numbers that are in. Those who write for hours leave
// few gaps behind.

/** e.g. ⟦3-17⟧: the 17th edit of author 3. Nobody types inside of one or deletes part of one. */
export type Mark = string

export class MarkSet {
  size = 0
  /** By author, ascending: where a stretch begins, where it is over, where the next begins, … */
  private readonly boundsOf = new Map<number, number[]>()

  /** What it costs: stretches that touch are one. */
  get stretches(): number {
    return [...this.boundsOf.values()].reduce((sum, bounds) => sum + bounds.length / 2, 0)
  }

  has(mark: Mark): boolean {
    const [author, number] = numbersIn(mark)
    return isWithin(passed(this.boundsOf.get(author) ?? [], number))
  }

  add(mark: Mark): void {
    const [author, number] = numbersIn(mark)
    const bounds = this.boundsOf.get(author) ?? []
    this.boundsOf.set(author, bounds)
    const at = passed(bounds, number)
    if (isWithin(at)) return
    this.size++
    const [isOnEnd, isOnBegin] = [bounds[at - 1] === number, bounds[at] === number + 1]
    const own = [...(isOnEnd ? [] : [number]), ...(isOnBegin ? [] : [number + 1])]
    bounds.splice(isOnEnd ? at - 1 : at, Number(isOnEnd) + Number(isOnBegin), ...own)
  }
}

function numbersIn(mark: Mark): [author: number, number: number] {
  const [author, number] = mark.slice(1, -1).split('-').map(Number)
  return [author!, number!]
}

/** How many bounds stand at or before a number. */
function passed(bounds: readonly number[], number: number): number {
  let [low, high] = [0, bounds.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (bounds[middle]! <= number) low = middle + 1
    else high = middle
  }
  return low
}

/** After as many bounds. */
const isWithin = (count: number) => count % 2 === 1
