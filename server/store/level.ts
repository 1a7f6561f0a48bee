// The store on disk: LevelDB. The only file that imports `level`. Folder: scriptorium.lock (folder-lock.ts) and leveldb/.
// It never creates a database in place of a damaged one, and never writes on after a failed write.
import { cp, mkdir, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Level } from 'level'
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { probeDisk, syncFolders } from './disk.ts'
import { lockFolder } from './folder-lock.ts'
import { type FileDamage, filesDamage } from './leveldb/inspect.ts'
import { mendFiles } from './leveldb/mend.ts'
import type { Store, StoreRange, StoreWrite } from './store.ts'

/** `fsync`: a resolved commit survives power loss. `os`: it survives the death of the process. */
export type Durability = 'fsync' | 'os'

const databaseName = 'leveldb'
/** Damaged files that a message names. */
const damagesNamed = 3
/** Entries that one turn of a range reads, and the bytes after which such a turn ends early. */
const rangeTurnEntries = 1_000
const rangeTurnBytes = 256 * 1024
type Database = Level<Uint8Array, Uint8Array>

/**
 * Opens (or, in a folder that has none yet, creates) the database and locks the folder, which is made if need be.
 * Throws AppError `internal`, with what to do, when the folder is in use, is somebody else's, or the database is damaged.
 */
export async function openLevelStore(options: { folder: string; durability: Durability }): Promise<LevelStore> {
  const folder = resolve(options.folder)
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, databaseName)
  if (await hasNoDatabase(path)) await assertOurs(folder)
  const unlock = await lockFolder(folder)
  try {
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

/** Everything that is wrong with the files of a folder that has a database and nobody uses. Changes nothing. */
export async function inspectLevelFolder(folder: string): Promise<FileDamage[]> {
  const unlock = await lockFolder(resolve(folder))
  try {
    return await filesDamage(join(folder, databaseName))
  } finally {
    await unlock()
  }
}

/**
 * Copies the database to `copy`, then makes it one that opens and has all rows that can still be read. Throws AppError
 * `internal` when nothing can be made of it.
 */
export async function repairLevelFolder(folder: string, copy: string): Promise<void> {
  const path = join(resolve(folder), databaseName)
  const unlock = await lockFolder(resolve(folder))
  try {
    await cp(path, copy, { recursive: true, errorOnExist: true, force: false })
    await mendFiles(path)
    // `level` exports the class of classic-level under types that know only what browsers have as well.
    await (Level as unknown as { repair(location: string): Promise<void> }).repair(path)
    const left = await filesDamage(path)
    if (left.length > 0) throw damaged(path, left)
  } finally {
    await unlock()
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
  /** The last write, settled. The threads that carry out two at once may do so in either order. */
  #written: Promise<void> = Promise.resolve()

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
    this.#assertWritable()
    // Operation by operation: an array is turned into objects first, which costs several times as much.
    const batch = this.#database.batch()
    for (const write of writes) {
      if (write.type === 'put') batch.put(write.key, write.value)
      else batch.del(write.key)
    }
    const mine = this.#written.then(() => this.#write(batch))
    this.#written = mine.catch(() => undefined)
    return mine
  }

  async #write(batch: ReturnType<Database['batch']>): Promise<void> {
    try {
      // The one before may have failed.
      this.#assertWritable()
      await batch.write({ sync: this.#sync })
    } catch (error) {
      await batch.close().catch(() => undefined)
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
    await this.#written
    this.#state = 'closed'
    try {
      await this.#database.close()
    } finally {
      await this.#unlock()
    }
  }

  #assertWritable(): void {
    if (this.#state !== 'open') throw degraded(new Error(`the store is ${this.#state}`))
  }

  #assertReadable(): void {
    if (this.#database.status !== 'open' || this.#state === 'reopening' || this.#state === 'closed') {
      throw degraded(new Error(`the store is ${this.#state}`))
    }
  }
}

/**
 * LevelDB without its CURRENT takes itself for new: allowed to create, it would delete the data. And what it cannot read of a
 * log or a table it leaves out, so that documents would be shorter than they were.
 */
async function assertWhole(path: string): Promise<void> {
  const found = await filesDamage(path, limits.startCheckBytesMax)
  if (found.length > 0) throw damaged(path, found)
}

/** A folder in which there are other things, but no database, was chosen by mistake. */
async function assertOurs(folder: string): Promise<void> {
  const foreign = (await readdir(folder)).find((name) => !/^(\.|scriptorium\.|lost\+found$|leveldb$)/.test(name))
  if (foreign === undefined) return
  throw new AppError(
    'internal',
    `The folder ${folder} holds other things (${foreign}) and no documents. Choose an empty or a new folder with --data.`,
  )
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

/** `found`: what our own look at the files says; absent when LevelDB said so. */
function damaged(path: string, found: readonly FileDamage[], cause?: unknown): AppError {
  const folder = dirname(path)
  const list = found.slice(0, damagesNamed).map(({ file, what }) => `${file} ${what}`)
  if (found.length > list.length) list.push(`${found.length - list.length} more files`)
  return new AppError(
    'internal',
    `The database in ${path} is damaged${list.length === 0 ? '' : ` (${list.join('; ')})`}. Nothing was changed. ` +
      `Restore the folder from a backup, or repair it: scriptorium doctor --repair --data ${folder}`,
    { cause },
  )
}

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
    return damaged(path, [], cause)
  }
  return new AppError('degraded', `The database in ${path} cannot be opened: ${message}`, { cause })
}

/** A view of class Uint8Array: the slice() of the Buffers that LevelDB gives would share bytes instead of copying. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const degraded = (cause: unknown) =>
  new AppError('degraded', 'The server cannot use its disk at the moment.', { cause })

function throwDegraded(cause: unknown): never {
  throw degraded(cause)
}
