// The files of real LevelDB databases, damaged byte by byte: what was written is missed, what a crash tore is not.
import { cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectLevelFolder, openLevelStore, repairLevelFolder } from '../../server/store/level.ts'
import { filesDamage } from '../../server/store/leveldb/inspect.ts'
import { readLogFile, soundLog } from '../../server/store/leveldb/log-file.ts'
import { tableDamage } from '../../server/store/leveldb/table.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

const rows = 400
const key = (n: number) => Uint8Array.of(1, n >> 8, n & 255)
const everything = { gte: Uint8Array.of(0), lt: Uint8Array.of(255) }
const flips = process.env.LONG ? 2_000 : 60
const random = new Random(runSeed)

/** A database with tables and a log, closed; one row per commit. */
let folder: string
let copy: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-files-'))
  copy = join(folder, 'copy')
  for (const half of [0, 1]) {
    const store = await openLevelStore({ folder: join(folder, 'data'), durability: 'os' })
    for (let n = half * (rows / 2); n < (half + 1) * (rows / 2); n++) {
      // The last one covers a few sectors, for a write that got to the disk in part.
      const length = random.between(n === rows - 1 ? 2_000 : 1, 3_000)
      const value = new TextEncoder().encode(`${n} ${random.words(length)}`)
      await store.commit([{ type: 'put', key: key(n), value }])
    }
    await store.close()
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const database = () => join(copy, 'leveldb')
async function freshCopy(): Promise<void> {
  await rm(copy, { recursive: true, force: true })
  await cp(join(folder, 'data'), copy, { recursive: true })
}
const fileNames = async (pattern: RegExp) => (await readdir(database())).filter((name) => pattern.test(name)).sort()
const liveLog = async () => join(database(), (await fileNames(/\.log$/)).at(-1)!)

/** Vitest compares bytes one by one, which takes minutes for megabytes. */
const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) => Buffer.concat(a).equals(Buffer.concat(b))

async function flip(path: string, at: number, mask = 1 << random.below(8)): Promise<void> {
  const bytes = await readFile(path)
  bytes[at]! ^= mask
  await writeFile(path, bytes)
}

async function rowsIn(): Promise<number> {
  const store = await openLevelStore({ folder: copy, durability: 'os' })
  let count = 0
  for await (const _ of store.range(everything)) count++
  await store.close()
  return count
}

describe('a database whose bytes changed', () => {
  test('has nothing wrong as it was written', async () => {
    await freshCopy()
    expect(await filesDamage(database())).toEqual([])
    expect(await rowsIn()).toBe(rows)
    expect(await filesDamage(database())).toEqual([])
  })

  test('any flipped bit in front of the last write of a log is found', () =>
    withSeed(runSeed, async () => {
      await freshCopy()
      const bytes = await readFile(await liveLog())
      const { records } = readLogFile(bytes)
      const end = bytes.length - records.at(-1)!.length - 7
      for (let i = 0; i < flips; i++) {
        const at = random.below(end)
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1 << random.below(8)
        const isTrailer = same(readLogFile(changed).records, records)
        expect(isTrailer || readLogFile(changed).end === 'damaged', `byte ${at}`).toBe(true)
      }
    }))

  test('a log loses only the records that a bad byte hit', () =>
    withSeed(runSeed, async () => {
      await freshCopy()
      const bytes = await readFile(await liveLog())
      const { records } = readLogFile(bytes)
      expect(same([soundLog(bytes)], [bytes])).toBe(true)
      for (let i = 0; i < flips; i++) {
        const changed = Uint8Array.from(bytes)
        changed[random.below(bytes.length)]! ^= 1 << random.below(8)
        const left = readLogFile(soundLog(changed))
        expect(left.end).toBe('whole')
        expect(left.records.length).toBeGreaterThanOrEqual(records.length - 1)
      }
    }))

  test('any flipped bit in a block of a table is found', () =>
    withSeed(runSeed, async () => {
      await freshCopy()
      const [name] = await fileNames(/\.ldb$/)
      const path = join(database(), name!)
      const { size } = await stat(path)
      for (let i = 0; i < flips; i++) {
        const at = random.below(size - 48)
        const mask = 1 << random.below(8)
        await flip(path, at, mask)
        const file = await open(path)
        expect(await tableDamage(file, size, true), `byte ${at}`).toBeDefined()
        await file.close()
        await flip(path, at, mask)
      }
    }))

  test.each([
    ['CURRENT', /^CURRENT$/],
    ['the manifest', /^MANIFEST/],
    ['a table', /\.ldb$/],
    ['the log', /\.log$/],
  ])('without %s it is refused with the command that repairs it, untouched', async (_, pattern) => {
    await freshCopy()
    await rm(join(database(), (await fileNames(pattern))[0]!))
    const before = await fileNames(/./)
    await expect(openLevelStore({ folder: copy, durability: 'os' })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/damaged.*is missing.*doctor --repair --data/s),
    })
    expect(await fileNames(/./)).toEqual(before)
  })

  test('a flipped byte anywhere costs at most the rows beside it, once repaired, and the copy has it as it was', () =>
    withSeed(runSeed, async () => {
      for (const pattern of [/\.ldb$/, /\.log$/, /^MANIFEST/]) {
        await freshCopy()
        const name = (await fileNames(pattern))[0]!
        const path = join(database(), name)
        const { size } = await stat(path)
        // In the first half: a bad index at the end of a table makes all of it unreadable.
        await flip(path, random.below(size / 2))
        const broken = await readFile(path)
        expect(await inspectLevelFolder(copy)).toMatchObject([{ file: name }])
        const aside = join(folder, `aside ${name}`)
        await repairLevelFolder(copy, aside)
        expect(same([await readFile(join(aside, name))], [broken])).toBe(true)
        expect(await inspectLevelFolder(copy)).toEqual([])
        expect(await rowsIn()).toBeGreaterThanOrEqual(pattern.source.startsWith('^') ? rows : rows - 8)
      }
    }))
})

