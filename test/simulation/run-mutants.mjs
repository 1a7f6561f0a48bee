// The command `npm run mutants`: how many lives it takes until each deliberate bug is found. Exit code 1 if one is not. The
// rarest show once in a thousand lives; whatever draws chances in another order moves them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { load } from './mutation.mjs'

const [livesMax = 3_000, only = '', alone = ''] = process.argv.slice(2)
const { mutants } = await load('mutants.ts')
const chosen = mutants.filter(({ name }) => (alone === '' ? name.includes(only) : name === alone))

async function isFound(mutant) {
  const { hunt } = await load('hunt.ts', mutant)
  const found = await hunt(1, Number(livesMax))
  const lives = found === undefined ? 'NOT FOUND' : String(found.livesTried)
  console.log(`${lives.padStart(9)}  ${mutant.name}: ${found?.outcome.problem.slice(0, 90) ?? ''}`)
  return found !== undefined
}

/** In a process of its own: what the lives of an earlier one left there would change the chances of this one. */
function isFoundAlone({ name }) {
  const args = [fileURLToPath(import.meta.url), String(livesMax), '', name]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0
}

if (alone !== '') process.exitCode = (await isFound(chosen[0])) ? 0 : 1
else {
  const missed = chosen.filter((mutant) => !isFoundAlone(mutant)).length
  console.log(missed === 0 ? 'every mutant was found' : `${missed} mutants were not found`)
  process.exitCode = missed === 0 ? 0 : 1
}
