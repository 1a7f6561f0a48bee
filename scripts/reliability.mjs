// Runs everything that damages a server on purpose, and puts what it measured into docs/reliability.md: `npm run reliability`.
// LONG=1 takes the long forms, most of an hour. Other arguments are passed on to vitest, to run a part: its lines are replaced.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const page = join(root, 'docs', 'reliability.md')
const [begin, end] = ['<!-- figures -->\n', '<!-- end of figures -->\n']
const files = ['test/faults', 'test/convergence/kills', 'test/convergence/disk-full', 'test/convergence/cut-anywhere']
files.push('test/integration/drain', 'test/integration/slow-reader')

const chosen = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'scriptorium-figures-'))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const run = spawnSync(process.execPath, [vitest, 'run', ...(chosen.length > 0 ? chosen : files)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FIGURES: folder },
})
const figures = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
rmSync(folder, { recursive: true, force: true })

const text = readFileSync(page, 'utf8')
const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
const known = chosen.length > 0 ? rowsOf(text.slice(from, to)) : new Map()
const date = new Date().toISOString().slice(0, 10)
for (const { fault, figures: measured } of figures) {
  const words = Object.entries(measured).map(([name, value]) => `${name}: ${spaced(value)}`)
  known.set(fault, `| ${fault} | ${words.join('; ')} | ${process.env.LONG ? 'long' : 'short'}, ${date} |`)
}
const table = ['| Fault | Measured | Form, date |', '|---|---|---|', ...[...known].sort(byName).map(([, row]) => row)]
const memory = Math.round(totalmem() / 2 ** 30)
const command = '`npm run reliability`, with `LONG=1` where it says long,'
const machine = `${command} on ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${memory} GB, Node ${process.versions.node}`
writeFileSync(page, `${text.slice(0, from)}\n${machine}:\n\n${table.join('\n')}\n\n${text.slice(to)}`)
console.log(`${figures.length} lines in docs/reliability.md`)
process.exitCode = run.status ?? 1

function rowsOf(old) {
  const rows = old.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Fault'))
  return new Map(rows.map((row) => [row.split('|')[1].trim(), row]))
}

function byName([a], [b]) {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1
}

/** Thousands apart. */
function spaced(value) {
  return typeof value === 'number' && Math.abs(value) >= 10_000 ? value.toLocaleString('en') : String(value)
}