describe('a repair', () => {
  test('does not bring back what a left-over table holds', async () => {
    await rm(copy, { recursive: true, force: true })
    const ghost = Uint8Array.of(2, 2)
    const other = await openLevelStore({ folder: copy, durability: 'os' })
    await other.commit([{ type: 'put', key: ghost, value: Uint8Array.of(1) }])
    await other.close()
    // Opening writes the log of the last time as a table.
    await (await openLevelStore({ folder: copy, durability: 'os' })).close()
    const table = await readFile(join(database(), (await fileNames(/\.ldb$/))[0]!))
    await freshCopy()
    await writeFile(join(database(), '999999.ldb'), table)
    const bytes = await readFile(await liveLog())
    bytes[100]! ^= 1
    await writeFile(await liveLog(), bytes)
    await repairLevelFolder(copy, join(folder, 'aside ghost'))
    const store = await openLevelStore({ folder: copy, durability: 'os' })
    expect(await store.get(ghost)).toBeUndefined()
    await store.close()
  })

  test('is asked for by damage that is found without reading every block, in a folder of any size', async () => {
    await freshCopy()
    const path = join(database(), (await fileNames(/\.ldb$/))[0]!)
    const { size } = await stat(path)
    await flip(path, 10)
    expect(await filesDamage(database(), 0)).toEqual([])
    expect(await filesDamage(database())).toHaveLength(1)
    await flip(path, size - 60)
    expect(await filesDamage(database(), 0)).toHaveLength(1)
  })
})

describe('a log that is written anew', () => {
  test('is what LevelDB itself writes, however many bytes a block has left for the header of the next record', async () => {
    const block = 32 * 1024
    // What LevelDB puts around a value of so many bytes under a key of three: the header, the batch, two lengths.
    const around = 7 + 12 + 1 + 1 + 3 + 3
    await rm(copy, { recursive: true, force: true })
    const store = await openLevelStore({ folder: copy, durability: 'os' })
    const log = await liveLog()
    const put = (n: number, length: number) =>
      store.commit([{ type: 'put', key: key(n), value: new Uint8Array(length).fill(n + 1) }])
    for (let left = 0; left <= 9; left++) {
      const { size } = await stat(log)
      await put(left, block - (size % block) - left - around)
      expect(((await stat(log)).size + left) % block).toBe(0)
      await put(100 + left, left * 10)
    }
    await store.close()
    const bytes = await readFile(log)
    expect(readLogFile(bytes).end).toBe('whole')
    expect(readLogFile(bytes).records).toHaveLength(20)
    expect(same([soundLog(bytes)], [bytes])).toBe(true)
  })
})

describe('the end of a log that a crash tore', () => {
  test('is no damage wherever it was cut, and everything before it is there', async () => {
    await freshCopy()
    const path = await liveLog()
    const bytes = await readFile(path)
    const { records } = readLogFile(bytes)
    const step = process.env.LONG ? 13 : 4_999
    for (let length = bytes.length; length >= 0; length -= step) {
      const { records: left, end } = readLogFile(bytes.subarray(0, length))
      expect(end, `cut after ${length} bytes`).not.toBe('damaged')
      expect(same(left, records.slice(0, left.length))).toBe(true)
    }
    await truncate(path, bytes.length - 1)
    expect(await rowsIn()).toBe(rows - 1)
  })

  test('is no damage when its sectors stayed empty', async () => {
    await freshCopy()
    const bytes = await readFile(await liveLog())
    const last = readLogFile(bytes).records.at(-1)!
    const sector = 512
    const blankFrom = Math.ceil((bytes.length - last.length) / sector) * sector
    expect(blankFrom + sector).toBeLessThan(bytes.length)
    const changed = Uint8Array.from(bytes).fill(0, blankFrom)
    expect(readLogFile(changed).end).toBe('torn')
  })

  test('is damage when any bit of it changed later, its length included: it had been acknowledged', async () => {
    await freshCopy()
    const bytes = await readFile(join(database(), (await fileNames(/^MANIFEST/))[0]!))
    const last = readLogFile(bytes).records.at(-1)!
    expect(last.length).toBeLessThan(1_000)
    const bits = (last.length + 7) * 8
    for (let bit = 0; bit < bits; bit++) {
      const changed = Uint8Array.from(bytes)
      changed[bytes.length - 1 - (bit >> 3)]! ^= 1 << (bit & 7)
      expect(readLogFile(changed).end, `bit ${bit} from the end`).toBe('damaged')
    }
  })

  test('tables that a killed process had not finished are no damage', async () => {
    await freshCopy()
    await writeFile(join(database(), '999999.ldb'), 'unfinished')
    expect(await filesDamage(database())).toEqual([])
    expect(await rowsIn()).toBe(rows)
  })
})
