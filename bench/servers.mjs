// Starts and stops the servers that are compared: each alone in its process, on one core where the machine lets us choose.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** UNPINNED=1: where others work on the same cores, the scheduler knows better. */
const mayPin = process.env.UNPINNED === undefined && availableParallelism() > 1
export const canPin = mayPin && spawnSync('taskset', ['--version']).status === 0
const cores = { server: '0', load: '1' }
const readyMsMax = 60_000
const stopMsMax = 10_000
/** Longer than any load takes; a server that stopped answering ends here. */
const loadMsMax = 600_000

const running = new Set()
// A run that is broken off leaves nothing behind that would disturb the next.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** A Node process on its core; what it writes to stderr is ours to see. */
export function run(core, { args, env = {}, node = process.execPath }) {
  const command = canPin ? ['taskset', '-c', cores[core], node] : [node]
  const child = spawn(command[0], [...command.slice(1), ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

/** Runs a load process to its end; resolves with the JSON it printed last. After `msMax` it is ended, and has failed. */
export async function runLoad(script, job, { core = 'load', msMax = loadMsMax } = {}) {
  const path = fileURLToPath(new URL(`load/${script}`, import.meta.url))
  const child = run(core, { args: [path, JSON.stringify(job)] })
  const timer = setTimeout(() => child.kill('SIGKILL'), msMax)
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  if (code !== 0) throw new Error(`${script} ended (${signal ?? code})`)
  return JSON.parse(output.trim().split('\n').at(-1))
}

/** A temporary folder on the disk of `parent`; `remove()` it. */
export function temporaryFolder(parent) {
  const path = mkdtempSync(join(parent, 'bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Resolves with `{ port, pid, stop() }` when the server says its address. `args` and `node`: see `run`. */
export async function startServer(command) {
  const child = run('server', command)
  const closed = once(child, 'close')
  let output = ''
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`no server after ${readyMsMax} ms: ${output}`))
    }, readyMsMax)
    child.stdout.on('data', (data) => {
      output += data
      const found = /http:\/\/[^\s:]+:(\d+)/.exec(output)
      if (found === null) return
      clearTimeout(timer)
      resolve(Number(found[1]))
    })
    closed.then(([code]) => reject(new Error(`the server ended (${code}): ${output}`)))
  })
  return {
    port,
    pid: child.pid,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
      await closed
      clearTimeout(timer)
    },
  }
}

/** Makes documents through the API; resolves with [{id, keys}]. */
export async function createDocuments(port, count) {
  const made = []
  for (let i = 0; i < count; i++) {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': `10.0.${i >> 4}.1` }
    const response = await fetch(`http://127.0.0.1:${port}/api/documents`, { method: 'POST', headers, body: '{}' })
    if (response.status !== 201) throw new Error(`no document: ${response.status} ${await response.text()}`)
    const { id, keys } = await response.json()
    made.push({ id, keys })
  }
  return made
}
