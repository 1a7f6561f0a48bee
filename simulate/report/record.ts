// A run as data: what --json writes, and what the report is drawn from.

import { type FaultName, showFaults } from '../faults/fault-list.ts'
import type { LatencySummary, Second } from '../measure.ts'
import { replayCommand } from '../options.ts'
import type { Outcome } from '../run.ts'
import type { Happening } from '../timeline.ts'
import type { Check } from '../verdict.ts'

/** Raised when something that programs read changes its meaning. */
const recordVersion = 1

/** Latencies in ms, memory in bytes, times in seconds since the run began (`atS`). */
export type RunRecord = {
  version: number
  verdict: string
  isGood: boolean
  checks: Check[]
  again: string
  settings: {
    server: string
    clients: number
    seconds: number
    seed: number
    workload: string
    rate: number
    transport: string
    faults: string
  }
  endedAt: string
  wallSeconds: number
  node: string
  edits: number
  saved: LatencySummary & { bars: [ms: number, count: number][] }
  seen: LatencySummary & { bars: [ms: number, count: number][] }
  seconds: Second[]
  happenings: Happening[]
  faultCounts: Partial<Record<FaultName, number>>
  memory: Outcome['evidence']['memory']
}

export function runRecord({ scene, clients, evidence, verdict, wallSeconds }: Outcome): RunRecord {
  const { options, measure, timeline } = scene
  const { server, seconds, seed, workload, rate, transport, faults } = options
  return {
    version: recordVersion,
    verdict: verdict.line,
    isGood: verdict.isGood,
    checks: verdict.checks,
    again: replayCommand(options),
    settings: {
      server: server?.origin ?? 'its own, on a temporary folder',
      clients: clients.length,
      seconds,
      seed,
      workload: typeof workload === 'string' ? workload : `trace=${workload.trace}`,
      rate,
      transport,
      faults: showFaults(faults),
    },
    endedAt: new Date().toISOString(),
    wallSeconds,
    node: process.version,
    edits: measure.edits,
    saved: { ...measure.saved.summary, bars: measure.saved.bars },
    seen: { ...measure.seen.summary, bars: measure.seen.bars },
    seconds: measure.seconds,
    happenings: timeline.happenings,
    faultCounts: Object.fromEntries(timeline.counts),
    memory: evidence.memory,
  }
}
