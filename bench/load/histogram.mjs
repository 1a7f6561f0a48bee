// Counts of durations: 0.05 ms fine up to 100 ms, 1 ms up to ten seconds. Adding one is an array access.
const fineMs = 0.05
const fineCount = 2_000
const coarseCount = 10_000

export class Histogram {
  counts = new Float64Array(fineCount + coarseCount)
  total = 0

  add(ms) {
    const fine = Math.max(0, Math.floor(ms / fineMs))
    this.counts[fine < fineCount ? fine : fineCount + Math.min(coarseCount - 1, Math.floor(ms - fineCount * fineMs))]++
    this.total++
  }

  clear() {
    this.counts.fill(0)
    this.total = 0
  }

  /** Upper edge of the bucket that holds that share of what was added, ms; NaN when nothing was. */
  quantile(share) {
    if (this.total === 0) return Number.NaN
    let left = share * this.total
    for (let i = 0; i < this.counts.length; i++) {
      left -= this.counts[i]
      if (left <= 0) return i < fineCount ? (i + 1) * fineMs : fineCount * fineMs + (i - fineCount + 1)
    }
    return Number.NaN
  }
}
