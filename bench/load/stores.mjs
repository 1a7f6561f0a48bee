// What keeps documents, behind one interface: `append(update)` resolves when the store says that it is kept, `close()`, and
// `text()` of a store just opened.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const documentId = 'AAAAAAAAAAAAAAAAAAAAAA'
const text = (doc) => doc.getText('content').toString()

/**
 * Scriptorium's: group commit with fsync, one record for each commit. What a room does between guard and broadcast, without
 * its Y.Doc. `dist`: a build.
 */
export async function openScriptorium({ dist, folder }) {
  const load = (file) => import(pathToFileURL(join(dist, 'server', file)).href)
  const files = ['store/level.js', 'commit-queue.js', 'clock.js', 'parts.js', 'update-log.js']
  const [{ openLevelStore }, { CommitQueue }, { systemClock }, { adjacentMerged }, log] = await Promise.all(
    files.map(load),
  )
  const store = await openLevelStore({ folder, durability: 'fsync' })
  const queue = new CommitQueue({ store, clock: systemClock })
  const session = { clientId: 2 ** 31 }
  const committing = []
  let waiting = []
  let seq = 0
  const source = {
    form() {
      const parts = waiting
      waiting = []
      committing.push(parts)
      seq++
      return [log.recordWrite(documentId, { seq, time: systemClock.now(), parts: adjacentMerged(parts) })]
    },
    committed() {
      for (const { answer } of committing.shift()) answer()
    },
  }
  return {
    append: (bytes) =>
      new Promise((answer) => {
        waiting.push({ session, bytes, answer })
        queue.submit(source, bytes.length)
      }),
    async text() {
      const doc = log.replay(await new log.UpdateLog(store).load(documentId))
      return text(doc)
    },
    async close() {
      await queue.whenIdle()
      await store.close()
    },
  }
}

/** y-leveldb as y-websocket's server uses it: a put for each update, without fsync. */
export async function openYLeveldb({ folder }) {
  const { LeveldbPersistence } = await import('y-leveldb')
  const store = new LeveldbPersistence(folder)
  return {
    append: (bytes) => store.storeUpdate(documentId, bytes),
    text: async () => text(await store.getYDoc(documentId)),
    close: () => store.destroy(),
  }
}
