// When the faults happen that come so many times a minute: evenly spread, each at least once, in an order from the seed.
import type { FaultName, FaultSettings } from './faults/fault-list.ts'
import type { Random } from './random.ts'

export type Appointment<Name> = { atMs: number; fault: Name }

/** Those of `names` that are on, spread over the time; `most` bounds each. */
export function schedule<Name extends FaultName>(
  random: Random,
  seconds: number,
  faults: FaultSettings,
  names: readonly Name[],
  most = Number.POSITIVE_INFINITY,
): Appointment<Name>[] {
  const all = names.flatMap((fault): Name[] => {
    const rate = faults[fault]
    if (rate === undefined) return []
    return Array.from({ length: Math.min(most, Math.max(1, Math.round((rate * seconds) / 60))) }, () => fault)
  })
  const gapMs = (seconds * 1_000) / all.length
  return random
    .shuffled(all)
    .map((fault, i) => ({ fault, atMs: Math.round((i + 0.2 + random.below(60) / 100) * gapMs) }))
}
