// Servers with people who talk: what the tests of the chat have in common. Importing it starts one server for the file.
import { afterAll, beforeAll, expect } from 'vitest'
import { createMemoryStore } from '../../server/store/memory.ts'
import { platformRandom, toBase64url } from '../../shared/ids.ts'
import type { ChatMessage, ChatPage, Role } from '../../shared/protocol.ts'
import { RawClient } from './client.ts'
import { startServer, type TestDocument, type TestServer } from './server.ts'

export const store = createMemoryStore()
export const talk = { server: undefined as unknown as TestServer, clients: [] as RawClient[] }
beforeAll(async () => {
  talk.server = await startServer({ store, trustedProxies: 1 })
})
afterAll(async () => {
  for (const client of talk.clients) client.close()
  await talk.server.close()
})

type Options = { role?: Role; secret?: string; name?: string; textOnly?: boolean }
export async function enter(document: TestDocument, options: Options = {}): Promise<RawClient> {
  const { role = 'edit', secret, name = 'Tester', textOnly } = options
  const { clients, server } = talk
  // Lines of one address are rated over all its connections: everybody comes from another one.
  const client = new RawClient(server.url, {
    extraHeaders: { 'x-forwarded-for': `10.2.${clients.length >> 8}.${clients.length & 255}` },
  })
  clients.push(client)
  const person = { secret: secret ?? client.secret, name, color: 1 }
  expect(await client.join(document, { role, request: { person, textOnly } })).toMatchObject({ ok: true })
  return client
}

/** The chat lines that a client was told. */
export const lines = (client: RawClient): ChatMessage[] => client.of('chat').map(({ args }) => args[0] as ChatMessage)

export const personOf = ({ joined }: RawClient) =>
  joined!.people.find(({ clientId }) => clientId === joined!.clientId)!.personId

/** All that a client was told, as text. */
export const everything = (client: RawClient): string => JSON.stringify([client.heard, client.joined])

export async function say(client: RawClient, line: object): Promise<ChatMessage> {
  const [said] = await client.ask('chat', { id: toBase64url(platformRandom(9)), ...line })
  expect(said).toMatchObject({ ok: true })
  return (said as { message: ChatMessage }).message
}

export async function page(client: RawClient, before: number): Promise<ChatPage> {
  const [answer] = await client.ask('chat-history', { before })
  return answer as ChatPage
}

/** All values in the store as text. */
export async function disk(): Promise<string> {
  let all = ''
  for await (const [, value] of store.range({ gte: new Uint8Array([0]), lt: new Uint8Array([255]) })) {
    all += Buffer.from(value).toString('latin1')
  }
  return all
}
