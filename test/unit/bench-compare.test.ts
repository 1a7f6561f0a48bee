// When two benchmark results say that something got worse: by ratios to others in the same run, beyond threshold and spread.
import { expect, test } from 'vitest'
import { compare } from '../../bench/compare.mjs'

const cpu = { key: 'cpu', compare: 'CPU' }
const rate = { key: 'rate', compare: 'rate', moreIsBetter: true }

/** Results of one workload: our figures and a peer's, round by round. */
const results = (column: typeof cpu, ours: number[], theirs: number[], name = 'hot') => {
  const rounds = (values: number[]) => values.map((value) => ({ [column.key]: value }))
  return { workloads: [{ name, columns: [column], runs: { scriptorium: rounds(ours), peer: rounds(theirs) } }] }
}
const isWorse = (before: ReturnType<typeof results>, after: ReturnType<typeof results>) =>
  compare(before, after, 0.1).map((found) => found.isWorse)

test('a ratio that rose beyond threshold and spread is worse', () => {
  expect(isWorse(results(cpu, [10, 11], [20, 20]), results(cpu, [14, 15], [20, 20]))).toEqual([true])
})

test('a machine that is slower for everybody makes nothing worse', () => {
  expect(isWorse(results(cpu, [10, 10], [20, 20]), results(cpu, [30, 30], [60, 60]))).toEqual([false])
})

test('a rise within the threshold is not worse', () => {
  expect(isWorse(results(cpu, [10, 10], [20, 20]), results(cpu, [10.9, 10.9], [20, 20]))).toEqual([false])
})

test('a rise within the spread of either run is not worse', () => {
  expect(isWorse(results(cpu, [10, 10, 16], [20, 20, 20]), results(cpu, [15, 15, 15], [20, 20, 20]))).toEqual([false])
  expect(isWorse(results(cpu, [10, 10, 10], [20, 20, 20]), results(cpu, [9, 15, 15], [20, 20, 20]))).toEqual([false])
})

test('where more is better a ratio that fell is worse, and one that rose is not', () => {
  const [high, low] = [results(rate, [80, 80], [10, 10]), results(rate, [50, 50], [10, 10])]
  expect(isWorse(high, low)).toEqual([true])
  expect(isWorse(low, high)).toEqual([false])
})

test('what only one of the results has, or has no ratio, is left out', () => {
  const both = results(cpu, [10], [20])
  expect(isWorse(results(cpu, [10], [20], 'many'), both)).toEqual([])
  expect(isWorse(results(cpu, [10], []), both)).toEqual([])
  expect(isWorse(both, results(cpu, [10], [0]))).toEqual([])
})
