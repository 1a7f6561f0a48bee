import { createServer, get as httpGet, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScriptorium } from '../../server/server.ts'
import { MemoryStore } from '../../server/store/memory.ts'
import { makeDocumentId, makeKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let document: TestDocument
beforeAll(async () => {
  server = await startServer({ withoutPage: false, trustedProxies: 1 })
  document = await createDocument(server.url, { title: 'A title', text: 'Héllo 😀\n' })
})
afterAll(() => server.close())

let address = 0
/** From an address of its own unless it says otherwise: reads and creations are rated. */
function ask(path: string, init: RequestInit & { from?: string } = {}): Promise<Response> {
  const headers = { 'x-forwarded-for': init.from ?? `10.1.${address >> 8}.${address++ & 255}`, ...init.headers }
  return fetch(`${server.url}${path}`, { ...init, headers } as RequestInit)
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** `{"error": {code, message}}`, JSON, and nothing else. */
async function expectError(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const body = await response.json()
  expect(body).toEqual({ error: { code, message: expect.any(String) } })
}

describe('POST /api/documents', () => {
  test('makes a document with three keys and their links', async () => {
    const response = await post('/api/documents', { title: '  New\u202e  one ', text: 'a\r\nb', language: 'python' })
    expect(response.status).toBe(201)
    const made = (await response.json()) as TestDocument & { title: string }
    expect(made.title).toBe('New one')
    expect(new Set(Object.values(made.keys)).size).toBe(3)
    for (const role of ['own', 'edit', 'view'] as const) {
      expect(made.links[role]).toBe(`${server.url}/d/${made.id}#${made.keys[role]}`)
    }
    const info = await ask(`/api/documents/${made.id}`, { headers: bearer(made.keys.view) })
    expect(await info.json()).toMatchObject({ id: made.id, title: 'New one', language: 'python', role: 'view', seq: 1 })
    expect(await textOnServer(server.url, made)).toBe('a\nb')
  })

  test('takes an empty body', async () => {
    expect((await ask('/api/documents', { method: 'POST' })).status).toBe(201)
    expect((await post('/api/documents', {})).status).toBe(201)
  })

  const wrong: [string, unknown, Record<string, string>?][] = [
    ['no JSON', '{"title":'],
    ['an array', []],
    ['text', '"text"'],
    ['a title that is none', { title: 5 }],
    ['a text that is none', { text: ['a'] }],
    ['a language with a slash', { language: '../x' }],
    ['a form', 'title=A', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', '{"title":"A"}', { 'content-type': 'text/plain' }],
    ['an unknown charset', '{}', { 'content-type': 'application/json; charset=nonsense' }],
    ['an unknown encoding', '{}', { 'content-encoding': 'nonsense' }],
  ]
  for (const [name, body, headers] of wrong) {
    test(`refuses ${name}`, async () => expectError(await post('/api/documents', body, headers), 400, 'bad-request'))
  }

  test('refuses what is too large, as text and as a body', async () => {
    await expectError(await post('/api/documents', { text: 'x'.repeat(limits.textLengthMax + 1) }), 413, 'too-large')
    await expectError(await post('/api/documents', { text: 'x'.repeat(17 * 1024 * 1024) }), 413, 'too-large')
  })

  test('is rated by address, and says when to come back', async () => {
    const from = '10.200.0.1'
    let last: Response | undefined
    for (let i = 0; i <= limits.creationsPerMinute; i++) last = await ask('/api/documents', { method: 'POST', from })
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
    await expectError(last!, 429, 'rate-limited')
    expect((await ask('/api/documents', { method: 'POST', from: '10.200.0.2' })).status).toBe(201)
  })
})

describe('GET of a document', () => {
  const path = () => `/api/documents/${document.id}`
  test('tells what there is to know', async () => {
    const response = await ask(path(), { headers: bearer(document.keys.edit) })
    expect(response.headers.get('cache-control')).toBe('no-store')
    const info = (await response.json()) as { createdAt: number; updatedAt: number }
    expect(info).toEqual({
      id: document.id,
      title: 'A title',
      language: 'markdown',
      role: 'edit',
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      seq: 1,
      people: 0,
    })
    expect(info.updatedAt).toBeGreaterThanOrEqual(info.createdAt)
  })

  test('counts people, not tabs', async () => {
    const own = await createDocument(server.url)
    const tabs = [new RawClient(server.url), new RawClient(server.url)]
    for (const tab of tabs) {
      await tab.join(own, { request: { person: { secret: 'S'.repeat(22), name: 'A', color: 1 } } })
    }
    const response = await ask(`/api/documents/${own.id}`, { headers: bearer(own.keys.view) })
    expect(await response.json()).toMatchObject({ people: 1 })
    for (const tab of tabs) tab.close()
  })

  test('refuses in one form: no key, no document, no such id, a wrong key', async () => {
    for (const tail of ['', '/text']) {
      await expectError(await ask(path() + tail), 401, 'unauthorized')
      await expectError(await ask(path() + tail, { headers: { authorization: 'Basic eDp5' } }), 401, 'unauthorized')
      await expectError(await ask(path() + tail, { headers: bearer(makeKey()) }), 403, 'forbidden')
      const key = bearer(document.keys.own)
      await expectError(await ask(`/api/documents/${makeDocumentId()}${tail}`, { headers: key }), 404, 'not-found')
      await expectError(await ask(`/api/documents/short${tail}`, { headers: key }), 400, 'bad-request')
      await expectError(await ask(`/api/documents/..%2f..%2fx${tail}`, { headers: key }), 400, 'bad-request')
    }
    await expectError(await ask('/api/nothing'), 404, 'not-found')
    await expectError(await ask('/nothing/here'), 404, 'not-found')
    await expectError(await ask(path(), { method: 'PUT', headers: bearer(document.keys.own) }), 404, 'not-found')
  })

  test('[J2] guessing keys is rated by address', async () => {
    const from = '10.201.0.1'
    for (let i = 0; i < limits.wrongKeysPerMinute; i++) {
      expect((await ask(path(), { from, headers: bearer(makeKey()) })).status).toBe(403)
    }
    await expectError(await ask(path(), { from, headers: bearer(makeKey()) }), 429, 'rate-limited')
    expect((await ask(path(), { from, headers: bearer(document.keys.own) })).status).toBe(200)
    expect((await ask(path(), { headers: bearer(makeKey()) })).status).toBe(403)
  })

  test('text comes with a tag: unchanged it is 304, changed it is not', async () => {
    const key = bearer(document.keys.view)
    const first = await ask(`${path()}/text`, { headers: key })
    expect(first.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await first.text()).toBe('Héllo 😀\n')
    const etag = first.headers.get('etag')!
    const cached = await ask(`${path()}/text`, { headers: { ...key, 'if-none-match': etag } })
    expect([cached.status, await cached.text()]).toEqual([304, ''])
    const writer = new RawClient(server.url)
    await writer.join(document)
    await writer.type('!')
    writer.close()
    const changed = await ask(`${path()}/text`, { headers: { ...key, 'if-none-match': etag } })
    expect([changed.status, await changed.text()]).toEqual([200, 'Héllo 😀\n!'])
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  test('HEAD has the headers and no body, OPTIONS lets nobody in, other origins are refused', async () => {
    const head = await ask(`${path()}/text`, { method: 'HEAD', headers: bearer(document.keys.view) })
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', expect.any(String)])
    const options = await ask(path(), { method: 'OPTIONS' })
    expect(options.status).toBeLessThan(500)
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    for (const origin of ['https://evil.example', 'null']) {
      const response = await ask(path(), { headers: { ...bearer(document.keys.view), origin } })
      await expectError(response, 403, 'forbidden')
    }
  })
})

describe('the page', () => {
  test('every answer has its own nonce, in the policy and in the HTML', async () => {
    const nonces = new Set<string>()
    for (const path of ['/', '/index.html', `/d/${document.id}`, '/d/anything']) {
      const response = await ask(path)
      expect(response.status).toBe(200)
      const policy = response.headers.get('content-security-policy')!
      const nonce = /'nonce-([^']+)'/.exec(policy)![1]!
      const html = await response.text()
      expect(html).toContain(nonce)
      expect(html).not.toContain('__NONCE__')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(4)
  })

  test('headers of every answer: no sniffing, no referrer, no framing, no name of the software', async () => {
    for (const path of ['/', '/healthz', '/api/nothing', '/metrics']) {
      const { headers } = await ask(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.has('x-powered-by')).toBe(false)
    }
  })

  test('assets come compressed as they were built, for ever, and only they', async () => {
    const html = await (await ask('/')).text()
    const path = /src="(\/assets\/[^"]+\.js)"/.exec(html)![1]!
    const asset = await new Promise<Record<string, unknown>>((resolve, reject) => {
      httpGet(`${server.url}${path}`, { headers: { 'accept-encoding': 'br' } }, (response) => {
        response.resume()
        resolve(response.headers)
      }).on('error', reject)
    })
    expect(asset).toMatchObject({ 'content-encoding': 'br', 'cache-control': expect.stringContaining('immutable') })
    for (const name of ['worker.js', 'theme.js', 'manifest.webmanifest', 'icon.svg']) {
      const { status, headers } = await ask(`/${name}`)
      expect([status, headers.get('cache-control')], name).toEqual([200, 'no-cache'])
    }
    expect((await ask('/assets/nothing.js')).status).toBe(404)
    for (const trick of [
      '/assets/..%2f..%2fpackage.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '/.vite/manifest.json',
      '//etc/passwd',
    ]) {
      const { status, body } = await rawGet(trick)
      expect(status, trick).toBeGreaterThanOrEqual(400)
      expect(body).not.toContain('scriptorium"')
    }
  })
})

/** A GET whose path no client library normalizes. */
function rawGet(path: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path }, (response) => {
      let body = ''
      response.on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

test('/metrics speaks Prometheus and names no document', async () => {
  const client = new RawClient(server.url)
  await client.join(document)
  await client.type('counted')
  const text = await (await ask('/metrics')).text()
  expect(text).toMatch(/^scriptorium_sessions \d+$/m)
  expect(text).toMatch(/^scriptorium_updates_total \d+$/m)
  expect(text).toMatch(/^scriptorium_degraded 0$/m)
  for (const secret of [document.id, ...Object.values(document.keys)]) expect(text).not.toContain(secret)
  client.close()
})

describe('attached to somebody else’s server', () => {
  test('its own routes go on, and stay when Scriptorium is closed', async () => {
    const theirs = createServer((request, response) => response.end(`theirs ${request.url}`))
    const app = await createScriptorium({
      dataDir: '',
      store: new MemoryStore(),
      httpServer: theirs,
      withoutPage: true,
    })
    await app.listen(0, '127.0.0.1')
    const url = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}`
    const own = await createDocument(url, { text: 'Hello' })
    const client = new RawClient(url)
    expect(await client.join(own)).toMatchObject({ ok: true })
    expect(await (await fetch(`${url}/elsewhere`)).text()).toBe('theirs /elsewhere')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await app.close()
    await client.disconnected()
    expect(client.of('closed')).toMatchObject([{ args: [{ code: 'draining' }] }])
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('theirs /healthz')
    expect(await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).toContain('theirs')
    client.close()
    theirs.closeAllConnections()
    await new Promise((resolve) => theirs.close(resolve))
  })
})

test('an address that leads nowhere is a page for a person and JSON for a program', async () => {
  const page = await ask('/nowhere', { headers: { accept: 'text/html,application/xhtml+xml' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  await expectError(await ask('/nowhere'), 404, 'not-found')
})
