// Where and with what a run was made: figures without it are worth nothing.
import { spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, release, type } from 'node:os'
import { join } from 'node:path'
import { canPin } from './servers.mjs'

const root = new URL('..', import.meta.url)
const require = createRequire(new URL('package.json', root))
const syncs = 200

function versionOf(name) {
  for (const folder of require.resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}

/** Median time of writing a few bytes and making them durable, ms: what a commit cannot do without. */
function syncMs(folder) {
  const path = join(folder, 'sync')
  const file = openSync(path, 'w')
  const times = []
  for (let i = 0; i < syncs; i++) {
    const start = performance.now()
    writeSync(file, 'a commit of some twenty bytes')
    fdatasyncSync(file)
    times.push(performance.now() - start)
  }
  closeSync(file)
  rmSync(path)
  return times.sort((a, b) => a - b)[syncs >> 1]
}

/** `folder`: where the documents are kept. */
export function describeMachine(folder, contenders) {
  const { stdout } = spawnSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' })
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    os: `${type()} ${release()}`,
    filesystem: stdout?.trim() || 'unknown',
    syncMs: syncMs(folder),
    node: process.version,
    scriptorium: JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version,
    commit: spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim(),
    packages: Object.fromEntries(['socket.io', 'yjs', 'level'].map((name) => [name, versionOf(name)])),
    peers: Object.fromEntries(
      contenders.filter(({ versions }) => versions).map(({ name, versions }) => [name, versions]),
    ),
    pinned: canPin,
  }
}
