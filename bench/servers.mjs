// Starts and stops the servers that are compared: each alone in its process, on one core where the machine lets us choose.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
const cores = { server: '0', load: '1' }
const readyMsMax = 20_000

/** A Node process on its core; what it writes to stderr is ours to see. */
export function run(core, args, env = {}) {
  const command = canPin ? ['taskset', '-c', cores[core], process.execPath] : [process.execPath]
  return spawn(command[0], [...command.slice(1), ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Runs a load process to its end; resolves with the JSON it printed last. */
export async function runLoad(script, job) {
  const path = fileURLToPath(new URL(`load/${script}`, import.meta.url))
  const child = run('load', [path, JSON.stringify(job)])
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} failed (${code})`)
  return JSON.parse(output.trim().split('\n').at(-1))
}

/** A temporary folder on the disk of `parent`; `remove()` it. */
export function temporaryFolder(parent) {
  const path = mkdtempSync(join(parent, 'bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Resolves with `{ port, pid, stop() }` when the server says its address. `nodeArgs`: e.g. --cpu-prof. */
export async function startServer(args, env, nodeArgs = []) {
  const child = run('server', [...nodeArgs, ...args], env)
  const closed = once(child, 'close')
  let output = ''
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no server after ${readyMsMax} ms: ${output}`)), readyMsMax)
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
      await closed
    },
  }
}

/** Scriptorium as it is shipped: fsync, guard and limits on. */
export function startScriptorium(dist, dataDir, nodeArgs) {
  // One trusted proxy: documents are made under made-up addresses, or the limit per address and minute would say no.
  const env = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'warn', TRUST_PROXY: '1' }
  return startServer([join(dist, 'server/main.js'), 'serve'], env, nodeArgs)
}

export const startWsRelay = () =>
  startServer([fileURLToPath(new URL('peers/ws-relay.mjs', import.meta.url))], { PORT: '0' })

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
