// Has a change made Scriptorium slower? Compares two result files: node bench/compare.mjs before.json after.json
// [--threshold 0.1]. Judged are ratios to the other servers of the same run, not figures: those drift with the machine. Worse
// is a ratio whose median rose (or fell, where more is better) by more than the threshold, and beyond the spread of both
// runs. Exit 1: something got worse; 2: wrong usage.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { median, ratios } from './report.mjs'

const ours = 'scriptorium'

/** Every ratio that both results have, with its medians and whether it got worse. Pure, for tests. */
export function compare(before, after, threshold) {
  const found = []
  for (const workload of after.workloads) {
    const former = before.workloads.find(({ name }) => name === workload.name)
    if (former === undefined) continue
    for (const { key, compare: what, moreIsBetter = false } of workload.columns.filter((column) => column.compare)) {
      for (const contender of Object.keys(workload.runs)) {
        if (contender === ours || !hasRatio(former, contender, key) || !hasRatio(workload, contender, key)) continue
        const [was, is] = [former, workload].map(({ runs }) => ratios(runs, contender, key))
        const [from, to] = [median(was), median(is)]
        const isWorse = moreIsBetter ? fell(was, is, threshold) : rose(was, is, threshold)
        found.push({ workload: workload.name, contender, what, from, to, isWorse })
      }
    }
  }
  return found
}

const rose = (was, is, threshold) => median(is) > median(was) * (1 + threshold) && Math.min(...is) > Math.max(...was)
const fell = (was, is, threshold) => median(is) < median(was) * (1 - threshold) && Math.max(...is) < Math.min(...was)

function hasRatio({ runs }, contender, key) {
  const all = [runs[ours], runs[contender]]
  return all.every((list) => list?.length > 0 && list.every((run) => Number.isFinite(run[key]) && run[key] !== 0))
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { threshold: { type: 'string', default: '0.1' } },
  })
  const threshold = Number(values.threshold)
  if (positionals.length !== 2 || !(threshold >= 0)) {
    console.error('Usage: node bench/compare.mjs before.json after.json [--threshold 0.1]')
    return 2
  }
  const [before, after] = positionals.map((path) => JSON.parse(readFileSync(path, 'utf8')))
  const found = compare(before, after, threshold)
  for (const { workload, contender, what, from, to, isWorse } of found) {
    const change = `${from.toFixed(2)} → ${to.toFixed(2)}`
    console.log(`${isWorse ? 'WORSE ' : '      '}${workload}, ours / ${contender}, ${what}: ${change}`)
  }
  const worse = found.filter(({ isWorse }) => isWorse).length
  console.log(`${found.length} ratios compared, ${worse} got worse.`)
  return worse === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main()
