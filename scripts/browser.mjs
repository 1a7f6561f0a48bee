// Finds a Chromium for the browser tests, and as `node scripts/browser.mjs` gets one where there is none: those tests never
// skip. Only for tests; the product needs no browser on the server's machine.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
]
const isChromiumName = /chrom|edge|brave|headless[-_]shell/i
const installTimeoutMs = 15 * 60_000

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Every program of that name in PATH: one that does not start must not hide the next. */
function inPath(name) {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, file)).filter(isExecutable)
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
      ['/Applications', join(process.env.HOME ?? '', 'Applications')].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`,
      ),
    )
  }
  if (process.platform === 'win32') {
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((folder) => [
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
        join(folder, 'Microsoft/Edge/Application/msedge.exe'),
      ])
  }
  return []
}

/** A browser that stands there but lacks its libraries is none. Windows is not asked: there `--version` opens a window. */
function starts(path) {
  if (process.platform === 'win32') return true
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0
}

async function fromPlaywright() {
  const { chromium } = await import('playwright-core')
  const path = chromium.executablePath()
  return path && existsSync(path) ? path : undefined
}

/**
 * The path of a Chromium that starts: `$BROWSER`, then PATH, then the usual places, then playwright's own; `undefined` when
 * there is none. Throws when `$BROWSER` names a Chromium that is not there; other browsers in `$BROWSER` are passed over.
 */
export async function findBrowser() {
  const wish = process.env.BROWSER
  if (wish && isChromiumName.test(basename(wish))) {
    const path = (isExecutable(wish) ? [wish] : inPath(wish)).find(starts)
    if (path) return path
    throw new Error(`BROWSER is ${wish}, but no browser starts there. Correct it or unset it.`)
  }
  const installed = [...names.flatMap(inPath), ...usualPlaces().filter(isExecutable)].find(starts)
  if (installed) return installed
  const path = await fromPlaywright()
  return path && starts(path) ? path : undefined
}

function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return (
    spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: installTimeoutMs }).status === 0
  )
}

/** `debian`, `ubuntu`, … or '' where there is no such file. */
function distribution() {
  try {
    return /^ID="?(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

async function install() {
  const isRoot = process.getuid?.() === 0
  // Ubuntu's package `chromium` only points to a snap, which does not run in a container.
  if (isRoot && distribution() === 'debian') {
    console.log('browser: none found, installing Debian’s chromium')
    if (run('apt-get', ['update', '-qq'])) {
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
      const path = await findBrowser()
      if (path) return path
    }
  }
  console.log('browser: none found, downloading playwright’s chromium')
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js')
  const needsLibraries = isRoot && process.platform === 'linux'
  run(process.execPath, [cli, 'install', ...(needsLibraries ? ['--with-deps'] : []), 'chromium'])
  return findBrowser()
}

async function main() {
  const path = (await findBrowser()) ?? (await install())
  if (!path) {
    throw new Error(
      'No Chromium could be found or installed, and the tests need one. Install Chromium, Chrome or Edge, or set BROWSER to the path of one.',
    )
  }
  console.log(`browser: ${path}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch((error) => {
    console.error(`browser: ${error.message}`)
    process.exitCode = 1
  })
}
