// Builds dist/: tsc for what runs in Node, Vite for the page, then compressed copies of what the page loads. It builds in a
// folder of its own and puts that in dist's place at the end: nothing stale ever ships, and a build that fails changes
// nothing. When no input changed since the last build it is done at once.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, extname, join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { buildOfflineWorker } from './offline-worker.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stage = join(root, `.dist-${process.pid}`)
const stampFile = '.stamp'
const inputs = ['shared', 'server', 'client', 'simulate', 'scripts/build.mjs', 'package.json', 'package-lock.json']
inputs.push('scripts/offline-worker.mjs', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts')

/** What a browser gains from: text. Pages (.html) are rendered per response, with a nonce, so a stored copy would be wrong. */
const compressed = new Set(['.js', '.css', '.svg', '.json', '.webmanifest', '.txt', '.wasm'])
/** Under one packet there is nothing to win. */
const compressedBytesMin = 1024

class BuildError extends Error {}

async function filesUnder(path) {
  const found = await stat(path).catch(() => undefined)
  if (!found) return []
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

/** A hash over the names and contents of all that goes in, and the Node version: the same hash, the same dist. */
async function hashInputs() {
  const hash = createHash('sha256').update(process.version)
  for (const input of inputs) {
    for (const file of (await filesUnder(join(root, input))).sort()) {
      const bytes = await readFile(file)
      hash.update(`\0${relative(root, file)}\0${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex')
}

/** Whether dist/ is from these inputs and everything that was built is still there. */
async function isCurrent(inputHash) {
  const stamp = await readFile(join(dist, stampFile), 'utf8').catch(() => undefined)
  if (stamp === undefined) return false
  const [builtFrom, ...files] = stamp.trimEnd().split('\n')
  return builtFrom === inputHash && files.every((file) => existsSync(join(dist, file)))
}

function buildNode() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  if (!existsSync(tsc)) throw new BuildError('TypeScript is not installed. Run `npm ci` first.')
  const result = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', stage], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.status !== 0) throw new BuildError('TypeScript found errors (above).')
}

async function buildPage() {
  if (!existsSync(join(root, 'client/index.html'))) {
    console.log('build: no client/index.html, so no page')
    return
  }
  const { build } = await import('vite')
  try {
    await build({
      configFile: join(root, 'vite.config.ts'),
      mode: 'production',
      logLevel: 'warn',
      build: { outDir: join(stage, 'page'), emptyOutDir: true },
    })
    await buildOfflineWorker(root, join(stage, 'page'))
  } catch (error) {
    throw new BuildError(`Vite could not build the page: ${error.message}`, { cause: error })
  }
}

/** Beside every file worth it, `<name>.br` (quality 11) and `<name>.gz` (level 9), each only where it is smaller. */
async function compressPage() {
  const served = (await filesUnder(join(stage, 'page'))).filter((file) => !file.includes(join('page', '.vite')))
  const files = served.filter((file) => compressed.has(extname(file)))
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file)
      if (bytes.length < compressedBytesMin) return
      const brotli = await promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      })
      const gzipped = await promisify(gzip)(bytes, { level: 9 })
      if (brotli.length < bytes.length) await writeFile(`${file}.br`, brotli)
      if (gzipped.length < bytes.length) await writeFile(`${file}.gz`, gzipped)
    }),
  )
}

/** The command can be run as a file. A shebang that has to be added moves the lines of the source map by one. */
async function makeCommand() {
  const main = join(stage, 'server/main.js')
  if (!existsSync(main)) {
    console.log('build: no server/main.ts, so no command')
    return
  }
  const code = await readFile(main, 'utf8')
  if (!code.startsWith('#!')) {
    await writeFile(main, `#!/usr/bin/env node\n${code}`)
    const map = JSON.parse(await readFile(`${main}.map`, 'utf8'))
    await writeFile(`${main}.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` }))
  }
  await chmod(main, 0o755)
}

/** Folders of builds that were killed. One whose process still runs is left alone. */
async function removeAbandoned() {
  for (const name of await readdir(root)) {
    const pid = Number(/^\.dist-(?:old-)?(\d+)$/.exec(name)?.[1])
    if (pid && pid !== process.pid && !isRunning(pid)) await rm(join(root, name), { recursive: true, force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function replaceDist() {
  const old = join(root, `.dist-old-${process.pid}`)
  await rename(dist, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  try {
    await rename(stage, dist)
  } catch (error) {
    // Another build was faster by a moment. Its result is as good when it is from the same inputs; else say so.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    throw new BuildError('Another build ran at the same time. Run it again.', { cause: error })
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}

async function build() {
  const started = performance.now()
  const inputHash = await hashInputs()
  if (await isCurrent(inputHash)) return
  await removeAbandoned()
  try {
    await mkdir(stage, { recursive: true })
    buildNode()
    await buildPage()
    await compressPage()
    await makeCommand()
    const built = (await filesUnder(stage)).map((file) => relative(stage, file))
    await writeFile(join(stage, stampFile), `${[inputHash, ...built.sort()].join('\n')}\n`)
    await replaceDist()
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
  console.log(`build: dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

try {
  await build()
} catch (error) {
  console.error(error instanceof BuildError ? `build: ${error.message}` : error)
  process.exitCode = 1
}
