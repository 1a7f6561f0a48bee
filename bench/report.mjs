// Turns the figures of all rounds into medians with their spread, and those into tables for people.

/** Above this share of its core the load generator may be what was measured. */
const saturated = 0.9
/** Above this share of the time ready to run but waiting for its core, a server was slowed down by other work. */
const disturbed = 0.1
/** A server that delivers less than this of what is done in the same time cannot keep up: its latencies have no end. */
const keptUp = 0.97
const ours = 'scriptorium'

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of each figure: median, lowest and highest of the rounds that have it as a number. Who has no run is not in it. */
export function summarise(runsByContender) {
  const summary = {}
  for (const [contender, runs] of Object.entries(runsByContender)) {
    if (runs.length === 0) continue
    summary[contender] = {}
    for (const figure of new Set(runs.flatMap(Object.keys))) {
      const values = runs.map((run) => run[figure]).filter(Number.isFinite)
      if (values.length === 0) continue
      summary[contender][figure] = { median: median(values), min: Math.min(...values), max: Math.max(...values) }
    }
  }
  return summary
}

/** Ours divided by theirs, round by round, which drifts less than either figure. */
export function ratios(runs, contender, figure) {
  const pairs = runs[ours].slice(0, runs[contender].length)
  return pairs.map((run, i) => run[figure] / runs[contender][i][figure])
}

export function toMarkdown({ machine, rounds, quick, workloads }) {
  const named = ([name, version]) => `${name} ${version}`
  const packages = Object.entries(machine.packages).map(named)
  const peers = new Set(Object.values(machine.peers).flatMap((versions) => Object.entries(versions).map(named)))
  const lines = [
    `${machine.date.slice(0, 10)}, Scriptorium ${machine.scriptorium} (${machine.commit}), Node ${machine.node}, ${packages.join(', ')}.`,
    `Peers: ${[...peers].join(', ')}.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}, documents on ${machine.filesystem}, where one fdatasync takes ${machine.syncMs.toFixed(2)} ms.`,
    `Median of ${rounds} rounds (lowest–highest), servers in turns, ${machine.pinned ? 'server on one core, load on another' : 'NOT PINNED to cores'}.`,
    ...(quick ? ['**Quick run: too short to be quoted.**'] : []),
    '',
  ]
  for (const workload of workloads) lines.push(...tableOf(workload), '')
  return `${lines.join('\n')}\n`
}

function tableOf({ title, columns, goals = {}, figures, failures, runs }) {
  const compared = columns.filter(({ compare, key }) => compare && figures[ours]?.[key] !== undefined)
  const headings = [
    'server',
    ...columns.map((column) => column.title),
    ...compared.map(({ compare }) => `ours / its: ${compare}`),
  ]
  const rows = Object.entries(figures).map(([contender, measured]) =>
    row([
      contender,
      ...columns.map((column) => cell(column, measured)),
      ...compared.map(({ key }) => comparison(runs, contender, key, goals[contender]?.[key])),
    ]),
  )
  return [
    `**${title}**`,
    '',
    row(headings),
    row(headings.map(() => '---')),
    ...rows,
    ...Object.entries(failures).map(([contender, reason]) => row([contender, `not measured: ${reason}`])),
    ...remarks(figures),
  ]
}

const row = (cells) => `| ${cells.join(' | ')} |`

function cell({ key, digits, share }, measured) {
  const figure = measured[key]
  if (figure === undefined) return '—'
  const shown = (value) => (share ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits))
  const text = shown(figure.median)
  const [low, high] = [shown(figure.min), shown(figure.max)]
  return low === high ? text : `${text} (${low}–${high})`
}

function comparison(runs, contender, figure, goal) {
  if (contender === ours) return ''
  const reached = median(ratios(runs, contender, figure))
  if (!Number.isFinite(reached)) return '—'
  if (goal === undefined) return reached.toFixed(2)
  const { most = Number.POSITIVE_INFINITY, least = 0 } = typeof goal === 'number' ? { most: goal } : goal
  const isReached = reached <= most && reached >= least
  return `${reached.toFixed(2)} ${isReached ? '✓' : '✗'} (goal ${least > 0 ? `≥ ${least}` : `≤ ${most}`})`
}

function remarks(figures) {
  const found = []
  const percent = (share) => `${Math.round(100 * share)} %`
  for (const [contender, measured] of Object.entries(figures)) {
    const { refusals, serverWaited, deliveredShare, generatorLoad } = measured
    if (refusals?.max > 0) found.push(`${contender} refused ${refusals.max} updates: this run is void.`)
    if (deliveredShare?.median < keptUp) {
      found.push(
        `${contender} is saturated, it delivered ${percent(deliveredShare.median)}: its latencies only say how long the run was.`,
      )
    }
    if (generatorLoad?.max > saturated)
      found.push(`${contender}: the load generator used ${percent(generatorLoad.max)} of its core.`)
    if (serverWaited?.max > disturbed) {
      found.push(
        `${contender} waited for its core up to ${percent(serverWaited.max)} of the time: other work ran there. Not to be quoted.`,
      )
    }
  }
  return found.flatMap((remark) => ['', `**${remark}**`])
}
