// Compares Scriptorium as shipped (fsync and guard on) with its peers and with bare relays, in the same run, in turns.
//   npm run bench -- [--rounds 5] [--quick] [--only hot,many] [--contenders ws-relay,hocuspocus-4] [--trace automerge-paper.json.gz]
//                    [--dist dist] [--before other-dist] [--out .tmp/bench] [--profile]
//                    [--node-args=--single-threaded-gc] [--list]
// --before takes another build of Scriptorium into the same rounds: the way to judge a change. --node-args: flags of Node for
// every server, comma between.
// Absolute figures drift from minute to minute on a shared machine: only ratios within a run mean something.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { allContenders } from './contenders.mjs'
import { describeMachine } from './machine.mjs'
import { summarise, toMarkdown } from './report.mjs'
import { allWorkloads } from './workloads/all.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    contenders: { type: 'string' },
    trace: { type: 'string' },
    dist: { type: 'string', default: join(root, 'dist') },
    before: { type: 'string' },
    out: { type: 'string', default: join(root, '.tmp/bench') },
    profile: { type: 'boolean', default: false },
    'node-args': { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1')
const out = resolve(values.out)
const contenders = allContenders({ dist: resolve(values.dist), before: values.before && resolve(values.before) })
const workloads = allWorkloads(values)

function chosen(list, names, what) {
  if (names === undefined) return list
  const wanted = names.split(',')
  const unknown = wanted.filter((name) => !list.some((entry) => entry.name === name))
  if (unknown.length > 0) throw new Error(`No ${what} called ${unknown.join(', ')}. --list shows all.`)
  return list.filter(({ name }) => wanted.includes(name))
}

const isOurs = ({ name }) => name === 'scriptorium' || name === 'before'

/** Ours takes part in everything; a peer as it keeps documents or as it does not, whichever the workload asks for. */
function takingPart({ stored = false, only = () => true }) {
  const picked = chosen(contenders, values.contenders, 'contender')
  return contenders.filter(
    (contender) => isOurs(contender) || (picked.includes(contender) && contender.stored === stored && only(contender)),
  )
}

function contextOf({ name: workload }, { name: contender }) {
  const folder = join(out, `profile-${workload}-${contender}`.replaceAll(' ', '-'))
  // The figures of a profiled server are worth nothing.
  const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
  const nodeArgs = [...(values['node-args']?.split(',') ?? []), ...profiling]
  return { out, nodeArgs, quick: values.quick, trace: values.trace && resolve(values.trace) }
}

/** All rounds of one workload. Who fails once is left out of the rest, with the reason. */
async function measure(workload) {
  const taking = takingPart(workload)
  const failures = Object.fromEntries(taking.filter(({ absent }) => absent).map(({ name, absent }) => [name, absent]))
  const runs = Object.fromEntries(taking.map(({ name }) => [name, []]))
  const prepared = new Map()
  const attempt = async (contender, action) => {
    if (failures[contender.name] !== undefined) return
    try {
      await action(contextOf(workload, contender))
    } catch (error) {
      failures[contender.name] = error.message.split('\n')[0]
      console.error(`${workload.name} ${contender.name}: ${error.message}`)
    }
  }
  if (workload.prepare !== undefined) {
    for (const contender of taking) {
      await attempt(contender, async (context) => {
        prepared.set(contender, await workload.prepare(contender, context))
      })
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const contender of taking) {
      await attempt(contender, async (context) => {
        const figures = await workload.measure(contender, context, prepared.get(contender))
        runs[contender.name].push(figures)
        const shown = workload.columns.slice(0, 4).map(({ key, title }) => `${figures[key]?.toFixed(2)} ${title}`)
        console.error(`${workload.name} ${round}/${rounds} ${contender.name}: ${shown.join(', ')}`)
      })
    }
  }
  for (const state of prepared.values()) workload.dispose(state)
  const { name, title, point, columns, goals } = workload
  return { name, title, point, columns, goals, figures: summarise(runs), failures, runs }
}

if (values.list) {
  for (const { name, title } of workloads) console.log(`${name}: ${title}`)
  for (const { name, absent, versions } of contenders) console.log(name, absent ?? versions ?? '')
  process.exit(0)
}
mkdirSync(out, { recursive: true })
const machine = describeMachine(out, contenders)
const results = { machine, command: process.argv.slice(2).join(' '), rounds, quick: values.quick, workloads: [] }
const file = join(out, `${machine.date.replaceAll(/[:.]/g, '-')}.json`)
for (const workload of chosen(workloads, values.only, 'workload')) {
  results.workloads.push(await measure(workload))
  // After each, so that what was measured is there even if the rest is not.
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
}
const markdown = toMarkdown(results)
console.log(markdown)
writeFileSync(file.replace(/json$/, 'md'), markdown)
console.error(`Written to ${file}, and as Markdown beside it`)
