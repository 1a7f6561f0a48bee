import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockFolder } from '../../server/store/folder-lock.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-lock-'))
  file = join(folder, 'scriptorium.lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const holder = async () => JSON.parse(await readFile(file, 'utf8'))
const leave = (content: unknown) => writeFile(file, JSON.stringify(content))
/** Only Linux tells when a process was started. */
const onLinux = process.platform === 'linux'

async function expectTakenOver(): Promise<void> {
  const unlock = await lockFolder(folder)
  expect((await holder()).pid).toBe(process.pid)
  await unlock()
  expect(await readdir(folder)).toEqual([])
}

describe('the lock of a data folder', () => {
  test('is held until it is given back, and leaves nothing behind', async () => {
    const unlock = await lockFolder(folder)
    expect(await readdir(folder)).toEqual(['scriptorium.lock'])
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'internal' })
    await unlock()
    await unlock()
    await expectTakenOver()
  })

  test('names the process, the folder and what to do when it is held', async () => {
    const unlock = await lockFolder(folder)
    const message = await lockFolder(folder).catch((error: Error) => error.message)
    expect(message).toContain(String(process.pid))
    expect(message).toContain(folder)
    expect(message).toContain('--data')
    await unlock()
  })

  test('given back late, does not take away the lock of the next holder', async () => {
    const unlock = await lockFolder(folder)
    await leave({ pid: 1, token: 'another' })
    await unlock()
    expect(await holder()).toEqual({ pid: 1, token: 'another' })
  })

  test('of many who start at once in this process, one has it', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)))
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['scriptorium.lock'])
  })

  test('of many who find a stale lock at once, one has it', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    for (let round = 0; round < 40; round++) {
      await leave({ pid: child.pid, token: 'gone' })
      const starts = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(folder)))
      const winners = starts.filter((start) => start.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      await winners[0]!.value()
    }
  })

  test('a starter that died while it took over is taken over in turn, and leaves nothing behind', async () => {
    const stale = JSON.stringify({ pid: process.pid, token: 'gone' })
    const claim = join(folder, `scriptorium.lock.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`)
    await leave({ pid: process.pid, token: 'gone' })
    await writeFile(claim, JSON.stringify({ pid: process.pid, token: 'died on the way' }))
    const unlock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'internal' })
    await unlock()
    expect(await readdir(folder)).toEqual([])
  })

  test('is held by a living process, and stale once that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    await leave({ pid: child.pid, token: 'another' })
    await expect(lockFolder(folder)).rejects.toThrow(`process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expectTakenOver()
  })

  if (onLinux) {
    test('is stale when its pid now belongs to a process that was started at another time', async () => {
      await leave({ pid: process.ppid, token: 'another', startedAt: 'an-earlier-boot:5' })
      await expectTakenOver()
    })
  }

  test('is stale when an earlier process with our pid left it, as in a restarted container', async () => {
    await leave({ pid: process.pid, token: 'another', startedAt: 'an-earlier-boot:5' })
    await expectTakenOver()
    await leave({ pid: process.pid, token: 'another' })
    await expectTakenOver()
  })

  if (onLinux) {
    test('is held when a second copy of this module in the same process has it', async () => {
      const unlock = await lockFolder(folder)
      const own = await holder()
      await unlock()
      await leave({ ...own, token: 'the other copy' })
      await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'internal' })
    })
  }

  test('is stale when it is empty, torn or no lock of ours', async () => {
    for (const content of [
      '',
      '{"pid":1',
      'null',
      '[]',
      '{"pid":0,"token":"x"}',
      '{"pid":-1,"token":"x"}',
      '{"pid":1}',
    ]) {
      await writeFile(file, content)
      await expectTakenOver()
    }
  })
})
