// Looks for lives that go wrong, and makes those that do as short as they get.
import { live, type Outcome } from './life.ts'
import { type Life, lifeOf, type Step } from './steps.ts'

export type Found = { life: Life; outcome: Outcome; livesTried: number }

/** Lives the seeds `from` to `from + count - 1`; the first that goes wrong. */
export async function hunt(from: number, count: number): Promise<Found | undefined> {
  for (let i = 0; i < count; i++) {
    const life = lifeOf(from + i)
    const outcome = await live(life)
    if (outcome.problem !== undefined) return { life, outcome, livesTried: i + 1 }
  }
  return undefined
}

/** What kind of problem it is: without numbers, ids and what stands behind them. */
const kindOf = (problem: string | undefined) => problem?.replace(/tab\d/, 'tab').replace(/[\d[{"].*/s, '')

/** The same life with fewer steps in which the same kind of thing goes wrong. Tries at most `triesMax` lives. */
export async function shrink(life: Life, triesMax = 200): Promise<Life> {
  const kind = kindOf((await live(life)).problem)
  let { steps } = life
  let tries = 0
  const fails = async (fewer: readonly Step[]) => kindOf((await live({ ...life, steps: fewer })).problem) === kind
  for (let size = steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = steps.length - size; at >= 0 && tries < triesMax; at -= size) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)]
      tries++
      if (await fails(fewer)) steps = fewer
    }
  }
  return { ...life, steps }
}
