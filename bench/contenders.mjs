// The servers that are compared: how each is started, which client speaks to it, and what it is. Every one runs alone in a
// process of its own, without TLS, compression or authentication.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { startServer } from './servers.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const newerNode = join(here, 'node22/node_modules/node/bin/node')

/**
 * `stored`: keeps documents, in the folder that `start` is given. `packages`: folder and names of what it is made of, for
 * the versions in the report.
 */
const peers = [
  { name: 'ws-relay', client: 'ws-relay', script: 'peers/ws-relay.mjs', packages: ['ws'] },
  { name: 'socket-io-relay', client: 'socket-io-relay', script: 'peers/socket-io-relay.mjs', packages: ['socket.io'] },
  { name: 'y-websocket', client: 'y-websocket', script: 'peers/y-websocket.mjs', packages: ['y-websocket'] },
  { name: 'y-socket-io', client: 'y-socket-io', script: 'peers/y-socket-io.mjs', packages: ['y-socket.io'] },
  { name: 'hocuspocus-3', client: 'hocuspocus', script: 'peers/hocuspocus-3.mjs', packages: ['@hocuspocus/server'] },
  hocuspocus4('hocuspocus-4', {}),
  hocuspocus4('hocuspocus-4 flush 20', { FLUSH_DELAY: '20' }),
  hocuspocus4('hocuspocus-4 flush 50', { FLUSH_DELAY: '50' }),
  {
    name: 'y-websocket + y-leveldb',
    client: 'y-websocket',
    script: 'peers/y-websocket.mjs',
    packages: ['y-websocket', 'y-leveldb'],
    stored: true,
    folderVariable: 'YPERSISTENCE',
  },
  {
    name: 'y-socket-io + y-leveldb',
    client: 'y-socket-io',
    script: 'peers/y-socket-io.mjs',
    packages: ['y-socket.io', 'y-leveldb'],
    stored: true,
    folderVariable: 'YPERSISTENCE',
  },
  {
    name: 'hocuspocus-3 + files',
    client: 'hocuspocus',
    script: 'peers/hocuspocus-3.mjs',
    packages: ['@hocuspocus/server', '@hocuspocus/extension-database'],
    stored: true,
    folderVariable: 'DOCUMENTS',
  },
  { ...hocuspocus4('hocuspocus-4 + files', {}), stored: true, folderVariable: 'DOCUMENTS' },
]

function hocuspocus4(name, env) {
  const script = 'node22/hocuspocus-4.mjs'
  return { name, client: 'hocuspocus', script, packages: ['@hocuspocus/server'], node: newerNode, env }
}

/** Scriptorium as it is shipped: fsync, guard and limits on. */
function scriptorium(name, dist) {
  return {
    name,
    client: 'scriptorium',
    dist,
    shared: join(dist, 'shared'),
    stored: true,
    packages: [],
    absent: existsSync(join(dist, 'server/main.js')) ? undefined : `there is no build in ${dist}`,
    start({ folder, nodeArgs = [] }) {
      // One trusted proxy: documents are made under made-up addresses, or the limit per address and minute would say no.
      const env = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, LOG_LEVEL: 'warn', TRUST_PROXY: '1' }
      return startServer({ args: [...nodeArgs, join(dist, 'server/main.js'), 'serve'], env })
    },
  }
}

function contender({
  name,
  client,
  script,
  packages,
  node = process.execPath,
  env = {},
  stored = false,
  folderVariable,
}) {
  const path = join(here, script)
  const require = createRequire(path)
  const found = packages.map((packageName) => [packageName, versionOf(require, packageName)])
  const lacking = found.filter(([, version]) => version === undefined).map(([packageName]) => packageName)
  if (!existsSync(node)) lacking.push('a newer Node')
  return {
    name,
    client,
    stored,
    versions: Object.fromEntries(found),
    absent: lacking.length === 0 ? undefined : `not installed: ${lacking.join(', ')}`,
    start({ folder, nodeArgs = [] }) {
      const documents = folderVariable === undefined ? undefined : join(folder, 'documents')
      if (documents !== undefined) mkdirSync(documents, { recursive: true })
      const folders = documents === undefined ? {} : { [folderVariable]: documents }
      return startServer({ args: [...nodeArgs, path], env: { PORT: '0', ...env, ...folders }, node })
    },
  }
}

function versionOf(require, name) {
  for (const folder of require.resolve.paths(name)) {
    const file = join(folder, name, 'package.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version
  }
  return undefined
}

/** All of them, ours first. `before`: another build of Scriptorium, or undefined. */
export function allContenders({ dist, before }) {
  const builds = [scriptorium('scriptorium', dist), ...(before === undefined ? [] : [scriptorium('before', before)])]
  return [...builds, ...peers.map(contender)]
}
