// What a test measured, kept for docs/reliability.md: one file per line of its table, in the folder that FIGURES names. Without
// it nothing is kept; the tests judge by their expectations, never by a figure.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether this is the long form. */
export const isLong = Boolean(process.env.LONG)

/** What was measured, by name with its unit: `{'acked edits': 312, 'lost': 0}`. Numbers are rounded to three digits. */
export type Figures = Record<string, number | string>

/** `fault`: the line of the table, the same words each time. A later report of the same line replaces the first. */
export function report(fault: string, figures: Figures): void {
  const folder = process.env.FIGURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const name = fault.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ fault, figures: rounded(figures) }))
}

function rounded(figures: Figures): Figures {
  const round = (n: number) => (Math.abs(n) >= 1_000 ? Math.round(n) : Number(n.toPrecision(3)))
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? round(value) : value]),
  )
}

/** Milliseconds from now to the call of the returned function. */
export function stopwatch(): () => number {
  const start = performance.now()
  return () => performance.now() - start
}

/** The value below which `share` of all lie; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
