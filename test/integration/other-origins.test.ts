import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDocument, startServer, type TestServer } from '../harness/server.ts'

const friend = 'https://friend.example'
let server: TestServer
beforeAll(async () => {
  server = await startServer({ allowedOrigins: [friend] })
})
afterAll(() => server.close())

const ask = (path: string, origin: string, method = 'GET', key = '') =>
  fetch(`${server.url}${path}`, { method, headers: { origin, ...(key && { authorization: `Bearer ${key}` }) } })
const granted = ({ headers }: Response) => headers.get('access-control-allow-origin')

test('[C3] a listed origin may poll and use the API; what it sends is allowed by name', async () => {
  const { id, keys } = await createDocument(server.url)
  const path = `/api/documents/${id}`
  const preflight = await ask(path, friend, 'OPTIONS')
  expect([preflight.status, granted(preflight)]).toEqual([204, friend])
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE')
  const read = await ask(path, friend, 'GET', keys.view)
  expect([read.status, granted(read)]).toEqual([200, friend])
  const poll = await ask('/socket.io/?EIO=4&transport=polling', friend)
  expect([poll.status, granted(poll)]).toEqual([200, friend])
})

test('[C3] any other origin is refused and granted nothing', async () => {
  const { id, keys } = await createDocument(server.url)
  for (const origin of ['https://evil.example', 'null']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await ask(`/api/documents/${id}`, origin, method, keys.view)
      expect([answer.status, granted(answer)]).toEqual([403, null])
    }
    const poll = await ask('/socket.io/?EIO=4&transport=polling', origin)
    expect([poll.status, granted(poll)]).toEqual([403, null])
  }
})
