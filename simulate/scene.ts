// What everybody in a simulation shares: the server, the document, the chance, the books, and what was seen to be wrong.
import { type Audit, describeFinding, type Finding } from './audit.ts'
import type { Measure } from './measure.ts'
import type { SimulateOptions } from './options.ts'
import type { Probes } from './probes.ts'
import type { Random } from './random.ts'
import type { OwnServer } from './server-process.ts'
import type { Target, TargetDocument } from './target.ts'
import type { Timeline } from './timeline.ts'

/** Which check of the verdict something belongs to. */
export type CheckId =
  | 'quiet'
  | 'same'
  | 'disk'
  | 'kept'
  | 'durable'
  | 'saved'
  | 'marks'
  | 'presence'
  | 'trace'
  | 'hostile'
  | 'cold'
  | 'readonly'
  | 'corrupt'
  | 'errors'
  | 'memory'

/** What must not be, and was. Bounded: the first ones say what is wrong. */
export class Incidents {
  readonly list: { check: CheckId; atS: number; what: string }[] = []
  private readonly nowS: () => number
  private readonly heard: (what: string) => void
  dropped = 0

  /** `heard` is told of each as it happens. */
  constructor(nowS: () => number, heard: (what: string) => void = () => undefined) {
    this.nowS = nowS
    this.heard = heard
  }

  add(check: CheckId, what: string): void {
    if (this.list.length < incidentsToldMax) this.heard(what)
    if (this.list.length < incidentsMax) this.list.push({ check, atS: this.nowS(), what })
    else this.dropped++
  }

  of(check: CheckId): string[] {
    return this.list
      .filter((incident) => incident.check === check)
      .map(({ atS, what }) => `at ${atS.toFixed(1)} s: ${what}`)
  }
}

const incidentsMax = 1_000
const incidentsToldMax = 20

export type Scene = {
  options: SimulateOptions
  /** The command that starts a server: the built main. */
  main: string
  target: Target
  document: TargetDocument
  /** Absent with --url. */
  server: OwnServer | undefined
  random: Random
  audit: Audit
  probes: Probes
  measure: Measure
  timeline: Timeline
  incidents: Incidents
  /** How often something was done or looked at, for the lines of the verdict. */
  tally: Map<string, number>
  /** The first author's number: above all that the document had before. */
  firstNumber: number
  /** A Yjs client id that wrote in the document before and will not again: bad updates speak for it. */
  oldClientId: number | undefined
}

export function count({ tally }: Pick<Scene, 'tally'>, what: string, by = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + by)
}

/** Findings become incidents of `check`; marks that are torn, doubled or made up, and "Saved", have checks of their own. */
export function blame(
  { incidents }: Pick<Scene, 'incidents'>,
  check: CheckId,
  where: string,
  findings: Finding[],
): void {
  for (const finding of findings) {
    const { kind } = finding
    const isOdd = kind === 'twice' || kind === 'unknown' || kind === 'torn'
    const own = isOdd ? 'marks' : kind === 'lost-though-saved' ? 'saved' : check
    incidents.add(own, `${where}: ${describeFinding(finding)}`)
  }
}
