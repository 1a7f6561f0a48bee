// Turns the figures of all rounds into medians with their spread, and those into a table for people.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, release, type } from 'node:os'
import { canPin } from './servers.mjs'

const require = createRequire(import.meta.url)
/** Above this share of its core the load generator may be what was measured. */
const saturated = 0.9
/** Above this share of the time ready to run but waiting for its core, a server was slowed down by other work. */
const disturbed = 0.1
/** A server that delivers less than this of what is typed in the same time cannot keep up: its latencies have no end. */
const keptUp = 0.97

const versionOf = (name) => {
  const path = require.resolve.paths(name).map((folder) => `${folder}/${name}/package.json`)
  for (const file of path) {
    try {
      return JSON.parse(readFileSync(file, 'utf8')).version
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}

/** Where and with what this ran. `folder`: where the documents are kept. */
export function describeMachine(folder) {
  const { stdout } = spawnSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' })
  const root = new URL('..', import.meta.url)
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    os: `${type()} ${release()}`,
    filesystem: stdout?.trim() || 'unknown',
    node: process.version,
    scriptorium: JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version,
    commit: spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim(),
    packages: Object.fromEntries(['socket.io', 'yjs', 'level', 'ws'].map((name) => [name, versionOf(name)])),
    pinned: canPin,
  }
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of each figure that is a number: median, lowest and highest of the rounds. */
export function summarise(runsByPeer) {
  const summary = {}
  for (const [peer, runs] of Object.entries(runsByPeer)) {
    summary[peer] = {}
    for (const [figure, value] of Object.entries(runs[0])) {
      if (typeof value !== 'number') continue
      const values = runs.map((run) => run[figure])
      summary[peer][figure] = { median: median(values), min: Math.min(...values), max: Math.max(...values) }
    }
  }
  return summary
}

const spread = ({ median: middle, min, max }, digits) =>
  min === max ? middle.toFixed(digits) : `${middle.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

/** The ratio of each round, which drifts less than either figure. */
function ratio(runs, ours, theirs, figure) {
  return median(runs[ours].map((run, i) => run[figure] / runs[theirs][i][figure])).toFixed(2)
}

export function toMarkdown({ machine, rounds, quick, workloads, cold }) {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`)
  const lines = [
    `${machine.date.slice(0, 10)}, Scriptorium ${machine.scriptorium} (${machine.commit}), Node ${machine.node}, ${packages.join(', ')}.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}, documents on ${machine.filesystem}.`,
    `Median of ${rounds} rounds (lowest–highest), servers in turns, ${machine.pinned ? 'server on one core, load on another' : 'NOT PINNED to cores'}.`,
    ...(quick ? ['**Quick run: too short to be quoted.**'] : []),
    '',
  ]
  for (const workload of workloads) lines.push(...tableOf(workload), '')
  if (cold !== undefined) lines.push(...tableOfCold(cold), '')
  return `${lines.join('\n')}\n`
}

function tableOf({ title, peers, runs }) {
  const rows = Object.entries(peers).map(([peer, figures]) => {
    const cells = [
      spread(figures.cpuPerMillion, 2),
      spread(figures.p50, 1),
      spread(figures.p99, 1),
      `${Math.round(figures.serverLoad.median * 100)} %${figures.deliveredShare.median < keptUp ? ' **saturated**' : ''}`,
      spread(figures.residentMB, 0),
      spread(figures.kBPerConnection, 0),
      figures.missing.max === 0 && figures.missing.min === 0 ? '0' : spread(figures.missing, 0),
      `${Math.round(figures.generatorLoad.max * 100)} %${figures.generatorLoad.max > saturated ? ' **saturated**' : ''}`,
    ]
    return `| ${peer} | ${cells.join(' | ')} |`
  })
  const first = Object.values(runs)[0][0]
  const ratios = Object.keys(runs)
    .slice(1)
    .map((peer) => {
      const [cpu, p99] = ['cpuPerMillion', 'p99'].map((figure) => ratio(runs, 'scriptorium', peer, figure))
      return `scriptorium / ${peer}: CPU ${cpu}, p99 ${p99}`
    })
  return [
    `**${title}**, ${first.editBytes} bytes an edit. ${ratios.join('; ')}`,
    '',
    '| server | CPU s per million deliveries | p50 ms | p99 ms | server core | RSS MB | kB per connection | edits missing | load core (highest) |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...Object.entries(peers)
      .filter(([, figures]) => (figures.refusals?.max ?? 0) > 0)
      .map(([peer, figures]) => `\n**${peer} refused ${figures.refusals.max} updates: this run is void.**`),
    ...Object.entries(peers)
      .filter(([, figures]) => figures.serverWaited.max > disturbed)
      .map(([peer, { serverWaited }]) => {
        const share = `${Math.round(serverWaited.max * 100)} %`
        return `\n**${peer} waited for its core up to ${share} of the time: other work ran there. Not to be quoted.**`
      }),
  ]
}

const coldCases = { tail: 'after a crash while it was written', compact: 'after it was left alone' }

function tableOfCold({ source, written, cases }) {
  const rows = Object.entries(cases).map(([name, { cpuToState, cpuSettled, msToState, msToText }]) => {
    const cells = [spread(cpuToState, 1), spread(cpuSettled, 1), spread(msToState, 1), spread(msToText, 1)]
    return `| ${coldCases[name]} | ${cells.join(' | ')} |`
  })
  return [
    `**Cold open** on a server just started: ${written.edits} edits (${source}), ${written.length} characters, state of ${written.stateBytes} bytes`,
    '',
    '| document | server CPU ms until the state was there | with what it does afterwards | ms to the state | ms to the text in a Y.Doc |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]
}
