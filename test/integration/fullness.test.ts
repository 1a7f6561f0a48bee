// What a document has used of its limits, as joins tell it, and connections that are in no document.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestServer } from '../harness/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('[U6] a text whose state would leave no room to write in is not made a document', async () => {
  const response = await fetch(`${server.url}/api/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: '漢'.repeat(2_900_000) }),
  })
  expect([response.status, (await response.json()) as unknown]).toEqual([
    413,
    { error: { code: 'too-large', message: expect.any(String) } },
  ])
})

test('[J1] an imported text is one structure, also after a restart, and so is a tail counted by its structures', async () => {
  const document = await createDocument(server.url, { text: 'x'.repeat(600_000) })
  const client = new RawClient(server.url)
  expect(await client.join(document)).toMatchObject({ ok: true, usage: { textLength: 600_000, structs: 1 } })
  client.close()
  await server.restart()
  const later = new RawClient(server.url)
  expect(await later.join(document)).toMatchObject({ ok: true, usage: { textLength: 600_000, structs: 1 } })
  later.close()
})

test('[C4] whoever leaves the namespace is disconnected', async () => {
  const client = new RawClient(server.url)
  await client.connected()
  const engine = client.socket.io.engine
  client.socket.io.engine.write('1')
  await eventually(() => expect(engine.readyState).toBe('closed'))
  client.close()
})

test('[J9] a state vector that matches nothing gets the same bytes as an empty one', async () => {
  const document = await createDocument(server.url, { text: 'hello' })
  const [first, stranger] = [new RawClient(server.url), new RawClient(server.url)]
  await first.join(document)
  expect(await stranger.join(document, { stateVector: new Uint8Array([1, 5, 0]) })).toMatchObject({ ok: true })
  expect(stranger.text).toBe('hello')
  first.close()
  stranger.close()
})
