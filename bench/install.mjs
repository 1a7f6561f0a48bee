// Installs what the comparison needs, where it is not there yet: the peers, and a newer Node for those that ask for one. What
// cannot be had is said and left out; the table has a line for it.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** ms since epoch; 0 where there is no such file. */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

for (const folder of ['.', 'node22']) {
  const at = (path) => fileURLToPath(new URL(`${folder}/${path}`, import.meta.url))
  // npm writes this file last; what it installed before the list of peers changed is not all of them.
  if (changedAt(at('node_modules/.package-lock.json')) >= changedAt(at('package-lock.json'))) continue
  console.log(`Installing what bench/${folder} compares with …`)
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: at('.'), stdio: 'inherit' })
  if (status !== 0) console.error(`bench/${folder} could not be installed: its peers are left out.`)
}
