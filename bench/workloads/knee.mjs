// How much one core can deliver before it gets late: 200 writers who type faster from step to step, until p99 passes a bound
// twice running.
import { runCrowds } from './crowds.mjs'

const endAtP99Ms = 50
/** Edits a second of each of the 200 writers; from 5 on each step has about 1.4 times as many as the one before. */
const rates = [0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40]
/** All steps go into one document, which Scriptorium lets have half a million structures: longer ones would fill it. */
const stepMsMax = { warmUpMs: 2_000, measureMs: 7_000 }
/** A slower server than this would wait for the first measurement until its queue is gone. */
const keptUp = 0.97

const columns = [
  { key: 'kneePerSecond', title: 'deliveries/s', digits: 0, compare: 'deliveries/s', moreIsBetter: true },
  { key: 'perSecond', title: 'at edits/s of each writer', digits: 1 },
  { key: 'p99', title: 'p99 ms there', digits: 1 },
  { key: 'serverLoad', title: 'server core', digits: 0, share: true },
  { key: 'generatorLoad', title: 'load core', digits: 0, share: true },
  { key: 'beyondP99', title: 'p99 ms one step on', digits: 1 },
]

export const knee = (times) => ({
  name: 'knee',
  title: `how many deliveries a second with p99 under ${endAtP99Ms} ms, 200 writers in 1 room`,
  columns,
  goals: {
    'hocuspocus-4': { kneePerSecond: { least: 4 } },
    'y-websocket': { kneePerSecond: { least: 8 } },
    'socket-io-relay': { kneePerSecond: { least: 20 } },
  },
  async measure(contender, context) {
    const warmUpMs = Math.min(times.warmUpMs, stepMsMax.warmUpMs)
    const measureMs = Math.min(times.measureMs, stepMsMax.measureMs)
    const phases = rates.map((perSecond) => ({ name: `${perSecond}`, perSecond, warmUpMs, measureMs }))
    const crowds = [{ name: 'all', rooms: 1, writersPerRoom: 200, perSecond: rates[0], activity: 'type' }]
    const { phases: steps, refusals } = await runCrowds(contender, { crowds, phases, endAtP99Ms }, context)
    const passes = ({ p99, deliveredShare }) => p99 <= endAtP99Ms && deliveredShare >= keptUp
    const failed = steps.findIndex((step) => !passes(step))
    const last = failed === -1 ? steps.at(-1) : steps[failed - 1]
    const beyond = failed === -1 ? undefined : steps[failed].p99
    if (last === undefined) return { kneePerSecond: 0, perSecond: 0, beyondP99: beyond, refusals }
    const { deliveriesPerSecond: kneePerSecond, name, p99, serverLoad, generatorLoad, serverWaited } = last
    const measured = { kneePerSecond, perSecond: Number(name), p99, serverLoad, generatorLoad, serverWaited, refusals }
    return beyond === undefined ? measured : { ...measured, beyondP99: beyond }
  },
})
