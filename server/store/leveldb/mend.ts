// Makes the files of a damaged LevelDB database such that LevelDB's own repair keeps all that can be read: it would keep bad
// blocks of tables, and drop up to 32 kB of log for one bad byte. Works in place: copy the folder before.
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { liveNames, numberedFiles } from './inspect.ts'
import { readLogFile, soundLog } from './log-file.ts'
import { soundTable, tableDamage } from './table.ts'

/** Resolves when every table and log in the folder can be read to its end. Throws what the file system throws. */
export async function mendFiles(folder: string): Promise<void> {
  const names = await readdir(folder)
  // Left-overs of a killed process would come back to life: the repair takes every file for one that is in use.
  const live = await liveNames(folder)
  for (const { name } of numberedFiles(names, /^(\d+)\.(?:ldb|sst|log)$/)) {
    const path = join(folder, name)
    if (live !== undefined && !live.has(name)) await rm(path)
    else if (name.endsWith('.log')) await mendLog(path)
    else await mendTable(path)
  }
}

async function mendLog(path: string): Promise<void> {
  const bytes = await readFile(path)
  if (readLogFile(bytes).end !== 'whole') await replace(path, soundLog(bytes))
}

async function mendTable(path: string): Promise<void> {
  const file = await open(path)
  let sound: Uint8Array | undefined
  try {
    if ((await tableDamage(file, (await file.stat()).size, true)) === undefined) return
    sound = await soundTable(file)
  } finally {
    await file.close()
  }
  if (sound === undefined) await rm(path)
  else await replace(path, sound)
}

/** In one step: a repair that is killed can be begun again. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.mended`
  await writeFile(draft, bytes, { flush: true })
  await rename(draft, path)
}
