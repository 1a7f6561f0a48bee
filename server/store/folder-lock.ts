// One process at a time may use a data folder. A lock file says who does, so that a person who starts a second server
// reads what to do. It guards the ordinary case; LevelDB's own lock, which the kernel keeps, stands behind it.
import { createHash, randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'

/** Content of the lock file, as JSON. */
type Holder = {
  pid: number
  /** Random per process: tells this process from an earlier one that had the same pid, as in a restarted container. */
  token: string
  /** Boot id and start time of the process (proc(5): field 22 of /proc/<pid>/stat). Absent where there is no /proc. */
  startedAt?: string
}

const fileName = 'scriptorium.lock'
const processToken = randomUUID()
/** Every round that does not end was won by another starter, who then holds the lock or died. */
const attemptsMax = 10

/**
 * Takes the folder (which exists) for this process. Resolves with the function that gives it back; calling that again
 * does nothing. Throws AppError `internal` when a living process holds it, this one included.
 *
 * A lock is stale, and taken over, when its process is gone, when its pid now belongs to a process that was started at
 * another time, or when the file cannot be read as ours: it appears with its whole content, so that an empty or torn
 * one is what a power cut left, and nobody can be proven to hold it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, fileName)
  const startedAt = await processStart(process.pid)
  const own: Holder = { pid: process.pid, token: processToken, ...(startedAt !== undefined && { startedAt }) }
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (await createWhole(path, JSON.stringify(own))) return () => release(path)
    const content = await readIfThere(path)
    if (content === undefined) continue
    const holder = parseHolder(content)
    if (holder !== undefined && (await isAlive(holder, own))) throw held(folder, holder.pid)
    if (await takeOver(path, content, own)) return () => release(path)
  }
  throw new AppError('internal', `The data folder ${folder} could not be locked: other servers keep starting in it.`)
}

const held = (folder: string, pid: number) =>
  new AppError(
    'internal',
    `The data folder ${folder} is in use by process ${pid}. Stop that server first, or start this one with another --data folder.`,
  )

/** Creates the file with its content in one step; `false` when it exists. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFile(draft, content, { flag: 'wx' })
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // No hard links (FAT, some network file systems): not in one step, but still only one creator.
    if (linkUnsupported.has(codeOf(error) ?? '')) return createExclusive(path, content)
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

const linkUnsupported: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

async function createExclusive(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Puts our lock in the place of a stale one, in one step; `false` when somebody else did or is about to. Whoever replaces
 * this very content must first hold the claim on it, so that nobody can take a new lock for the stale one it replaced.
 */
async function takeOver(path: string, stale: string, own: Holder): Promise<boolean> {
  const claim = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`
  if (!(await isClaimed(claim, own))) return false
  try {
    if ((await readIfThere(path)) !== stale) return false
    const draft = `${path}.${randomUUID()}`
    await writeFile(draft, JSON.stringify(own), { flag: 'wx' })
    await rename(draft, path)
    return true
  } finally {
    await rm(claim, { force: true })
  }
}

async function isClaimed(claim: string, own: Holder): Promise<boolean> {
  if (await createWhole(claim, JSON.stringify(own))) return true
  const content = await readIfThere(claim)
  if (content === undefined) return false
  const holder = parseHolder(content)
  if (holder !== undefined && (await isAlive(holder, own))) return false
  // Somebody died while he took over: the same again, one level up.
  return takeOver(claim, content, own)
}

async function release(path: string): Promise<void> {
  const content = await readIfThere(path)
  if (content !== undefined && parseHolder(content)?.token === processToken) await rm(path, { force: true })
}

async function isAlive(holder: Holder, own: Holder): Promise<boolean> {
  if (holder.token === own.token) return true
  // Our pid, another token: an earlier process (a container's first pid is always 1), or a second copy of this module.
  if (holder.pid === own.pid) return own.startedAt !== undefined && holder.startedAt === own.startedAt
  if (!pidExists(holder.pid)) return false
  const startedAt = await processStart(holder.pid)
  return startedAt === undefined || holder.startedAt === undefined || startedAt === holder.startedAt
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Boot id and start time in clock ticks since that boot; `undefined` where /proc does not tell. */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    // Field 2 is the program's name in parentheses and may itself contain blanks and parentheses.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? undefined : `${boot.trim()}:${ticks}`
  } catch {
    return undefined
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null) return undefined
    const { pid, token, startedAt } = value as Partial<Record<keyof Holder, unknown>>
    if (!Number.isInteger(pid) || (pid as number) <= 0 || typeof token !== 'string') return undefined
    return { pid: pid as number, token, ...(typeof startedAt === 'string' && { startedAt }) }
  } catch {
    return undefined
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code
