import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import { badUpdates, honestUpdate } from '../harness/bad-updates.ts'
import { RawClient } from '../harness/client.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { callWitnesses, type Witnesses } from '../harness/witnesses.ts'

let server: TestServer
let witnesses: Witnesses
const unhandled: unknown[] = []
const remember = (error: unknown) => void unhandled.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', remember)
  process.on('uncaughtException', remember)
  server = await startServer()
  witnesses = await callWitnesses(server.url, 'Hello')
})
afterAll(async () => {
  witnesses.close()
  await server.close()
  process.off('unhandledRejection', remember)
  process.off('uncaughtException', remember)
  expect(unhandled).toEqual([])
})

test('[U2] every update of the corpus is refused: nothing is applied, relayed or stored, and nobody else notices', async () => {
  let client = new RawClient(server.url)
  await client.join(witnesses.document)
  const mirror = () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(witnesses.bob.doc))
    return doc
  }
  const codes = new Map<string, number>()
  let tried = 0
  for (const bad of badUpdates) {
    const bytes = bad.make(mirror(), client.joined!.clientId, witnesses.ada.joined!.clientId)
    const sent = bytes.length <= limits.updateBytesMax ? await client.sendUpdate(bytes) : await upload(client, bytes)
    expect(sent, bad.name).toMatchObject({ ok: false })
    const code = sent.ok ? '' : sent.error.code
    expect(['invalid', 'too-large', 'too-much-work', 'bad-request'], `${bad.name}: ${code}`).toContain(code)
    codes.set(code, (codes.get(code) ?? 0) + 1)
    if (++tried % 20 === 0) {
      await witnesses.unharmed()
      // A fresh one: joins are rated.
      client.close()
      client = new RawClient(server.url)
    }
    await client.join(witnesses.document)
  }
  await witnesses.unharmed()
  expect(codes.get('invalid')).toBeGreaterThan(badUpdates.length / 2)
  const honest = honestUpdate(mirror(), client.joined!.clientId)
  expect(await client.sendUpdate(honest)).toMatchObject({ ok: true })
  client.close()
  const after = new RawClient(server.url)
  await after.join(witnesses.document)
  expect(after.text).toContain('héxlo')
  after.close()
})

/** Sends bytes in slices; resolves with the first refusal or the last answer. */
async function upload(client: RawClient, bytes: Uint8Array): ReturnType<RawClient['sendUpdate']> {
  let answer: Awaited<ReturnType<RawClient['sendUpdate']>> | undefined
  for (let offset = 0; offset < bytes.length; offset += limits.sliceBytes) {
    const header = { transfer: 1, offset, bytes: bytes.length }
    const [said] = await client.ask('slice', header, bytes.slice(offset, offset + limits.sliceBytes))
    answer = said as typeof answer
    if (answer?.ok === false) return answer
  }
  return answer!
}
