// P2 against the disk: the power goes, the disk answers with errors, or lets nobody write.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openLevelStore } from '../../server/store/level.ts'
import type { Store, StoreRange, StoreWrite } from '../../server/store/store.ts'
import { replay, UpdateLog } from '../../server/update-log.ts'
import { textName } from '../../shared/protocol.ts'
import { buildServer } from '../harness/built-server.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { isLong, report, stopwatch } from '../harness/figures.ts'
import { startKillableServer } from '../harness/killable-server.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, startServer, type TestDocument, temporaryFolder, textOnServer } from '../harness/server.ts'

let built: ReturnType<typeof buildServer>
let root: string
let ends: (() => unknown)[]
beforeAll(() => {
  built = buildServer()
})
beforeEach(async () => {
  root = await temporaryFolder()
  ends = [() => rm(root, { recursive: true, force: true })]
})
afterEach(async () => {
  for (const end of ends.reverse()) await end()
})
afterAll(() => built.remove())

async function newestLog(folder: string): Promise<string> {
  const names = (await readdir(join(folder, 'leveldb'))).filter((name) => name.endsWith('.log'))
  return join(folder, 'leveldb', names.sort().at(-1)!)
}

/** What is on disk, as a server that starts on this folder reads it. */
async function textOnDisk(folder: string, document: TestDocument): Promise<string> {
  const store = await openLevelStore({ folder, durability: 'fsync' })
  try {
    const loaded = await new UpdateLog(store).load(document.id)
    expect(loaded.damage).toBeUndefined()
    return replay(loaded).getText(textName).toString()
  } finally {
    await store.close()
  }
}

test('P2: a power cut at any byte after the last sync loses nothing that was acknowledged', () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    const server = await startServer({ dataDir: join(root, 'data') })
    const document = await createDocument(server.url)
    const ada = new RawClient(server.url)
    await ada.join(document)
    // One commit after the other: at an ack, the log as long as it is has been synced.
    const acks: { text: string; syncedBytes: number }[] = []
    for (let i = 0; i < (isLong ? 400 : 40); i++) {
      await ada.type(`${i}:${random.words(random.between(1, random.chance(0.1) ? 40_000 : 200))}|`)
      acks.push({ text: ada.text, syncedBytes: (await stat(await newestLog(server.dataDir))).size })
    }
    const image = join(root, 'image')
    await cp(server.dataDir, image, { recursive: true })
    await rm(join(image, 'scriptorium.lock'))
    ada.close()
    await server.app.close()
    const whole = await readFile(await newestLog(image))
    let cuts = 0
    for (let i = 0; i < (isLong ? 2_000 : 60); i++) {
      const at = random.below(acks.length - 1)
      const { text, syncedBytes } = acks[at]!
      const unsynced = acks[at + 1]!.syncedBytes - syncedBytes
      const kept = i % 3 === 0 ? 0 : random.below(unsynced)
      const folder = join(root, 'cut')
      await cp(image, folder, { recursive: true })
      const log = await newestLog(folder)
      await truncate(log, syncedBytes + kept)
      // Some file systems give the file its new length, and sectors that were not written are empty.
      if (i % 3 === 2) {
        const sector = syncedBytes + kept - ((syncedBytes + kept) % 512)
        const bytes = Uint8Array.from(whole.subarray(0, acks[at + 1]!.syncedBytes)).fill(
          0,
          Math.max(sector, syncedBytes),
        )
        await writeFile(log, bytes)
      }
      expect(await textOnDisk(folder, document), `cut ${kept} bytes after the sync at ${syncedBytes}`).toBe(text)
      await rm(folder, { recursive: true })
      cuts++
    }
    report('power cut', { 'cuts at and between records': cuts, 'lost acked edits': 0 })
  }))

/** LevelDB on a disk that can answer EIO: before anything was written, or after it got there. */
class SickStore implements Store {
  sick: 'no' | 'refuses' | 'carries out and says no' = 'no'
  errors = 0
  private readonly well: Store

