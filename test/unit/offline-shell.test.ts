// What the browser keeps of the page: which requests are answered from it, and what must never get into it. Caches, network
// and time are the test's.
import { beforeEach, describe, expect, it } from 'vitest'
import { type Build, OfflineShell } from '../../client/offline/shell.ts'

const origin = 'https://write.example.org'
const build = (version: string): Build => ({
  version,
  entry: `/assets/main-${version}.js`,
  core: ['/theme.js', `/assets/main-${version}.js`, '/assets/same-1.css'],
  parts: [`/assets/part-${version}.js`],
})
const types = { js: 'text/javascript', css: 'text/css; charset=utf-8', html: 'text/html' }

/** Answers by path, as a server with this build would; `undefined`: it is gone. */
let served: Map<string, () => Response | Promise<Response>> | undefined
let asked: string[]
let stored: Map<string, Map<string, Response>>
let isFull: boolean
let now: number
let ticks: (() => void)[]

const file = (path: string, type = types.js) =>
  new Response(`content of ${path}`, { headers: { 'Content-Type': type } })
const html = (version: string) => new Response(`<script src="/assets/main-${version}.js">`)

function serve(version: string): void {
  const { core, parts } = build(version)
  served = new Map(
    [...core, ...parts].map((path) => [path, () => file(path, path.endsWith('.css') ? types.css : types.js)]),
  )
  served.set('/', () => html(version))
}

const cacheOf = (name: string) => {
  const cache = stored.get(name) ?? new Map<string, Response>()
  stored.set(name, cache)
  return {
    match: async (path: string) => cache.get(path)?.clone(),
    put: async (path: string, response: Response) => {
      if (isFull) throw new DOMException('full', 'QuotaExceededError')
      cache.set(path, response)
    },
  } as unknown as Cache
}

function shellOf(version: string): OfflineShell {
  return new OfflineShell(build(version), {
    origin,
    caches: {
      open: async (name) => cacheOf(name),
      keys: async () => [...stored.keys()],
      delete: async (name) => stored.delete(name),
    },
    fetch: async (request) => {
      const path = typeof request === 'string' ? request : new URL(request.url).pathname
      asked.push(path)
      if (served === undefined) throw new TypeError('Failed to fetch')
      return (await served.get(path.replace(/^\/d\/.*/, '/'))?.()) ?? new Response('not found', { status: 404 })
    },
    after: () => new Promise((resolve) => ticks.push(resolve)),
    now: () => now,
  })
}

let lasting: Promise<unknown>[]
const request = (path: string, more: Partial<Request> = {}) =>
  ({ url: new URL(path, origin).href, method: 'GET', mode: 'cors', ...more }) as Request
const answer = (shell: OfflineShell, asking: Request) => shell.answer(asking, (work) => lasting.push(work))
const textOf = async (response: Promise<Response> | undefined) => (await response)?.text()
const open = (shell: OfflineShell, path: string) => answer(shell, request(path, { mode: 'navigate' }))
const keptPaths = (version: string) => [...(stored.get(`scriptorium-page-${version}`)?.keys() ?? [])].sort()

beforeEach(() => {
  asked = []
  stored = new Map()
  isFull = false
  now = 1_000_000
  ticks = []
  lasting = []
  serve('a')
})

async function installed(version = 'a'): Promise<OfflineShell> {
  const shell = shellOf(version)
  await shell.install()
  return shell
}

describe('without a network', () => {
  it('home and every document are the page that was kept, whatever stands behind /d/ and ?', async () => {
    const shell = await installed()
    served = undefined
    for (const path of [
      '/',
      '/index.html',
      '/d/abc',
      `/d/${'x'.repeat(100_000)}`,
      '/d/abc?a=b',
      '/?source=app',
      '/d/a/',
    ]) {
      expect(await textOf(open(shell, path)), path.slice(0, 20)).toContain('main-a.js')
    }
    expect(keptPaths('a')).toEqual(['/', '/assets/main-a.js', '/assets/same-1.css', '/theme.js'])
  })

  it('other addresses are not the page', async () => {
    const shell = await installed()
    for (const path of [
      '/api/documents',
      '/socket.io/?EIO=4',
      '/healthz',
      '/metrics',
      '/d/../x',
      '/d/%2e%2e/x',
      '/d/a/b',
    ]) {
      expect(open(shell, path), path).toBeUndefined()
      expect(answer(shell, request(path)), path).toBeUndefined()
    }
  })

  it('nothing but a GET of this origin is answered', async () => {
    const shell = await installed()
    for (const method of ['POST', 'HEAD', 'DELETE']) {
      expect(answer(shell, request('/assets/main-a.js', { method })), method).toBeUndefined()
      expect(answer(shell, request('/', { method, mode: 'navigate' })), method).toBeUndefined()
    }
    expect(answer(shell, request('https://other.example.org/assets/main-a.js'))).toBeUndefined()
    expect(answer(shell, request('https://other.example.org/', { mode: 'navigate' }))).toBeUndefined()
  })

  it('a proxy that answers for a server that is gone counts as silence', async () => {
    const shell = await installed()
    served?.set('/', () => new Response('Bad gateway', { status: 502 }))
    expect(await textOf(open(shell, '/d/abc'))).toContain('main-a.js')
  })

  it('a server that takes long is not waited for, and then not asked for the small parts either', async () => {
    const shell = await installed()
    served?.set('/', () => new Promise(() => undefined))
    served?.set('/theme.js', () => new Promise(() => undefined))
    const opening = open(shell, '/d/abc')
    for (const tick of ticks.splice(0)) tick()
    expect(await textOf(opening)).toContain('main-a.js')
    expect(await textOf(answer(shell, request('/theme.js')))).toBe('content of /theme.js')
    serve('b')
    expect(await textOf(open(shell, '/d/abc'))).toContain('main-b.js')
    now += 60_000
    served?.set('/theme.js', () => file('the newer one'))
    expect(await textOf(answer(shell, request('/theme.js')))).toBe('content of the newer one')
  })
})

