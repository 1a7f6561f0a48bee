// `scriptorium doctor` where the files of the database are damaged, and what it refuses.
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeKey } from '../../server/store/key.ts'
import { RawClient } from '../harness/client.ts'
import { broken, checkRepairServe, damages, dataDir, root, run } from '../harness/damaged-folder.ts'
import { startServer } from '../harness/server.ts'

describe('files of the database that are damaged', () => {
  const database = () => join(dataDir, 'leveldb')
  const fileLike = async (pattern: RegExp) => (await readdir(database())).filter((name) => pattern.test(name)).at(-1)!

  test.each([
    ['a missing CURRENT', /^CURRENT$/, 'remove'],
    ['a broken manifest', /^MANIFEST/, 'spoil'],
    ['a missing manifest', /^MANIFEST/, 'remove'],
  ] as const)('%s: nothing is lost', async (_, pattern, harm) => {
    const name = await fileLike(pattern)
    const before = await readFile(join(database(), name))
    if (harm === 'remove') await rm(join(database(), name))
    else await writeFile(join(database(), name), before.subarray(0, 3))
    const { code, said } = await run()
    expect([code, said]).toEqual([1, expect.stringMatching(/were not looked at.*doctor --repair --data/s)])
    const { repaired, text } = await checkRepairServe()
    expect(text).toBe('abcdef')
    expect(repaired.copy).toBe(`${dataDir}.before-repair`)
    expect((await readdir(repaired.copy!)).includes(name)).toBe(harm === 'spoil')
  })

  test('a changed byte in the log: the commit that it hit is missed, what came before is there', async () => {
    // As a killed server leaves it: without a snapshot, each commit in the log by itself.
    const server = await startServer({ dataDir })
    const ada = new RawClient(server.url)
    await ada.join(broken)
    for (const letter of 'ghijkl') await ada.type(letter)
    ada.close()
    await cp(dataDir, `${dataDir}-killed`, { recursive: true })
    await server.app.close()
    await rm(dataDir, { recursive: true })
    await rename(`${dataDir}-killed`, dataDir)
    await rm(join(dataDir, 'scriptorium.lock'))
    const log = join(database(), await fileLike(/\.log$/))
    const bytes = await readFile(log)
    const marker = Buffer.from(encodeKey(['doc', broken.id, 'record', 10]))
    bytes[bytes.indexOf(marker) + marker.length + 8]! ^= 1
    await writeFile(log, bytes)
    await expect(startServer({ dataDir })).rejects.toThrow(/damaged.*doctor --repair/s)
    const { repaired, text } = await checkRepairServe()
    expect(damages(repaired)).toEqual([expect.stringMatching(/^Commit 10 is missing: the text ends with commit 9/)])
    expect(text).toBe('abcdefghi')
  })
})

describe('what it refuses', () => {
  test('a folder that a server uses', async () => {
    const server = await startServer({ dataDir })
    const { code, complained } = await run('--repair')
    expect([code, complained]).toEqual([2, expect.stringContaining(`in use by process ${process.pid}`)])
    await server.app.close()
  })

  test('a folder without a database, a file, and nonsense', async () => {
    await mkdir(join(root, 'empty'))
    await writeFile(join(root, 'file'), '')
    for (const name of ['empty', 'file', 'nowhere']) {
      const { code, complained } = await run('--data', join(root, name))
      expect([code, complained]).toEqual([2, expect.stringContaining('no Scriptorium database')])
    }
    expect(await readdir(join(root, 'empty'))).toEqual([])
    for (const args of [['--nonsense'], ['please'], ['--data']]) {
      const { code, complained } = await run(...args)
      expect([code, complained]).toEqual([2, expect.stringContaining('doctor --help')])
    }
    expect(await run('--help')).toMatchObject({ code: 0, said: expect.stringContaining('--repair') })
  })
})
