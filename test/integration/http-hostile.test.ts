// P4 at the HTTP door: what one asker sends, or does not read, costs the others nothing.
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
const sockets: Socket[] = []
beforeAll(async () => {
  server = await startServer({ trustedProxies: 1 })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(() => server.close())

async function post(body: string, contentType = 'application/json'): Promise<string> {
  const headers = { 'content-type': contentType, 'x-forwarded-for': '10.1.0.1' }
  const response = await fetch(`${server.url}/api/documents`, { method: 'POST', headers, body })
  const { error } = (await response.json()) as { error?: { code: string } }
  return error?.code ?? 'made'
}

test('a body of many small values is refused before it is parsed, a text full of the same letters is not', async () => {
  const many = limits.httpJsonValuesMax + 1
  for (const value of ['0', '{}', '[]', '"a"', '"\\\\"', '"\\""']) {
    expect(await post(`{"title":"A","more":[${`${value},`.repeat(many)}0]}`)).toBe('bad-request')
  }
  expect(await post(`{"title":"A","more":${'['.repeat(many)}${']'.repeat(many)}}`)).toBe('bad-request')
  // The bytes of U+2222 are those of two quotes.
  expect(await post('{"title":"A\u2222"}', 'application/json; charset=utf-16')).toBe('bad-request')
  for (const letters of ['[{', ',,', '\\"[', '"', '\\\\,']) {
    expect(await post(JSON.stringify({ text: letters.repeat(many) }))).toBe('made')
  }
})

test('who asks for a text again and again and reads nothing is told to wait; others read it', async () => {
  const text = '漢'.repeat(2_500_000)
  const document = await createDocument(server.url, { text })
  const fitting = Math.floor(limits.unreadAnswerBytesPerAddressMax / Buffer.byteLength(text))
  const askUnread = () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').pause()
    sockets.push(socket)
    const head = `GET /api/documents/${document.id}/text HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 10.1.0.2\r\n`
    socket.write(`${head}authorization: Bearer ${document.keys.view}\r\n\r\n`)
  }
  const read = async () => {
    const headers = { authorization: `Bearer ${document.keys.view}`, 'x-forwarded-for': '10.1.0.2' }
    const response = await fetch(`${server.url}/api/documents/${document.id}/text`, { headers })
    return { status: response.status, length: (await response.text()).length }
  }
  expect(await read()).toEqual({ status: 200, length: text.length })
  for (let i = 0; i < fitting; i++) askUnread()
  await eventually(async () => expect(await read()).toMatchObject({ status: 503 }))
  expect(await textOnServer(server.url, document)).toBe(text)
  for (const socket of sockets.splice(0)) socket.destroy()
  await eventually(async () => expect(await read()).toMatchObject({ status: 200 }))
})
