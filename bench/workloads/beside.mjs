// What people in a calm room notice of a hot one on the same server.
import { runCrowds } from './crowds.mjs'

const columns = [
  { key: 'p50Before', title: 'p50 ms alone', digits: 1 },
  { key: 'p50', title: 'beside', digits: 1 },
  { key: 'p99Before', title: 'p99 ms alone', digits: 1 },
  { key: 'p99', title: 'beside', digits: 1, compare: 'p99 beside' },
  { key: 'p99Ratio', title: 'ratio', digits: 2 },
  { key: 'serverLoad', title: 'server core', digits: 0, share: true },
]

export const beside = (times) => ({
  name: 'beside',
  title: '1 room × 10 people × 5 edits/s, beside 1 room × 100 people × 5 edits/s',
  columns,
  async measure(contender, context) {
    const crowds = [
      { name: 'calm', rooms: 1, writersPerRoom: 10, perSecond: 5, activity: 'type' },
      { name: 'hot', rooms: 1, writersPerRoom: 100, perSecond: 5, activity: 'type' },
    ]
    const phases = [
      { name: 'alone', active: ['calm'], ...times },
      { name: 'beside', ...times },
    ]
    const report = await runCrowds(contender, { crowds, phases }, context)
    const [alone, together] = report.phases
    return {
      p50Before: alone.p50,
      p50: together.p50,
      p99Before: alone.p99,
      p99: together.p99,
      p99Ratio: together.p99 / alone.p99,
      serverLoad: together.serverLoad,
      serverWaited: together.serverWaited,
      missing: report.missing,
      refusals: report.refusals,
    }
  },
})
