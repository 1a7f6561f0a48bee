// What people in a calm room notice of a hot one on the same server.
import { lengthNearLimit, writeDocument } from './cold.mjs'
import { runCrowds } from './crowds.mjs'

const columns = [
  { key: 'p50Before', title: 'p50 ms alone', digits: 1 },
  { key: 'p50', title: 'beside', digits: 1 },
  { key: 'p99Before', title: 'p99 ms alone', digits: 1 },
  { key: 'p99', title: 'beside', digits: 1, compare: 'p99 beside' },
  { key: 'p99Ratio', title: 'ratio', digits: 2 },
  { key: 'serverLoad', title: 'server core', digits: 0, share: true },
]

const calm = { name: 'calm', rooms: 1, writersPerRoom: 10, perSecond: 5, activity: 'type' }

function figuresOf({ phases: [alone, together], missing, refusals }) {
  return {
    p50Before: alone.p50,
    p50: together.p50,
    p99Before: alone.p99,
    p99: together.p99,
    p99Ratio: together.p99 / alone.p99,
    serverLoad: together.serverLoad,
    serverWaited: together.serverWaited,
    missing,
    refusals,
  }
}

export const besideHot = (times) => ({
  name: 'beside',
  title: '1 room × 10 people × 5 edits/s, beside 1 room × 100 people × 5 edits/s',
  columns,
  async measure(contender, context) {
    const crowds = [calm, { name: 'hot', rooms: 1, writersPerRoom: 100, perSecond: 5, activity: 'type' }]
    const phases = [
      { name: 'alone', active: ['calm'], ...times },
      { name: 'beside', ...times },
    ]
    return figuresOf(await runCrowds(contender, { crowds, phases }, context))
  },
})

export const besideBig = (times) => ({
  name: 'beside-big',
  title: '1 room × 10 people × 5 edits/s, while once a second somebody opens a document of 5 MB and types a word',
  columns,
  stored: true,
  prepare: (contender, context) => writeDocument(contender, context, { length: lengthNearLimit }, true),
  async measure(contender, context, kept) {
    const phases = [
      { name: 'alone', ...times },
      { name: 'beside', visitEveryMs: 1_000, ...times },
    ]
    return figuresOf(await runCrowds(contender, { crowds: [calm], phases, kept }, context))
  },
  dispose: ({ folder }) => folder.remove(),
})
