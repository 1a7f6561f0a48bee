// What `npm run lives` does: many seeds, or one life with everything that happens in it.
import { type Found, hunt, shrink } from './hunt.ts'
import { live } from './life.ts'
import { pinned } from './pinned.ts'
import { type Life, lifeOf, literalOf } from './steps.ts'

/** So many are lived before the next line says how far it is. */
const livesPerLine = 1_000

/**
 * `<first seed> <how many>`; or one seed, or words of what pinned lives found, to be told everything about. Returns the exit
 * code.
 */
export async function main(args: string[]): Promise<number> {
  const [from = 1, count] = args.map(Number)
  if (count !== undefined) return many(from, count)
  const lives = Number.isNaN(from) ? pinned.filter(({ found }) => found.includes(args[0]!)) : [{ life: lifeOf(from) }]
  if (lives.length === 0) console.error(`No pinned life found ${args[0]}.`)
  let exitCode = lives.length > 0 ? 0 : 1
  for (const { life } of lives) if (!(await tell(life))) exitCode = 1
  return exitCode
}

/** Whether nothing was wrong. */
async function tell(life: Life): Promise<boolean> {
  const outcome = await live(life, (line) => console.log(line))
  console.log(outcome)
  return outcome.problem === undefined
}

async function many(from: number, count: number): Promise<number> {
  const start = performance.now()
  for (let lived = 0; lived < count; ) {
    const some = Math.min(livesPerLine, count - lived)
    const found = await hunt(from + lived, some)
    lived += found?.livesTried ?? some
    console.log(`${lived} lives, ${Math.round((lived / (performance.now() - start)) * 60_000)} a minute`)
    if (found !== undefined) return explain(found)
  }
  return 0
}

async function explain({ life, outcome }: Found): Promise<number> {
  console.log(`seed ${life.seed}: ${outcome.problem}`)
  const short = await shrink(life)
  console.log(`${life.steps.length} steps made ${short.steps.length}: ${(await live(short)).problem}`)
  console.log(literalOf(short))
  return 1
}
