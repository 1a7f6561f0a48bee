// How long this thread had a core: what other work on the machine does not change.
import { existsSync, readFileSync } from 'node:fs'

const schedstat = '/proc/thread-self/schedstat'
const isCounted = existsSync(schedstat)

/** CPU time of the thread that asks, ms, on Linux; elsewhere a clock that goes on while it waits for a core. */
export function threadMs(): number {
  if (!isCounted) return performance.now()
  // Time on a core, ns; time waited for one; number of slices (kernel documentation, scheduler/sched-stats).
  return Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e6
}