  constructor(well: Store) {
    this.well = well
  }

  get = (key: Uint8Array) => this.well.get(key)
  range = (range: StoreRange) => this.well.range(range)
  close = () => this.well.close()

  async commit(writes: StoreWrite[]): Promise<void> {
    if (this.sick !== 'refuses') await this.well.commit(writes)
    if (this.sick !== 'no') this.fail()
  }

  async reopen(): Promise<void> {
    if (this.sick === 'refuses') this.fail()
    await this.well.reopen()
  }

  private fail(): never {
    this.errors++
    throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  }
}

test('P2: a disk that answers EIO: no ack, and everything is saved once, when it is well again', async () => {
  const store = new SickStore(await openLevelStore({ folder: join(root, 'data'), durability: 'fsync' }))
  const server = await startServer({ store, dataDir: join(root, 'data') })
  const document = await createDocument(server.url)
  const [ada, bob] = [new RawClient(server.url), new RawClient(server.url)]
  for (const one of [ada, bob]) await one.join(document)
  let recovery = 0
  for (const sick of ['refuses', 'carries out and says no'] as const) {
    await ada.type(`before ${sick}.`)
    store.sick = sick
    const held = ada.sendUpdate(ada.edit((text) => text.insert(text.length, `during ${sick}.`)))
    await eventually(() => expect(server.app.queue.degraded).toBe(true))
    expect((await fetch(`${server.url}/healthz`)).status).toBe(503)
    expect(await textOnServer(server.url, document)).not.toContain(`during ${sick}.`)
    expect(await bob.sendUpdate(bob.edit((text) => text.insert(0, 'refused')))).toMatchObject({
      error: { code: 'degraded' },
    })
    store.sick = 'no'
    const seconds = stopwatch()
    expect(await held).toMatchObject({ ok: true })
    recovery = Math.max(recovery, seconds())
    await bob.join(document)
  }
  expect(store.errors).toBeGreaterThan(1)
  const text = await textOnServer(server.url, document)
  expect(text).toBe(ada.text)
  for (const one of [ada, bob]) one.close()
  await server.app.close()
  expect(await textOnDisk(join(root, 'data'), document)).toBe(text)
  report('EIO', { 'lost acked edits': 0, 'recovered after, ms': recovery })
})

/** A folder that can be made read-only under a running server, even for root: a file system of its own, where allowed. */
async function mountable(): Promise<{ folder: string; readOnly(is: boolean): void } | undefined> {
  const folder = join(root, 'mounted')
  await mkdir(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    return undefined
  }
  ends.push(() => execFileSync('umount', ['-l', folder], { stdio: 'pipe' }))
  const remount = (mode: string) => execFileSync('mount', ['-o', `remount,${mode}`, folder], { stdio: 'pipe' })
  return { folder, readOnly: (is) => remount(is ? 'ro' : 'rw') }
}

test('a folder that nobody may write to is refused with one line, and nothing is lost in it', async () => {
  const disk = await mountable()
  const folder = disk === undefined ? join(root, 'data') : join(disk.folder, 'data')
  const server = await startKillableServer(built.main, folder)
  ends.push(() => server.kill())
  const document = await createDocument(server.url, { text: 'kept' })
  await server.kill('SIGTERM')
  const lock = async (is: boolean) => {
    if (disk !== undefined) disk.readOnly(is)
    else execFileSync('chmod', ['-R', is ? 'a-w' : 'u+w', folder])
  }
  await lock(true)
  const refused = stopwatch()
  // As root without a file system of its own there is no such folder to be had: it starts.
  const isRefusable = disk !== undefined || process.getuid?.() !== 0
  if (isRefusable) {
    await expect(server.start()).rejects.toThrow(
      /ended with 1: Scriptorium cannot start: the data folder cannot be written/,
    )
    report('read-only folder', { 'refused after, ms': refused(), 'lost acked edits': 0 })
  }
  await lock(false)
  if (isRefusable) await server.start()
  expect(await textOnServer(server.url, document)).toBe('kept')
})
