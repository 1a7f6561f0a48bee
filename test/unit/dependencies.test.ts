// What the versions in package.json and package-lock.json have to be, each with its reason.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

type LockEntry = { version?: string; optionalDependencies?: Record<string, string> }

const root = join(import.meta.dirname, '../..')
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'))
const manifest = read('package.json') as Record<'dependencies' | 'devDependencies', Record<string, string>>
const lock = read('package-lock.json') as { packages: Record<string, LockEntry> }
const wanted = { ...manifest.dependencies, ...manifest.devDependencies }

/** Every installed copy of a package, wherever it stands in the tree. */
function copiesOf(name: string, packages = lock.packages): { path: string; version: string }[] {
  return Object.entries(packages)
    .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    .map(([path, entry]) => ({ path, version: entry.version ?? '' }))
}

/** Whether a release is the floor or later. A pre-release counts as earlier than anything. */
function isAtLeast(version: string, floor: string): boolean {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return false
  const [ours, least] = [version, floor].map((text) => text.split('.').map(Number))
  const at = ours!.findIndex((part, i) => part !== least![i])
  return at === -1 || ours![at]! > least![at]!
}

/** Packages that a lock names as optional for some platform but does not pin: `npm ci` refuses such a lock. */
function unpinned(packages: Record<string, LockEntry>): string[] {
  return Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => copiesOf(name, packages).length === 0)
}

describe('versions', () => {
  test.each([
    ['engine.io', '6.6.10', 'earlier ones can be made to hold memory by a client'],
    ['socket.io-parser', '4.2.7', 'earlier ones can be stopped by one packet'],
    ['ws', '8.21.1', 'earlier ones can be stopped by one frame'],
  ])('every copy of %s is at least %s: %s', (name, floor) => {
    const copies = copiesOf(name)
    expect(copies.length).toBeGreaterThan(0)
    expect(copies.filter(({ version }) => !isAtLeast(version, floor))).toEqual([])
  })

  test('what package.json asks for is exact, and the lock has just that', () => {
    for (const [name, version] of Object.entries(wanted)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })

  test('there is one Yjs, version 13: two copies do not know each other’s types, 14 has another format', () => {
    expect(copiesOf('yjs').map(({ version }) => version)).toEqual([expect.stringMatching(/^13\./)])
    expect(copiesOf('@y/y')).toEqual([])
  })

  test('codemirror is 6.0: what is published as 6.65 is CodeMirror 5', () => {
    expect(wanted.codemirror).toMatch(/^6\.0\.\d+$/)
  })

  test('vitest is 4: 5 does not run on Node 20', () => {
    expect(wanted.vitest).toMatch(/^4\./)
  })

  test('npm ci can install the lock on every platform', () => {
    expect(unpinned(lock.packages)).toEqual([])
  })
})

describe('these checks catch', () => {
  test.each([
    ['6.6.9', '6.6.10', false],
    ['6.6.10', '6.6.10', true],
    ['6.7.0', '6.6.10', true],
    ['5.9.99', '6.6.10', false],
    ['7.0.0', '6.6.10', true],
    ['6.6.10-beta.1', '6.6.10', false],
    ['', '6.6.10', false],
  ])('%s against the floor %s: %s', (version, floor, expected) => {
    expect(isAtLeast(version, floor)).toBe(expected)
  })

  test('an old copy below another package, and an optional package without a pin', () => {
    const packages = {
      'node_modules/ws': { version: '8.23.0', optionalDependencies: { bufferutil: '4.0.0' } },
      'node_modules/engine.io/node_modules/ws': { version: '8.1.0' },
      'node_modules/not-ws': { version: '1.0.0' },
    }
    expect(copiesOf('ws', packages).map(({ version }) => version)).toEqual(['8.23.0', '8.1.0'])
    expect(unpinned(packages)).toEqual(['bufferutil'])
  })
})