describe('with a network', () => {
  it("HTML is the server's, and is not kept; what it refuses is told as it is", async () => {
    const shell = await installed()
    serve('b')
    expect(await textOf(open(shell, '/'))).toContain('main-b.js')
    served?.set('/', () => new Response('Who are you?', { status: 401 }))
    expect((await open(shell, '/'))?.status).toBe(401)
    served = undefined
    expect(await textOf(open(shell, '/'))).toContain('main-a.js')
  })

  it('a part is kept when it is used, and asked for once', async () => {
    const shell = await installed()
    for (let i = 0; i < 2; i++) {
      expect(await textOf(answer(shell, request('/assets/part-a.js')))).toBe('content of /assets/part-a.js')
      await Promise.all(lasting)
    }
    expect(asked.filter((path) => path === '/assets/part-a.js')).toHaveLength(1)
  })

  it('what a page has used before there was a worker is kept when it says so, but nothing else that it says', async () => {
    const shell = await installed()
    served?.set('/assets/evil.js', () => file('evil'))
    await shell.keep([
      '/assets/part-a.js',
      '/assets/evil.js',
      '/api/documents',
      'https://other.example.org/x.js',
      7,
      null,
    ])
    for (const odd of [undefined, 'x', { 0: '/assets/evil.js' }]) await shell.keep(odd)
    expect(keptPaths('a')).toEqual(['/', '/assets/main-a.js', '/assets/part-a.js', '/assets/same-1.css', '/theme.js'])
    expect(asked).not.toContain('/assets/evil.js')
  })

  it('what this build does not have is passed on, never kept', async () => {
    const shell = await installed()
    const before = keptPaths('a')
    served?.set('/assets/part-b.js', () => file('/assets/part-b.js'))
    expect(await textOf(answer(shell, request('/assets/part-b.js')))).toBe('content of /assets/part-b.js')
    expect(answer(shell, request('/assets/part-a.js?v=1'))).toBeUndefined()
    expect(answer(shell, request('/robots.txt'))).toBeUndefined()
    await Promise.all(lasting)
    expect(keptPaths('a')).toEqual(before)
  })

  const sick: [string, () => Response][] = [
    ['an error', () => new Response('oops', { status: 500, headers: { 'Content-Type': types.js } })],
    ['half of it', () => new Response('conte', { status: 206, headers: { 'Content-Type': types.js } })],
    ['a page', () => new Response('<h1>Sign in</h1>', { headers: { 'Content-Type': types.html } })],
    ['no type', () => new Response('content', { headers: { 'Content-Type': '' } })],
    ["a redirect's end", () => Object.defineProperty(file('elsewhere'), 'redirected', { value: true })],
  ]
  it.each(sick)('%s in the place of a part is handed on and not kept, nor installed', async (_what, make) => {
    const shell = await installed()
    served?.set('/assets/part-a.js', make)
    expect((await answer(shell, request('/assets/part-a.js')))?.status).toBe(make().status)
    await Promise.all(lasting)
    expect(keptPaths('a')).not.toContain('/assets/part-a.js')
    serve('b')
    served?.set('/assets/main-b.js', make)
    await expect(shellOf('b').install()).rejects.toThrow('main-b.js')
  })

  it('a storage without room costs the page nothing', async () => {
    const shell = await installed()
    isFull = true
    expect(await textOf(answer(shell, request('/assets/part-a.js')))).toBe('content of /assets/part-a.js')
    await Promise.all(lasting)
    await expect(shellOf('a').install()).rejects.toThrow('full')
  })
})

describe('from build to build', () => {
  it('HTML of another build, or of no page of ours, is not installed', async () => {
    served?.set('/', () => html('b'))
    await expect(shellOf('a').install()).rejects.toThrow('not of this build')
    served?.set('/', () => new Response('<h1>Sign in</h1>'))
    await expect(shellOf('a').install()).rejects.toThrow('not of this build')
    expect(keptPaths('a')).not.toContain('/')
  })

  it('an installation that was cut short goes on where it stopped; what has no hash is asked for again', async () => {
    served?.delete('/assets/same-1.css')
    await expect(shellOf('a').install()).rejects.toThrow()
    serve('a')
    asked = []
    await installed()
    expect(asked.sort()).toEqual(['/', '/assets/same-1.css', '/theme.js'])
  })

  it('what the older build has already is taken over from it', async () => {
    await installed()
    serve('b')
    asked = []
    await installed('b')
    expect(asked.sort()).toEqual(['/', '/assets/main-b.js', '/theme.js'])
    expect(keptPaths('b')).toContain('/assets/same-1.css')
  })

  it("while both are there, each has its HTML and either serves the other's parts; then the older one goes whole", async () => {
    const a = await installed('a')
    serve('b')
    const b = await installed('b')
    stored.set('of another program', new Map())
    served = undefined
    expect(await textOf(open(a, '/'))).toContain('main-a.js')
    expect(await textOf(open(b, '/'))).toContain('main-b.js')
    expect(await textOf(answer(a, request('/assets/main-b.js')))).toBe('content of /assets/main-b.js')
    expect(await textOf(answer(b, request('/assets/main-a.js')))).toBe('content of /assets/main-a.js')
    await b.removeOlder()
    expect([...stored.keys()].sort()).toEqual(['of another program', 'scriptorium-page-b'])
    await expect(answer(b, request('/assets/main-a.js'))).rejects.toThrow('Failed to fetch')
  })
})
