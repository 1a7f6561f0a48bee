// What `npm run lives` does: many seeds, or one with everything that happens in it.
import { hunt, shrink } from './hunt.ts'
import { live } from './life.ts'
import { lifeOf, literalOf } from './steps.ts'

/** `<first seed> <how many>`, or one seed to be told everything about. Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const [from = 1, count] = args.map(Number)
  if (count === undefined) {
    const outcome = await live(lifeOf(from), (line) => console.log(line))
    console.log(outcome)
    return outcome.problem === undefined ? 0 : 1
  }
  const start = performance.now()
  const found = await hunt(from, count)
  const lives = found?.livesTried ?? count
  const ms = performance.now() - start
  console.log(`${lives} lives, ${Math.round((lives / ms) * 60_000)} a minute`)
  if (found === undefined) return 0
  console.log(`seed ${found.life.seed}: ${found.outcome.problem}`)
  const short = await shrink(found.life)
  console.log(`${found.life.steps.length} steps made ${short.steps.length}: ${(await live(short)).problem}`)
  console.log(literalOf(short))
  return 1
}
