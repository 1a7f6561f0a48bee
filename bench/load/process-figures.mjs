// What a process used, as the kernel counts it: nothing here asks the process itself. Linux.
import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU of all threads so far, and how long they were ready to run and had to wait for a core, ms. From schedstat, in
 * nanoseconds (Documentation/scheduler/sched-stats.rst of Linux); a thread that ended meanwhile is not in it.
 */
export function schedule(pid) {
  let [cpuNs, waitedNs] = [0, 0]
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [ran, waited] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
      cpuNs += Number(ran)
      waitedNs += Number(waited)
    } catch (error) {
      // It ended between the two calls.
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
    }
  }
  return { cpuMs: cpuNs / 1e6, waitedMs: waitedNs / 1e6 }
}

export const cpuMs = (pid) => schedule(pid).cpuMs

/** Resident memory, kB. */
export function residentKB(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
}
