// People who are there and do not read: what that costs the server's memory, and what the others notice.
import { runCrowds } from './crowds.mjs'

const readersPerRoom = 5
const columns = [
  { key: 'grownBefore', title: 'memory grown in 5 s while all read, MB', digits: 0 },
  { key: 'grown', title: `in 5 s while ${readersPerRoom} do not, MB`, digits: 0 },
  { key: 'p99Before', title: 'p99 ms of the others before', digits: 1 },
  { key: 'p99', title: 'then', digits: 1 },
  { key: 'p99Ratio', title: 'ratio', digits: 2 },
  { key: 'refusals', title: 'refusals', digits: 0 },
]

/** By then the thread that writes snapshots has started, whose memory would be taken for what is not read. */
const warmUpMs = 8_000

/** The measured time is five seconds in the quick form too: the growth is what counts. */
export const slowReader = () => {
  const phase = { warmUpMs, measureMs: 5_000 }
  return {
    name: 'slow',
    title: `1 room × 10 people who paste 40 kB ten times a second, and ${readersPerRoom} who stop reading`,
    columns,
    async measure(contender, context) {
      const crowds = [{ name: 'all', rooms: 1, writersPerRoom: 10, readersPerRoom, perSecond: 10, activity: 'paste' }]
      const phases = [
        { name: 'before', ...phase },
        { name: 'stopped', ...phase, stopReaders: true },
      ]
      const report = await runCrowds(contender, { crowds, phases }, context)
      const [before, stopped] = report.phases
      return {
        grownBefore: before.grownMB,
        grown: stopped.grownMB,
        p99Before: before.p99,
        p99: stopped.p99,
        p99Ratio: stopped.p99 / before.p99,
        missing: report.missing,
        refusals: report.refusals,
        serverWaited: stopped.serverWaited,
      }
    },
  }
}
