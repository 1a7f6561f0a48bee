// `npm run dev`: tsc watches what runs in Node, the server restarts after every successful compilation, and Vite serves the page
// on port 5173 and hands /api and /socket.io to the server on PORT (3000). One Ctrl-C ends all of it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const main = join(root, 'dist/server/main.js')
/** The server drains on the first signal; a second one ends it at once. */
const drainMs = 1000
const hasGroups = process.platform !== 'win32'
const running = new Set()
let isEnding = false

function print(name, line) {
  console.log(`${name.padEnd(6)} │ ${line}`)
}

/**
 * In a process group of its own where there are such, for tsc is a program behind a script and both have to end, and so that
 * Ctrl-C reaches the server once.
 */
function start(name, args, onLine) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: hasGroups })
  running.add(child)
  child.ended = new Promise((resolve) => child.once('close', resolve)).then(() => running.delete(child))
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      print(name, line)
      onLine?.(line)
    })
  }
  return child
}

function signal(child, name) {
  try {
    if (hasGroups) process.kill(-child.pid, name)
    else child.kill(name)
  } catch (error) {
    // It ended by itself in this moment.
    if (error.code !== 'ESRCH') throw error
  }
}

async function stop(child) {
  if (!child || !running.has(child)) return
  signal(child, 'SIGTERM')
  const again = setTimeout(() => signal(child, 'SIGTERM'), drainMs)
  const last = setTimeout(() => signal(child, 'SIGKILL'), 3 * drainMs)
  await child.ended
  clearTimeout(again)
  clearTimeout(last)
}

let server
/** Restarts stand in a row, so that there is never more than one server; those that wait are one. */
let restarting = Promise.resolve()
let isRestartWaiting = false

function restartServer() {
  if (isRestartWaiting) return
  isRestartWaiting = true
  restarting = restarting.then(async () => {
    isRestartWaiting = false
    await stop(server)
    if (isEnding) return
    if (!existsSync(main)) return print('dev', 'no server/main.ts yet, waiting for it')
    server = start('server', ['--enable-source-maps', main])
    server.once('exit', (code) => {
      if (code) print('dev', `the server ended with ${code}; it starts again after the next change`)
    })
  })
}

const vite = await createServer({ configFile: join(root, 'vite.config.ts'), clearScreen: false })

async function end() {
  if (isEnding) return
  isEnding = true
  await Promise.all([vite.close(), restarting, ...[...running].map(stop)])
  process.exit(0)
}

process.on('SIGINT', end)
process.on('SIGTERM', end)
process.on('SIGHUP', end)

// What tsc writes here is no finished build: `npm start` must build again.
await rm(join(root, 'dist/.stamp'), { force: true })
const tsc = join(root, 'node_modules/typescript/bin/tsc')
start('tsc', [tsc, '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], (line) => {
  if (/Found 0 errors/.test(line)) restartServer()
})
await vite.listen()
for (const url of vite.resolvedUrls?.local ?? []) print('page', url)
