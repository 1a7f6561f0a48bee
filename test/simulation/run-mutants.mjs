// The command `npm run mutants`: how many lives it takes until each deliberate bug is found. Exit code 1 if one is not. The
// rarest show once in a thousand lives; whatever draws chances in another order moves them.
import { load } from './mutation.mjs'

const [livesMax = 3_000, only = ''] = process.argv.slice(2)
const { mutants } = await load('mutants.ts')
let missed = 0
for (const mutant of mutants) {
  if (!mutant.name.includes(only)) continue
  const { hunt } = await load('hunt.ts', mutant)
  const found = await hunt(1, Number(livesMax))
  if (found === undefined) missed++
  const lives = found === undefined ? 'NOT FOUND' : String(found.livesTried)
  console.log(`${lives.padStart(9)}  ${mutant.name}: ${found?.outcome.problem.slice(0, 90) ?? ''}`)
}
console.log(missed === 0 ? 'every mutant was found' : `${missed} mutants were not found`)
process.exitCode = missed === 0 ? 0 : 1
