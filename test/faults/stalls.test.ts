// One process serves all documents, one thing after the other: how long others wait for the largest honest things that one
// document can ask for. The server is a process of its own, so that only its stalls are measured.
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { PieceSize } from '../../client/sync/piece-size.ts'
import { splitUpdate } from '../../client/sync/split-update.ts'
import { limits } from '../../shared/limits.ts'
import { buildServer, runServer, type ServerProcess } from '../harness/built-server.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { isLong, report, stopwatch } from '../harness/figures.ts'
import { pause, Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, type TestDocument, temporaryFolder, textOnServer } from '../harness/server.ts'

let built: ReturnType<typeof buildServer>
let server: ServerProcess
let folder: string
beforeAll(async () => {
  built = buildServer()
  folder = await temporaryFolder()
  server = await runServer(built.main, folder, ['--log-level', 'warn'])
})
afterAll(async () => {
  server.child.kill('SIGKILL')
  await server.exit
  built.remove()
  await rm(folder, { recursive: true, force: true })
})

/** The longest wait for an ack in a small room of its own while `work` goes on, ms. */
async function longestWait(small: RawClient, work: () => Promise<unknown>): Promise<number> {
  let isOver = false
  let longest = 0
  const probing = (async () => {
    while (!isOver) {
      const wait = stopwatch()
      await small.type('.')
      longest = Math.max(longest, wait())
      await pause(10)
    }
  })()
  try {
    await work()
  } finally {
    isOver = true
    await probing
  }
  return longest
}

/** Sends a change as a provider would: in pieces, in order, some of them on their way at once. */
async function sendAll(client: RawClient, pieces: readonly Uint8Array[]): Promise<void> {
  for (let i = 0; i < pieces.length; i += limits.updatesInFlightMax) {
    const together = pieces.slice(i, i + limits.updatesInFlightMax)
    for (const answer of await Promise.all(together.map((piece) => client.sendUpdate(piece)))) {
      expect(answer, JSON.stringify(answer)).toMatchObject({ ok: true })
    }
  }
}

test('the largest honest edits of one document hold up the others for a bounded time', () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    const small = new RawClient(server.url)
    await small.join(await createDocument(server.url))
    const quiet = await longestWait(small, async () => {
      for (let i = 0; i < 20; i++) await pause(10)
    })
    const huge: TestDocument = await createDocument(server.url)
    const writer = new RawClient(server.url)
    await writer.join(huge)
    const words = isLong ? 20_000 : 1_000
    // Made before the clock runs: what is measured is the server.
    const inPieces = (change: (text: Y.Text) => void) => splitUpdate(writer.edit(change), new PieceSize())
    const pasted = inPieces((text) => {
      for (let i = 0; i < words; i++) text.insert(0, `word ${random.words(200)}`)
    })
    const pasteMs = await longestWait(small, () => sendAll(writer, pasted))
    const replaced = inPieces((text) => {
      for (const { index: at } of [...text.toString().matchAll(/word/g)]) {
        text.delete(at, 4)
        text.insert(at, 'WORT')
      }
    })
    const replaceMs = await longestWait(small, () => sendAll(writer, replaced))
    const openMs = await longestWait(small, async () => {
      const reader = new RawClient(server.url)
      reader.socket.on('slice', (_header: object, _bytes: Uint8Array, answer: () => void) => answer())
      expect(await reader.join(huge)).toMatchObject({ ok: true })
      reader.close()
    })
    const compactMs = await longestWait(small, async () => {
      // Enough commits for a snapshot of the whole of it.
      const commits =
        limits.tailRecordsMax + Math.ceil(Y.encodeStateAsUpdate(writer.doc).length / limits.tailBytesPerRecord)
      for (let i = 0; i < commits + 20; i++) {
        await writer.type('.')
        // As many a second as a page may send.
        if (isLong) await pause(1_000 / limits.updatesPerSecond)
      }
    })
    await eventually(async () => expect((await textOnServer(server.url, huge)) === writer.text).toBe(true))
    // Far more than the bound that the guard puts on one update: a machine that is busy with other things is slow.
    for (const ms of [pasteMs, replaceMs, openMs, compactMs]) expect(ms).toBeLessThan(20_000)
    report('event loop stall by one huge document', {
      'text, characters': writer.text.length,
      'others wait, ms (quiet, longest)': quiet,
      'others wait, ms (all of it at once)': pasteMs,
      [`others wait, ms (${words} replacements at once)`]: replaceMs,
      'others wait, ms (somebody opens it)': openMs,
      'others wait, ms (many commits in it, snapshot)': compactMs,
    })
    for (const client of [small, writer]) client.close()
  }))
