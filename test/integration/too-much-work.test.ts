// Changes that would hold up everybody if they were applied at once: the provider sends them in smaller pieces.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Provider } from '../../client/sync/provider.ts'
import { createMemoryStore } from '../../server/store/memory.ts'
import { textName } from '../../shared/protocol.ts'
import { eventually } from '../harness/eventually.ts'
import { openProvider } from '../harness/provider.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let open: Provider[] = []

beforeAll(async () => {
  server = await startServer({ store: createMemoryStore() })
})
afterEach(async () => {
  await Promise.all(open.map((provider) => provider.destroy()))
  open = []
})
afterAll(() => server.close())

async function enter(document: TestDocument, name: string): Promise<Provider> {
  const provider = openProvider(server.url, document, 'edit', name)
  open.push(provider)
  await provider.whenSynced()
  return provider
}

const content = ({ doc }: Provider) => doc.getText(textName)

/** How often the server said that an update is too much work. */
async function refusals(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/guard_refusals_total\{reason="too-much-work"\} (\d+)/.exec(metrics)?.[1] ?? 0)
}

test('[U11] hundreds of lines written at the top while others wrote thousands there are saved, and stand where all have them', async () => {
  const document = await createDocument(server.url)
  const two = [await enter(document, 'Ada'), await enter(document, 'Bob')]
  // Whose id is higher stands behind the others', and has to be looked for there, letter by letter.
  const [ada, bob] = two.sort((one, other) => one.doc.clientID - other.doc.clientID) as [Provider, Provider]
  bob.disconnect()
  for (let i = 0; i < 4_000; i++) content(ada).insert(0, `${i}\n`)
  for (let i = 0; i < 600; i++) content(bob).insert(0, `Bob ${i}\n`)
  await ada.whenSaved()
  const before = await refusals()
  bob.connect()
  await bob.whenSaved()
  expect(await refusals()).toBeGreaterThan(before)
  expect(await textOnServer(server.url, document)).toBe(content(bob).toString())
  expect(content(bob).toString().match(/Bob/g)).toHaveLength(600)
})

test('[U11] a text that is deleted as a whole, while others make thousands of holes in it, is gone for everybody', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [await enter(document, 'Ada'), await enter(document, 'Bob')]
  const words = 24_000
  ada.doc.transact(() => {
    for (let i = 0; i < words; i++) content(ada).insert(0, 'abc')
  })
  await ada.whenSaved()
  await eventually(() => expect(content(bob)).toHaveLength(3 * words))
  bob.disconnect()
  content(bob).delete(0, 3 * words)
  ada.doc.transact(() => {
    for (let i = 0; i < words; i++) content(ada).delete(2 * i + 1, 1)
  })
  await ada.whenSaved()
  const before = await refusals()
  bob.connect()
  await bob.whenSaved()
  expect(await refusals()).toBeGreaterThan(before)
  expect(await textOnServer(server.url, document)).toBe('')
  await eventually(() => expect(content(ada)).toHaveLength(0))
})
