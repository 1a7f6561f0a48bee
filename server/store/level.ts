// The store on disk: LevelDB. The only file that imports `level`. Folder: scriptorium.lock (folder-lock.ts) and leveldb/.
// It never creates a database in place of a damaged one, and never writes on after a failed write.
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Level } from 'level'
import { AppError } from '../../shared/errors.ts'
import { lockFolder } from './folder-lock.ts'
import type { Store, StoreRange, StoreWrite } from './store.ts'

/** `fsync`: a resolved commit survives power loss. `os`: it survives the death of the process. */
export type Durability = 'fsync' | 'os'

/** Entries that one turn of a range reads, and the bytes after which such a turn ends early. */
const rangeTurnEntries = 1_000
const rangeTurnBytes = 256 * 1024
/** What opening may have to write: one write buffer of LevelDB (4 MB) as a table, and a manifest. */
const probeBytes = 5 * 1024 * 1024

type Database = Level<Uint8Array, Uint8Array>

/**
 * Opens (or, in a folder that has none yet, creates) the database and locks the folder, which is made if need be.
 * Throws AppError `internal`, with what to do, when the folder is in use or the database is damaged.
 */
export async function openLevelStore(options: { folder: string; durability: Durability }): Promise<LevelStore> {
  const folder = resolve(options.folder)
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 })
  const unlock = await lockFolder(folder)
  try {
    const path = join(folder, 'leveldb')
    const isNew = await hasNoDatabase(path)
    if (!isNew) await assertWhole(path)
    const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view', createIfMissing: isNew })
    // In the same turn, or the constructor opens by itself.
    await openDatabase(database, isNew)
    // LevelDB syncs its own folder; that the folder is in its parent is for us to sync.
    if (isNew) await syncFolders(folder, firstMade === undefined ? folder : dirname(firstMade))
    return new LevelStore(database, folder, options.durability, unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

/** See openLevelStore. */
export class LevelStore implements Store {
  readonly #database: Database
  readonly #folder: string
  readonly #sync: boolean
  readonly #unlock: () => Promise<void>
  /** `failed`: a write failed; the database may still be readable. */
  #state: 'open' | 'failed' | 'reopening' | 'closed' = 'open'
  #reopening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(database: Database, folder: string, durability: Durability, unlock: () => Promise<void>) {
    this.#database = database
    this.#folder = folder
    this.#sync = durability !== 'os'
    this.#unlock = unlock
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertReadable()
    const value: Uint8Array | undefined = await this.#database.get(key).catch(throwDegraded)
    return value && plain(value)
  }

  async *range({ gte, lt, reverse = false, limit = -1 }: StoreRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
    this.#assertReadable()
    // An iterator of LevelDB reads from an implicit snapshot of the moment it was made.
    const iterator = this.#database.iterator({ gte, lt, reverse, limit, highWaterMarkBytes: rangeTurnBytes })
    try {
      for (;;) {
        const entries = await iterator.nextv(rangeTurnEntries).catch(throwDegraded)
        if (entries.length === 0) return
        for (const [key, value] of entries) yield [plain(key), plain(value)]
      }
    } finally {
      await iterator.close()
    }
  }

  async commit(writes: StoreWrite[]): Promise<void> {
    if (this.#state !== 'open') throw degraded(new Error(`the store is ${this.#state}`))
    try {
      // Operation by operation: an array is turned into objects first, which costs several times as much.
      const batch = this.#database.batch()
      for (const write of writes) {
        if (write.type === 'put') batch.put(write.key, write.value)
        else batch.del(write.key)
      }
      await batch.write({ sync: this.#sync })
    } catch (error) {
      // What is in LevelDB's log after a failed write is unknown; appending to it could hide later records.
      if (this.#state === 'open') this.#state = 'failed'
      throw degraded(error)
    }
  }

  /** Concurrent calls share one attempt. While the disk has no room to open again, what is open stays readable. */
  reopen(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(degraded(new Error('the store is closed')))
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  async #reopen(): Promise<void> {
    try {
      if (this.#database.status === 'open') await probeDisk(join(this.#folder, 'scriptorium.probe'))
      this.#state = 'reopening'
      await this.#database.close()
      await assertWhole(this.#database.location)
      await openDatabase(this.#database, false)
      this.#state = 'open'
    } catch (error) {
      this.#state = 'failed'
      throw degraded(error)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // How the attempt ended does not matter any more; whoever asked for it was told.
    await this.#reopening?.catch(() => undefined)
    this.#state = 'closed'
    try {
      // Waits for writes in flight.
      await this.#database.close()
    } finally {
      await this.#unlock()
    }
  }

  #assertReadable(): void {
    if (this.#database.status !== 'open' || this.#state === 'reopening' || this.#state === 'closed') {
      throw degraded(new Error(`the store is ${this.#state}`))
    }
  }
}

/** LevelDB without its CURRENT takes itself for new: allowed to create, it would delete the data. */
async function assertWhole(path: string): Promise<void> {
  if (!(await readdir(path)).includes('CURRENT')) throw damaged(path)
}

async function openDatabase(database: Database, createIfMissing: boolean): Promise<void> {
  try {
    await database.open({ createIfMissing })
  } catch (error) {
    throw openFailed(database.location, error)
  }
}

/**
 * Whether nothing was ever stored there: no folder, an empty one, or what a first start leaves that was killed before
 * LevelDB wrote its CURRENT (its log, where data would be, is made after that).
 */
async function hasNoDatabase(path: string): Promise<boolean> {
  try {
    const beforeCurrent = /^(LOCK|LOG|LOG\.old|MANIFEST-000001|000001\.dbtmp)$/
    return (await readdir(path)).every((name) => beforeCurrent.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

const damaged = (path: string, cause?: unknown) =>
  new AppError(
    'internal',
    `The database in ${path} is damaged. Nothing was changed. Restore it from a backup, or make a copy of the folder and repair that.`,
    { cause },
  )

/** LevelDB tells damage, a lock held elsewhere and a refusing disk apart only by the text of its status. */
function openFailed(path: string, error: unknown): AppError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'LEVEL_LOCKED') {
    return new AppError('internal', `The database in ${path} is in use by another process. Stop that one first.`, {
      cause,
    })
  }
  if (code === 'LEVEL_CORRUPTION' || /corruption|does not exist|no such file/i.test(message)) {
    return damaged(path, cause)
  }
  return new AppError('degraded', `The database in ${path} cannot be opened: ${message}`, { cause })
}

/** Fails when the disk has no room for what opening the database may write. */
async function probeDisk(path: string): Promise<void> {
  try {
    await withFile(path, 'w', async (file) => {
      await file.writeFile(new Uint8Array(probeBytes))
      await file.sync()
    })
  } finally {
    await rm(path, { force: true })
  }
}

/** Makes the entries of all folders from the first up to the last durable. */
async function syncFolders(first: string, last: string): Promise<void> {
  if (process.platform === 'win32') return
  for (let folder = first; ; folder = dirname(folder)) {
    await withFile(folder, 'r', (file) => file.sync())
    if (folder === last || folder === dirname(folder)) return
  }
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

/** A view of class Uint8Array: the slice() of the Buffers that LevelDB gives would share bytes instead of copying. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const degraded = (cause: unknown) =>
  new AppError('degraded', 'The server cannot use its disk at the moment.', { cause })

function throwDegraded(cause: unknown): never {
  throw degraded(cause)
}
