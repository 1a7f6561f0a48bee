// What a process used, as the kernel counts it: nothing here asks the process itself. Linux.
import { readdirSync, readFileSync } from 'node:fs'

/** CPU of all threads so far, ms. From schedstat (nanoseconds); a thread that ended meanwhile is not in it. */
export function cpuMs(pid) {
  let ns = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch (error) {
      // It ended between the two calls.
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
    }
  }
  return ns / 1e6
}

/** Resident memory, kB. */
export function residentKB(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
}
