// What has to be asked of a disk beside the database on it. Knows no database.
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What opening may have to write: one write buffer of LevelDB (4 MB) as a table, and a manifest. */
const probeBytes = 5 * 1024 * 1024

/** Fails when the disk has no room for what opening the database may write. */
export async function probeDisk(path: string): Promise<void> {
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
export async function syncFolders(first: string, last: string): Promise<void> {
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
