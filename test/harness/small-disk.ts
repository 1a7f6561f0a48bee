// A server whose disk can be filled up and emptied while it runs. The disk is the best one to be had here:
//   tmpfs            a file system of its own, full to the last block: ENOSPC, as in life (Linux, where mounting is allowed)
//   file size limit  the kernel's limit on the size of files, lowered and lifted on the running process: EFBIG (Linux)
//   failing store    no real disk: the server runs in this process, on a store that refuses writes (anywhere else)
// DISK names one of them and overrides the choice.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScriptorium, type Scriptorium } from '../../server/server.ts'
import { createMemoryStore } from '../../server/store/memory.ts'
import { type KillableServer, startKillableServer } from './killable-server.ts'
import { temporaryFolder } from './server.ts'

const diskKinds = ['tmpfs', 'file size limit', 'failing store'] as const
export type DiskKind = (typeof diskKinds)[number]

export type ServerOnSmallDisk = {
  readonly url: string
  /** From now on the disk takes nothing more. */
  fill(): void
  free(): void
  /** The process dies at once; space is freed; it starts again on what is on the disk. */
  killAndFree(): Promise<void>
  close(): Promise<void>
}

const tmpfsSize = '24m'
const ballastPiece = Buffer.alloc(64 * 1024, 'x')

/** What can be had on this machine, found by trying. */
export function bestDiskKind(): DiskKind {
  const wanted = diskKinds.find((kind) => kind === process.env.DISK)
  if (wanted !== undefined) return wanted
  if (process.platform !== 'linux') return 'failing store'
  const folder = mkdtempSync(join(tmpdir(), 'scriptorium-disk-'))
  try {
    mount(folder)
    unmount(folder)
    return 'tmpfs'
  } catch {
    return 'file size limit'
  } finally {
    rmdirSync(folder)
  }
}

/** `main`: of `buildServer`; the failing store does without it. */
export function startOnSmallDisk(kind: DiskKind, main: string): Promise<ServerOnSmallDisk> {
  if (kind === 'tmpfs') return startOnTmpfs(main)
  return kind === 'file size limit' ? startWithLimit(main) : startOnFailingStore()
}

async function startOnTmpfs(main: string): Promise<ServerOnSmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'scriptorium-disk-'))
  mount(folder)
  const ballast = join(folder, 'ballast')
  const free = () => rmSync(ballast, { force: true })
  const remove = () => {
    unmount(folder)
    rmdirSync(folder)
  }
  const server = await startKillableServer(main, join(folder, 'data')).catch((error) => {
    remove()
    throw error
  })
  return {
    url: server.url,
    fill: () => fillUp(ballast),
    free,
    killAndFree: () => killAnd(server, free),
    async close() {
      await server.kill()
      remove()
    },
  }
}

async function startWithLimit(main: string): Promise<ServerOnSmallDisk> {
  const folder = await temporaryFolder()
  const server = await startKillableServer(main, folder)
  // The soft limit alone, which may be raised again. Node ignores SIGXFSZ, so that writes fail with EFBIG.
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:`])
  return {
    url: server.url,
    fill: () => void limit('1'),
    free: () => void limit('unlimited'),
    // A new process comes without the limit.
    killAndFree: () => killAnd(server, () => undefined),
    async close() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startOnFailingStore(): Promise<ServerOnSmallDisk> {
  let store = createMemoryStore()
  const open = async (port: number): Promise<Scriptorium> => {
    const app = await createScriptorium({ dataDir: '.', store, withoutPage: true })
    await app.listen(port, '127.0.0.1')
    return app
  }
  let app = await open(0)
  const url = app.url.replace('localhost', '127.0.0.1')
  return {
    url,
    fill() {
      store.failing = true
    },
    free() {
      store.failing = false
    },
    async killAndFree() {
      // What is durable now is all that the next one gets; the old one goes on failing until it is gone.
      const durable = store.clone()
      await app.close()
      store = durable
      store.failing = false
      app = await open(Number(new URL(url).port))
    },
    close: () => app.close(),
  }
}

async function killAnd(server: KillableServer, free: () => void): Promise<void> {
  await server.kill()
  free()
  await server.start()
}

function fillUp(path: string): void {
  const file = openSync(path, 'a')
  // Smaller and smaller pieces, so that not one block is left.
  for (let length = ballastPiece.length; length >= 1; ) {
    try {
      if (writeSync(file, ballastPiece, 0, length) < length) length = Math.floor(length / 2)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      length = Math.floor(length / 2)
    }
  }
  closeSync(file)
}

const mount = (folder: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${tmpfsSize}`, 'tmpfs', folder], { stdio: 'pipe' })

/** Lazily: a process that has not quite gone must not keep it. */
const unmount = (folder: string) => execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
