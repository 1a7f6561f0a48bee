// What docs/architecture.md says about the structure, enforced. The table and the lists are the documentation; below them
// each rule is shown to catch a made-up violation, then asked about the real sources.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Source } from './harness/source-rules.ts'
import * as rules from './harness/source-rules.ts'

/** Imports run downward: a file may import its own layer and those below. The first pattern that fits a path counts. */
const layers: readonly { name: string; paths: RegExp }[] = [
  { name: 'wiring', paths: /^server\/(main|server|config|commands\/.+|doctor.*)\.ts$/ },
  { name: 'doors', paths: /^server\/((socket|http)([-/].+)?|addresses|broadcast-adapter)\.ts$/ },
  { name: 'features', paths: /^server\/features\// },
  { name: 'store', paths: /^server\/store\// },
  { name: 'ground', paths: /^server\/((thread-)?clock|log|metrics|token-bucket)\.ts$/ },
  {
    name: 'durable log',
    paths: /^server\/(update-log|commit-(queue|source|line|refusals)|record)([-/].+)?\.ts$/,
  },
  { name: 'rooms', paths: /^server\// },
  { name: 'shared', paths: /^shared\// },
]
const order = ['shared', 'ground', 'store', 'durable log', 'rooms', 'features', 'doors', 'wiring']

/** Which part of the product may import which, below the layers. `test/` and `bench/` may import everything. */
const parts: readonly { name: string; paths: RegExp; mayImport: RegExp }[] = [
  { name: 'shared', paths: /^shared\//, mayImport: /^shared\// },
  { name: 'client/sync', paths: /^client\/sync\//, mayImport: /^(client\/sync|shared)\// },
  { name: 'client', paths: /^client\//, mayImport: /^(client|shared)\// },
  { name: 'simulate', paths: /^simulate\//, mayImport: /^(simulate|client\/sync|shared)\/|^package\.json$/ },
  { name: 'the command', paths: /^server\/main\.ts$/, mayImport: /^(server|shared|simulate)\/|^package\.json$/ },
  { name: 'server', paths: /^server\//, mayImport: /^(server|shared)\/|^package\.json$/ },
]

/** A package stands behind one door of ours. Packages that are not named may be imported anywhere the part allows. */
const packageHomes: Readonly<Record<string, RegExp>> = {
  'socket.io': /^server\/socket([-/].+)?\.ts$/,
  'socket.io-adapter': /^server\/broadcast-adapter\.ts$/,
  'socket.io-client': /^(client\/sync|simulate)\//,
  express: /^server\/http([-/].+)?\.ts$/,
  helmet: /^server\/http([-/].+)?\.ts$/,
  sirv: /^server\/http([-/].+)?\.ts$/,
  idb: /^client\/sync\/journal-database\.ts$/,
  level: /^server\/store\/level\.ts$/,
  'classic-level': /^server\/store\/level\.ts$/,
  zod: /^server\//,
  pino: /^server\/log\.ts$/,
  'prom-client': /^server\/metrics\.ts$/,
  'rate-limiter-flexible': /^server\/wrong-keys\.ts$/,
  preact: /^client\/(?!sync\/)/,
  '@preact/signals': /^client\/(?!sync\/)/,
  codemirror: /^client\/(?!sync\/)/,
  'y-codemirror.next': /^client\/editor\//,
  '@replit/codemirror-vim': /^client\/editor\/vim\.ts$/,
  'markdown-it': /^client\/preview\//,
  dompurify: /^client\/preview\/sanitise\.ts$/,
}

/** What the room and everything under it, but the store, knows nothing of. */
const outsideWorld = /^node:(fs|net|http|https|http2|tls|dgram|child_process)(\/|$)/
const linesMax = 300

const layerOf = (path: string) => layers.find(({ paths }) => paths.test(path))?.name
const isProduct = ({ path }: Source) => /^(server|shared|client|simulate)\//.test(path)
const isPlatformFree = ({ path }: Source) => /^(shared|client\/sync)\//.test(path)

type Rule = { title: string; find: (sources: Source[]) => string[] }

/** A rule about one import at a time. */
function eachImport(broken: (path: string, imported: string) => boolean): Rule['find'] {
  return (sources) =>
    sources
      .filter(isProduct)
      .flatMap((source) => rules.importsOf(source).map((imported) => [source.path, imported] as const))
      .filter(([path, imported]) => broken(path, imported))
      .map(([path, imported]) => `${path} imports ${imported}`)
}

/** A rule about the text of one file at a time. */
function eachFile(applies: (source: Source) => boolean, find: (text: string) => string[]): Rule['find'] {
  return (sources) =>
    sources.filter(applies).flatMap(({ path, text }) => find(text).map((found) => `${path}: ${found.trim()}`))
}

const isPath = (imported: string) =>
  /^(server|shared|client|simulate|test|bench|scripts)\/|^package\.json$/.test(imported)
const isTs = ({ path }: Source) => /\.tsx?$/.test(path)

const downward: Rule = {
  title: 'imports of the server run downward: doors, features, rooms, durable log, store, ground, shared',
  find: eachImport((path, imported) => {
    const [from, to] = [layerOf(path), layerOf(imported)]
    return from !== undefined && to !== undefined && order.indexOf(to) > order.indexOf(from)
  }),
}
const apart: Rule = {
  title: 'client and server meet only in shared/, and client/sync knows no page',
  find: eachImport((path, imported) => {
    const part = parts.find(({ paths }) => paths.test(path))
    return isPath(imported) && part !== undefined && !part.mayImport.test(imported)
  }),
}
const features: Rule = {
  title: 'features never import each other',
  find: eachImport((path, imported) => {
    const feature = (of: string) => /^server\/features\/([^/.]+)/.exec(of)?.[1]
    return feature(path) !== undefined && feature(imported) !== undefined && feature(path) !== feature(imported)
  }),
}
const homes: Rule = {
  title: 'socket.io, express, level and others are each imported in one place',
  find: eachImport((path, imported) => packageHomes[rules.packageOf(imported)]?.test(path) === false),
}
const noNode: Rule = {
  title: 'shared/ and client/ import nothing of Node',
  find: eachImport((path, imported) => /^(shared|client)\//.test(path) && imported.startsWith('node:')),
}
const noOutside: Rule = {
  title: 'rooms, features and the durable log know no disk, no network, no process',
  find: eachImport(
    (path, imported) =>
      ['rooms', 'features', 'durable log'].includes(layerOf(path) ?? '') && outsideWorld.test(imported),
  ),
}
const noPlatform: Rule = {
  title: 'shared/ and client/sync use no global that only a page or only Node has',
  find: eachFile((source) => isPlatformFree(source) && isTs(source), rules.platformGlobals),
}
const circles: Rule = {
  title: 'no imports go in a circle, types included',
  find: (sources) => rules.importCircles(sources).map((circle) => circle.join(' → ')),
}
const readable: Rule = {
  title: 'every import says in its source what it imports',
  find: eachFile((source) => isProduct(source) && isTs(source), rules.computedImports),
}
const short: Rule = {
  title: `no file is longer than ${linesMax} lines`,
  find: (sources) =>
    sources
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > linesMax)
      .map(({ path, lines }) => `${path} has ${lines} lines`),
}
const introduced: Rule = {
  title: 'every file of the product begins by saying what it is',
  find: eachFile(
    (source) => isProduct(source) && isTs(source),
    (text) => (/^(#!.*\n)?\/\/\/? /.test(text) ? [] : [text.split('\n', 1)[0] ?? '']),
  ),
}
const stateless: Rule = {
  title: 'no module of server/ or shared/ has state of its own',
  find: eachFile(({ path }) => /^(server|shared)\/.*\.ts$/.test(path), rules.mutableState),
}
const typed: Rule = { title: 'nothing is `any`', find: eachFile(isTs, rules.anyTypes) }
const complete: Rule = {
  title: 'no test is skipped, run alone, or expected to fail',
  find: eachFile(({ path }) => path.startsWith('test/'), rules.leftOutTests),
}
const awake: Rule = {
  title: 'no test waits for a time instead of for what it expects',
  find: eachFile(({ path }) => /^test\/.*\.test\.tsx?$/.test(path), rules.sleeps),
}
const firstFormat: Rule = {
  title: 'the second update format of Yjs is not used (27 bytes of it hang mergeUpdatesV2)',
  find: eachFile((source) => isProduct(source) && isTs(source), rules.secondFormat),
}

/** What the rules look for, named: these texts are about it, this file does not do it. */
const [loose, lone] = ['any', 'only']

/** [rule, path of the made-up file, its text]: every one of them has to be caught. */
const violations: [Rule, string, string][] = [
  [downward, 'server/room.ts', `import { a } from './socket.ts'`],
  [downward, 'server/rooms.ts', `import type { A } from './features/chat.ts'`],
  [downward, 'server/store/level.ts', `export { a } from '../update-log.ts'`],
  [downward, 'server/commit-queue.ts', `type A = import('./room.ts').A`],
  [downward, 'server/features/chat.ts', `import '../socket/door.ts'`],
  [downward, 'server/http.ts', `const s = await import("./server.ts")`],
  [downward, 'server/clock.ts', `import { a,\n  b } from\n './store/store.ts'`],
  [apart, 'client/app.tsx', `import { a } from '../server/limits.ts'`],
  [apart, 'client/sync/provider.ts', `import { a } from '../ui/toast.tsx'`],
  [apart, 'server/room.ts', `import { a } from '../client/sync/outbox.ts'`],
  [apart, 'shared/guard.ts', `import { a } from '../server/room.ts'`],
  [apart, 'server/server.ts', `import { a } from '../test/harness/x.ts'`],
  [features, 'server/features/chat.ts', `import { a } from './history.ts'`],
  [homes, 'server/room.ts', `import type { Socket } from 'socket.io'`],
  [homes, 'server/rooms.ts', `import { Adapter } from 'socket.io-adapter'`],
  [homes, 'server/socket.ts', `import express from 'express'`],
  [homes, 'server/update-log.ts', `import { Level } from 'level'`],
  [homes, 'shared/protocol.ts', `import { z } from 'zod'`],
  [homes, 'client/panels/chat-message.tsx', `import DOMPurify from 'dompurify'`],
  [homes, 'client/sync/adoption.ts', `import { openDB } from 'idb'`],
  [homes, 'client/sync/provider.ts', `import { useState } from 'preact/hooks'`],
  [noNode, 'shared/ids.ts', `import { createHash } from 'node:crypto'`],
  [noOutside, 'server/room.ts', `import { readFile } from 'node:fs/promises'`],
  [noPlatform, 'shared/text.ts', `const a = Buffer.from('x')`],
  [noPlatform, 'client/sync/journal.ts', `const a = \`\${localStorage.getItem("a")}\``],
  [noPlatform, 'client/sync/outbox.ts', `document.querySelector('a')`],
  [readable, 'server/main.ts', 'await import(name)'],
  [readable, 'client/app.tsx', `await import(\`./pages/\${name}.ts\`)`],
  [short, 'client/styles/page.css', 'a {}\n'.repeat(linesMax + 1)],
  [introduced, 'server/room.ts', `import * as Y from 'yjs'\n// The room.`],
  [stateless, 'server/room.ts', 'let count = 0'],
  [stateless, 'server/room.ts', `export const rooms = new Map<string, { a: number }>()`],
  [stateless, 'server/room.ts', 'const cache: WeakMap<object, string> = new WeakMap()'],
  [stateless, 'server/room.ts', 'const waiting: string[] = []'],
  [stateless, 'server/room.ts', 'const seen: Record<string, boolean> = {}'],
  [typed, 'client/app.tsx', `const a: ${loose} = 1`],
  [typed, 'server/room.ts', `f(x as ${loose})`],
  [typed, 'server/room.ts', `type A = Map<string, ${loose}>`],
  [complete, 'test/unit/a.test.ts', `describe.sequential.skip('x', f)`],
  [complete, 'test/unit/a.test.ts', `test.skipIf(!hasBrowser)('x', f)`],
  [complete, 'test/unit/a.test.ts', `it.${lone}('x', f)`],
  [awake, 'test/unit/a.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 100))'],
  [awake, 'test/browser/a.test.ts', 'await page.waitForTimeout(500)'],
  [firstFormat, 'server/room.ts', 'Y.applyUpdateV2(doc, bytes)'],
  [firstFormat, 'client/sync/provider.ts', `doc.on('updateV2', f)`],
]

/** [path, text]: honest code in which no rule may find anything. */
const honest: [string, string][] = [
  // The word "any" in comments of both kinds, and an import in a comment and in a string: words, no types, no imports.
  [
    'shared/a.ts',
    `// import { a } from '../server/room.ts'\n/* let a: ${loose} */\nexport const a = "from 'express'" // ${loose}`,
  ],
  // A type `any` inside of two strings: it types nothing.
  [
    'shared/b.ts',
    `export const quote = /["'\`]/g\nexport const b = \`\${a ? \`let x: ${loose}\` : ''}\`\nexport const c = 1 / 2 / 3`,
  ],
  [
    'server/c.ts',
    `const roles: ReadonlySet<string> = new Set(['own'])\nfunction f() {\n  let n = 0\n  return new Map([[n, roles]])\n}`,
  ],
  [
    'server/features/d.ts',
    `import { a } from '../rooms.ts'\nexport const list = ['a'] as const\nexport const table = { a: 1 } as const`,
  ],
  // "any" as a word that people read, behind a colon as a type would be.
  ['client/e.tsx', `export const e = <p title="x">Has anyone ${loose} idea? Don't let it go: ${loose}.</p>`],
  ['shared/g.ts', `export const make = typeof Buffer === 'function' ? Buffer.allocUnsafe : undefined`],
  ['client/sync/f.ts', `export const seq = (document: { seq: number }) => document.seq`],
]

const root = join(import.meta.dirname, '..')
const folders = ['server', 'shared', 'client', 'simulate', 'test', 'scripts', 'bench'].filter((name) =>
  existsSync(join(root, name)),
)
const real = rules.readSources(root, folders, /\.(tsx?|css|m[jt]s)$/)
const every = [downward, apart, features, homes, noNode, noOutside, noPlatform, circles, readable]
every.push(short, introduced, stateless, typed, complete, awake, firstFormat)

describe('the rules catch', () => {
  test.each(violations.map(([rule, path, text]) => ({ rule, path, text, title: rule.title })))(
    '$title: $path',
    ({ rule, path, text }) => {
      expect(rule.find([{ path, text }])).toHaveLength(1)
    },
  )

  test('circles, types included, however long', () => {
    const circle = [
      { path: 'server/a.ts', text: `import type { B } from './b.ts'` },
      { path: 'server/b.ts', text: `import { c } from './c.ts'` },
      { path: 'server/c.ts', text: `type A = import('./a.ts').A` },
    ]
    expect(circles.find(circle)).toEqual(['server/a.ts → server/b.ts → server/c.ts → server/a.ts'])
    expect(circles.find(circle.slice(0, 2))).toEqual([])
  })

  test.each(honest)('nothing in honest code: %s', (path, text) => {
    const introducedText = `// An example.\n${text}`
    expect(every.flatMap((rule) => rule.find([{ path, text: introducedText }]))).toEqual([])
  })
})

describe('in this product', () => {
  test('the sources are found', () => {
    expect(real.map(({ path }) => path)).toEqual(expect.arrayContaining(['server/clock.ts', 'shared/ids.ts']))
  })

  test.each(every.map((rule) => ({ rule, title: rule.title })))('$title', ({ rule }) => {
    expect(rule.find(real)).toEqual([])
  })
})
