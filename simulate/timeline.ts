// What happened when: faults and incidents on one time line, bounded, for the report and for a failure's folder.

/** Seconds since the run began. `untilS`: when it was over, for what lasts. */
export type Happening = { atS: number; untilS?: number; kind: string; what: string }

/** More are counted and not kept. */
const happeningsMax = 20_000

export class Timeline {
  readonly happenings: Happening[] = []
  readonly counts = new Map<string, number>()
  private readonly startedAt = performance.now()

  get nowS(): number {
    return (performance.now() - this.startedAt) / 1_000
  }

  /** Returns what to call when it is over. */
  add(kind: string, what: string): () => void {
    const happening: Happening = { atS: this.nowS, kind, what }
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    if (this.happenings.length < happeningsMax) this.happenings.push(happening)
    return () => {
      happening.untilS = this.nowS
    }
  }
}

/** The last lines of what one client went through. */
export class EventLog {
  private lines: string[] = []
  private dropped = 0
  private readonly timeline: Timeline

  constructor(timeline: Timeline) {
    this.timeline = timeline
  }

  add(line: string): void {
    this.lines.push(`${this.timeline.nowS.toFixed(3).padStart(9)}  ${line}`)
    if (this.lines.length < 2 * logLinesMax) return
    this.dropped += this.lines.length - logLinesMax
    this.lines = this.lines.slice(-logLinesMax)
  }

  get text(): string {
    const first = this.dropped === 0 ? [] : [`(${this.dropped} earlier lines are gone)`]
    return `${[...first, ...this.lines].join('\n')}\n`
  }
}

const logLinesMax = 5_000
