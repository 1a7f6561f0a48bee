import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('[B1] what one session types reaches the other and survives a restart', async () => {
  const document = await createDocument(server.url, { title: 'A', text: 'Hello' })
  const [ada, bob] = [new RawClient(server.url), new RawClient(server.url)]
  expect(await ada.join(document)).toMatchObject({ ok: true, role: 'edit', seq: 1 })
  await bob.join(document)
  expect(ada.text).toBe('Hello')
  expect(await ada.type(' world')).toEqual({ ok: true, seq: 2, alone: true })
  await eventually(() => expect(bob.of('update')).toHaveLength(1))
  bob.applyHeard()
  expect(bob.text).toBe('Hello world')
  expect(ada.of('update')).toHaveLength(0)
  expect(await textOnServer(server.url, document)).toBe('Hello world')
  await server.restart()
  expect(await textOnServer(server.url, document)).toBe('Hello world')
  ada.close()
  bob.close()
})
