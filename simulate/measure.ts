// Latencies, throughput and memory of a run: histograms over all of it, and one row a second.

/** Each bucket of a histogram is that much wider than the one before: percentiles are right to about two percent. */
export const bucketGrowth = 1.04
const bucketMs = (index: number) => 0.1 * bucketGrowth ** index
const bucketOf = (ms: number) =>
  Math.max(0, Math.min(400, Math.round(Math.log(Math.max(ms, 0.1) / 0.1) / Math.log(bucketGrowth))))

/** Milliseconds, in buckets that grow. */
export class Histogram {
  private buckets: number[] = []
  count = 0
  max = 0

  record(ms: number): void {
    const bucket = bucketOf(ms)
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1
    this.count++
    this.max = Math.max(this.max, ms)
  }

  /** The least time that this share (0–1) of all stays within; 0 when there is nothing. */
  at(share: number): number {
    let seen = 0
    for (const [index, count] of this.buckets.entries()) {
      seen += count ?? 0
      if (seen >= share * this.count && seen > 0) return Math.min(bucketMs(index), this.max)
    }
    return this.max
  }

  /** [ms, count] of every bucket that has something. */
  get bars(): [ms: number, count: number][] {
    return this.buckets.flatMap((count, index): [number, number][] => (count ? [[bucketMs(index), count]] : []))
  }

  get summary(): LatencySummary {
    const { count, max } = this
    return { count, p50: this.at(0.5), p95: this.at(0.95), p99: this.at(0.99), max }
  }
}

/** All but `count` in ms. */
export type LatencySummary = { count: number; p50: number; p95: number; p99: number; max: number }

/** What one second was like. Latencies in ms of what ended in it, bytes of memory; absent where it is not known. */
export type Second = {
  atS: number
  edits: number
  saved: number
  savedP50: number
  savedP99: number
  seenP50: number
  seenP99: number
  live: number
  unsaved: number
  serverBytes?: number
  serverCpu?: number
  toolBytes: number
  /** How late timers of this process were at worst: above some 100 ms it measures itself. */
  lagMs: number
}

/** Rows that are kept; of longer runs every second one goes each time there are that many. */
const secondsMax = 4_096

export class Measure {
  /** From an edit to its being saved, and from an edit to its being in somebody else's copy. */
  readonly saved = new Histogram()
  readonly seen = new Histogram()
  seconds: Second[] = []
  private editsNow = 0
  private savedNow = new Histogram()
  private seenNow = new Histogram()
  private lagNow = 0
  edits = 0

  madeEdit(): void {
    this.edits++
    this.editsNow++
  }

  wasSaved(ms: number): void {
    this.saved.record(ms)
    this.savedNow.record(ms)
  }

  wasSeen(ms: number): void {
    this.seen.record(ms)
    this.seenNow.record(ms)
  }

  wasLate(ms: number): void {
    this.lagNow = Math.max(this.lagNow, ms)
  }

  /** Ends a second. */
  tick(facts: Pick<Second, 'atS' | 'live' | 'unsaved'> & Partial<Pick<Second, 'serverBytes' | 'serverCpu'>>): Second {
    const { savedNow, seenNow } = this
    const second: Second = {
      ...facts,
      edits: this.editsNow,
      saved: savedNow.count,
      savedP50: savedNow.at(0.5),
      savedP99: savedNow.at(0.99),
      seenP50: seenNow.at(0.5),
      seenP99: seenNow.at(0.99),
      toolBytes: process.memoryUsage.rss(),
      lagMs: this.lagNow,
    }
    this.seconds.push(second)
    if (this.seconds.length > secondsMax) this.seconds = this.seconds.filter((_, i) => i % 2 === 0)
    this.editsNow = 0
    this.lagNow = 0
    this.savedNow = new Histogram()
    this.seenNow = new Histogram()
    return second
  }
}
