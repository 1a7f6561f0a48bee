// A connection that dies without a word: nothing arrives any more, and nobody hangs up.
import { afterEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { createDocument, startServer } from '../harness/server.ts'

/** Issue and page promise it; the server's pings and the library's patience have to keep it together. */
const offlineAfterMsMax = 20_000

afterEach(() => {
  vi.useRealTimers()
})

test('who hears nothing any more is told that he is offline within 20 seconds, and not while pings are only late', async () => {
  const server = await startServer()
  const document = await createDocument(server.url)
  // Time runs as it does, and can be pushed on.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true })
  const options = { url: server.url, documentId: document.id, key: document.keys.edit, doc: new Y.Doc() }
  const provider = new Provider({ ...options, storage: 'none' })
  try {
    await provider.whenSynced()
    // In one go: no packet can come in between, as if the line were dead.
    vi.advanceTimersByTime(10_000)
    expect([provider.status, provider.saveState.kind]).toEqual(['live', 'saved'])
    vi.advanceTimersByTime(offlineAfterMsMax - 10_000)
    expect([provider.status, provider.saveState.kind]).toEqual(['offline', 'offline'])
  } finally {
    vi.useRealTimers()
    await provider.destroy()
    await server.close()
  }
})
