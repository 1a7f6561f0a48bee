// What a browser has to load before a page is there, from Vite's manifest and the built files. `npm test` builds first.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'

type Chunk = {
  file: string
  src?: string
  isEntry?: boolean
  imports?: string[]
  dynamicImports?: string[]
  css?: string[]
}
type Manifest = Record<string, Chunk>

const page = join(import.meta.dirname, '../../dist/page')
/** 1 kB = 1000 bytes, gzip level 9 as served. */
const documentBytesMax = 193_000
const homeBytesMax = 40_000
/** What the entry imports when a person opens a document, and what for the home page: by the name of its source. */
const documentChunk = /(^|\/)(pages\/document|editor\/editor)[^/]*\.tsx?$/
const withMarkdown = /(^|\/)(pages\/document|editor\/(editor|writing|markdown))[^/]*\.tsx?$/
const homeChunk = /(^|\/)pages\/home[^/]*\.tsx?$/
/** Loaded before anything is drawn. */
const wordsChunk = /(^|\/)words\/(en|zh)\.ts$/

function readManifest(): Manifest {
  const file = join(page, '.vite/manifest.json')
  if (!existsSync(file)) throw new Error('The page is not built. Run `npm run build` first (`npm test` does).')
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The files of chunks and of everything they import statically, styles too. */
function filesOf(manifest: Manifest, keys: string[], seen = new Set<string>()): Set<string> {
  const files = new Set<string>()
  for (const key of keys) {
    const chunk = manifest[key]
    if (!chunk || seen.has(key)) continue
    seen.add(key)
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const file of filesOf(manifest, chunk.imports ?? [], seen)) files.add(file)
  }
  return files
}

/** The words of one language: the one that weighs most. */
function wordsOf(manifest: Manifest): string[] {
  const keys = Object.keys(manifest).filter((key) => wordsChunk.test(manifest[key]?.src ?? key))
  const weight = (key: string) => gzipBytes([...filesOf(manifest, [key])]).reduce((sum, { bytes }) => sum + bytes, 0)
  return keys.length < 2 ? keys : [keys.sort((a, b) => weight(b) - weight(a))[0]!]
}

/** What the first load of a page consists of: the entry and the one chunk that it asks for then, if that is apart. */
function firstLoad(manifest: Manifest, asked: RegExp): string[] {
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry)
  if (!entry) throw new Error('The manifest has no entry.')
  const later = Object.keys(manifest).filter((key) => asked.test(manifest[key]?.src ?? key))
  return ['index.html', ...filesOf(manifest, [entry, ...later, ...wordsOf(manifest)])]
}

function gzipBytes(files: string[]): { file: string; bytes: number }[] {
  return files.map((file) => ({ file, bytes: gzipSync(readFileSync(join(page, file)), { level: 9 }).length }))
}

function expectAtMost(sizes: { file: string; bytes: number }[], bytesMax: number) {
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const list = sizes.map(({ file, bytes }) => `${bytes} ${file}`).join('\n')
  expect(total, `${total} bytes gzip of ${bytesMax}:\n${list}`).toBeLessThanOrEqual(bytesMax)
}

describe('the first load', () => {
  test('of a document is at most 193 kB gzip', () => {
    const manifest = readManifest()
    const files = firstLoad(manifest, documentChunk)
    const code = files.filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(page, file), 'utf8'))
    // Without the editor among them the figure would be of something else.
    expect(code.some((text) => text.includes('cm-content'))).toBe(true)
    expectAtMost(gzipBytes(files), documentBytesMax)
  })

  test('of a document with its keys and the colours of Markdown, which load beside it, is at most 237 kB gzip', () => {
    const manifest = readManifest()
    expectAtMost(gzipBytes(firstLoad(manifest, withMarkdown)), 237_000)
  })

  test('of the home page is at most 40 kB gzip, without the editor', () => {
    const manifest = readManifest()
    expectAtMost(gzipBytes(firstLoad(manifest, homeChunk)), homeBytesMax)
  })
})

describe('reading the manifest', () => {
  const manifest: Manifest = {
    'index.html': { file: 'main.js', isEntry: true, imports: ['_base.js'], dynamicImports: ['pages/document.tsx'] },
    '_base.js': { file: 'base.js', css: ['base.css'], imports: ['index.html'] },
    'pages/document.tsx': { file: 'document.js', src: 'pages/document.tsx', imports: ['_editor.js'], css: ['doc.css'] },
    '_editor.js': { file: 'editor.js', imports: ['_base.js'], dynamicImports: ['lang.ts'] },
    'lang.ts': { file: 'lang.js', src: 'lang.ts' },
  }

  test('static imports and styles count, once; what is loaded on demand does not', () => {
    expect(firstLoad(manifest, documentChunk).sort()).toEqual(
      ['base.css', 'base.js', 'doc.css', 'document.js', 'editor.js', 'index.html', 'main.js'].sort(),
    )
    expect(firstLoad(manifest, homeChunk).sort()).toEqual(['base.css', 'base.js', 'index.html', 'main.js'])
  })
})
