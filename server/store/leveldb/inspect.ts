// Looks for damage in the files of a LevelDB database that nobody has open, without changing them. LevelDB would open most
// damaged ones and drop what it cannot read.
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readLogFile } from './log-file.ts'
import { type LiveFiles, liveFiles } from './manifest.ts'
import { tableDamage } from './table.ts'

const tablePattern = /^(\d+)\.(?:ldb|sst)$/

/** `what`: half a sentence about the file, for the host. */
export type FileDamage = { file: string; what: string }

/**
 * Everything that is wrong. Blocks of tables are read newest first until `deepBytesMax` have been; of the rest only what finds
 * the blocks. Throws what the file system throws.
 */
export async function filesDamage(folder: string, deepBytesMax = Number.POSITIVE_INFINITY): Promise<FileDamage[]> {
  const names = await readdir(folder)
  const manifest = await readManifest(folder, names)
  if ('what' in manifest) return [manifest]
  return [
    ...(await logsDamage(folder, names, manifest)),
    ...(await tablesDamage(folder, names, manifest, deepBytesMax)),
  ]
}

/** Names of the tables and logs that are in use; `undefined` when that cannot be known. */
export async function liveNames(folder: string): Promise<ReadonlySet<string> | undefined> {
  const names = await readdir(folder)
  const manifest = await readManifest(folder, names)
  if ('what' in manifest) return undefined
  const logs = liveLogs(names, manifest)
  const tables = numberedFiles(names, tablePattern).filter(({ number }) => manifest.tables.has(number))
  return new Set([...logs, ...tables].map(({ name }) => name))
}

async function readManifest(folder: string, names: readonly string[]): Promise<LiveFiles | FileDamage> {
  if (!names.includes('CURRENT')) return { file: 'CURRENT', what: 'is missing' }
  const current = await readFile(join(folder, 'CURRENT'), 'latin1')
  const name = current.slice(0, -1)
  if (!/^MANIFEST-\d+\n$/.test(current)) return { file: 'CURRENT', what: 'does not name a MANIFEST' }
  if (!names.includes(name)) return { file: name, what: 'is missing' }
  const { records, end } = readLogFile(await readFile(join(folder, name)))
  if (end === 'damaged' || records.length === 0) return { file: name, what: 'cannot be read to its end' }
  try {
    return liveFiles(records)
  } catch {
    return { file: name, what: 'cannot be understood' }
  }
}

/** Only the newest log may have an end that a crash tore: the others were finished before it was begun. */
async function logsDamage(folder: string, names: readonly string[], live: LiveFiles): Promise<FileDamage[]> {
  const logs = liveLogs(names, live)
  const damages: FileDamage[] = []
  // A repair leaves none; whoever opens the database makes one before naming its number.
  if (logs.length === 0 && live.logNumber > 0) return [{ file: fileName(live.logNumber, 'log'), what: 'is missing' }]
  for (const { name } of logs) {
    const { end } = readLogFile(await readFile(join(folder, name)))
    if (end === 'damaged' || (end === 'torn' && name !== logs.at(-1)?.name)) {
      damages.push({ file: name, what: 'has bytes that changed since they were written' })
    }
  }
  return damages
}

const liveLogs = (names: readonly string[], live: LiveFiles) =>
  numberedFiles(names, /^(\d+)\.log$/).filter(
    ({ number }) => number >= live.logNumber || number === live.previousLogNumber,
  )

async function tablesDamage(
  folder: string,
  names: readonly string[],
  { tables }: LiveFiles,
  deepBytesMax: number,
): Promise<FileDamage[]> {
  const found = new Map(numberedFiles(names, tablePattern).map(({ number, name }) => [number, name]))
  const damages: FileDamage[] = []
  let bytesLeft = deepBytesMax
  for (const [number, { size }] of [...tables].sort(([a], [b]) => b - a)) {
    const name = found.get(number)
    if (name === undefined) {
      damages.push({ file: fileName(number, 'ldb'), what: 'is missing' })
      continue
    }
    bytesLeft -= size
    const file = await open(join(folder, name))
    try {
      const what = await tableDamage(file, size, bytesLeft >= 0)
      if (what !== undefined) damages.push({ file: name, what: `is damaged: ${what}` })
    } finally {
      await file.close()
    }
  }
  return damages
}

const fileName = (number: number, ending: string) => `${String(number).padStart(6, '0')}.${ending}`

/** Files whose name has a number, by that number. */
export function numberedFiles(names: readonly string[], pattern: RegExp): { name: string; number: number }[] {
  return names
    .flatMap((name) => {
      const number = pattern.exec(name)?.[1]
      return number === undefined ? [] : [{ name, number: Number(number) }]
    })
    .sort((a, b) => a.number - b.number)
}
