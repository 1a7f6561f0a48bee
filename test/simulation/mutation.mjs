// Loads a module of the simulation with one place of the product's source changed. Plain JavaScript, because it is what
// loads the TypeScript.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The exports of a TypeScript file of this folder; with a mutant, of a world in which that is the product. */
export async function load(name, mutant) {
  const plugins = mutant === undefined ? [] : [mutation(mutant)]
  const command = fileURLToPath(new URL(name, import.meta.url))
  const { module } = await runnerImport(command, { root, configFile: false, logLevel: 'error', plugins })
  return module
}

/** Fails loudly unless the place is there exactly once: a mutant that changes nothing proves nothing. */
export function assertOnce({ name, file, find }) {
  const count = readFileSync(`${root}${file}`, 'utf8').split(find).length - 1
  if (count !== 1) throw new Error(`The mutant that ${name} finds its place in ${file} ${count} times.`)
}

function mutation(mutant) {
  assertOnce(mutant)
  return {
    name: 'mutation',
    enforce: 'pre',
    transform(code, id) {
      if (id.split('?')[0] !== `${root}${mutant.file}`) return undefined
      return code.replace(mutant.find, () => mutant.replace)
    },
  }
}
