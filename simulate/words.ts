// The verdict as lines for a terminal.
import { faultNames } from './faults/fault-list.ts'
import type { LatencySummary } from './measure.ts'
import { replayCommand } from './options.ts'
import type { Outcome } from './run.ts'
import type { Check } from './verdict.ts'

const signs: Readonly<Record<Check['state'], string>> = { ok: '✓', failed: '✗', open: '–' }
/** Failures of one check that are shown; all of them are in the evidence. */
const failuresShown = 6

/** Everything that the command prints at its end. */
export function verdictLines({ scene, verdict, wallSeconds }: Outcome, evidence: string | undefined): string[] {
  const { measure, options, timeline } = scene
  const lines = ['']
  for (const { state, title, detail, failures } of verdict.checks) {
    lines.push(`${signs[state]} ${title}${detail === '' ? '' : `: ${detail}`}`)
    for (const failure of failures.slice(0, failuresShown)) lines.push(`    ${failure}`)
    if (failures.length > failuresShown) lines.push(`    and ${failures.length - failuresShown} more`)
  }
  const faults = faultNames.flatMap((name) => {
    const number = timeline.counts.get(name) ?? scene.tally.get(name)
    return options.faults[name] === undefined ? [] : [`${name} ${number ?? 0}`]
  })
  lines.push('')
  lines.push(`${measure.edits} edits in ${wallSeconds.toFixed(0)} s, the time of faults included:`)
  lines.push(`  saved          ${latency(measure.saved.summary)}`)
  if (measure.seen.count > 0) lines.push(`  seen by others ${latency(measure.seen.summary)}`)
  lines.push(`Faults: ${faults.length === 0 ? 'none' : faults.join(', ')}`)
  if (scene.tally.has('disk cannot be filled here'))
    lines.push('The disk was not filled: that needs prlimit (Linux, util-linux).')
  lines.push(`Again: ${replayCommand(options)}`)
  if (evidence !== undefined) lines.push(`What everybody held and went through is in ${evidence}`)
  lines.push('', verdict.line)
  return lines
}

const latency = ({ p50, p95, p99, max }: LatencySummary) =>
  `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, at most ${ms(max)}`

/** Milliseconds as a person reads them. */
export const ms = (value: number): string =>
  value >= 1_000
    ? `${(value / 1_000).toFixed(1)} s`
    : value >= 10
      ? `${Math.round(value)} ms`
      : `${value.toFixed(1)} ms`
