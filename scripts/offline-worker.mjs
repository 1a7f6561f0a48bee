// Builds the service worker into a built page. It has to know the names and the content of everything else, so it comes last.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

/** What most people never use: kept by those who do, when they do. All other parts are kept from the start. */
const seldom = /(^|\/)node_modules\/|^editor\/(vim|language-packs)\.ts$/
/** Their names say nothing of their content. */
const unhashed = ['/theme.js', '/icon.svg', '/manifest.webmanifest']

/** Writes worker.js beside the index.html in `pageDir`. */
export async function buildOfflineWorker(root, pageDir) {
  await build({
    configFile: false,
    root: join(root, 'client'),
    mode: 'production',
    logLevel: 'warn',
    publicDir: false,
    define: { __BUILD__: JSON.stringify(await describe(pageDir)) },
    build: {
      outDir: pageDir,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: {
        input: join(root, 'client/offline/worker.ts'),
        // One classic script: not every browser runs modules there.
        output: { format: 'iife', entryFileNames: 'worker.js' },
      },
    },
  })
}

/** The `Build` of client/offline/shell.ts. */
async function describe(pageDir) {
  const manifest = JSON.parse(await readFile(join(pageDir, '.vite/manifest.json'), 'utf8'))
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
  const hashed = [...needed(manifest, entry)].map((file) => `/${file}`)
  const core = [...unhashed, ...hashed.sort()]
  const assets = (await readdir(join(pageDir, 'assets'))).map((name) => `/assets/${name}`).sort()
  const parts = assets.filter((path) => /\.(js|css)$/.test(path) && !core.includes(path))
  const hash = createHash('sha256')
  for (const path of ['/index.html', ...core, ...parts]) {
    hash.update(`\0${path}\0`).update(await readFile(join(pageDir, path)))
  }
  return { version: hash.digest('hex').slice(0, 16), entry: `/${manifest[entry].file}`, core, parts }
}

/** The files of a chunk and of all that it may ask for, but for what is seldom wanted. */
function needed(manifest, key, files = new Set(), seen = new Set()) {
  if (seen.has(key) || seldom.test(manifest[key].src ?? '')) return files
  seen.add(key)
  const { file, css = [], assets = [], imports = [], dynamicImports = [] } = manifest[key]
  for (const one of [file, ...css, ...assets]) files.add(one)
  for (const next of [...imports, ...dynamicImports]) needed(manifest, next, files, seen)
  return files
}
