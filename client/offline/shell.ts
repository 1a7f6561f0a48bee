// What a browser keeps of the built page, so that it opens without a network. Only names that this build has are ever
// kept, whatever is asked for. Knows no documents: their text is in the journal.
import { limits } from '../../shared/limits.ts'

/** One build of the page. Paths begin with a slash; those under /assets/ have a hash of their content in their name. */
export type Build = {
  /** Hash over all of it. */
  version: string
  /** The script that the page's HTML begins with: HTML without it is of another build, or no page of ours. */
  entry: string
  /** Kept before the worker takes over. */
  core: readonly string[]
  /** Kept once a page has used them. */
  parts: readonly string[]
}

export type ShellTools = {
  origin: string
  caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>
  fetch(request: Request | string, init?: RequestInit): Promise<Response>
  /** Resolves after so many ms. */
  after(ms: number): Promise<void>
  /** ms since epoch. */
  now(): number
}

/** Keeps the worker alive until this is done. */
type Lasting = (work: Promise<unknown>) => void

const cachePrefix = 'scriptorium-page-'
const htmlPath = '/'
/** Home and every document are one page: what is behind /d/ is no part of what is kept. */
const pagePath = /^\/(index\.html|d\/[^/]*\/?)?$/
const isHashed = (path: string) => path.startsWith('/assets/')

const contentTypes: Readonly<Record<string, RegExp>> = {
  js: /^(text|application)\/javascript\b/,
  css: /^text\/css\b/,
  svg: /^image\/svg\+xml\b/,
  webmanifest: /^application\/(manifest\+)?json\b/,
}

export class OfflineShell {
  private readonly build: Build
  private readonly tools: ShellTools
  private readonly known: ReadonlySet<string>
  /** ms since epoch of the last time the server did not answer. */
  private silentAt = Number.NEGATIVE_INFINITY

  constructor(build: Build, tools: ShellTools) {
    this.build = build
    this.tools = tools
    this.known = new Set([...build.core, ...build.parts])
  }

  /**
   * Resolves when everything the page needs is kept. Rejects, and leaves the older worker in charge, when some of it is not
   * as built.
   */
  async install(): Promise<void> {
    // One after the other: the page itself is at work beside this.
    for (const path of this.build.core) {
      const had = isHashed(path) ? await this.kept(path) : undefined
      await this.put(path, had ?? (await this.fetchSound(path)))
    }
    const html = await this.tools.fetch(htmlPath, { cache: 'no-store', redirect: 'error' })
    const text = await html.clone().text()
    if (!html.ok || !text.includes(this.build.entry)) throw new Error('the page is not of this build')
    await this.put(htmlPath, html)
  }

  /** To be called when no page of an older build is open any more: then nobody needs its parts. */
  async removeOlder(): Promise<void> {
    for (const name of await this.others()) await this.tools.caches.delete(name)
  }

  /** Has these parts kept from now on, as far as this build has them. `paths`: from a page, unparsed. */
  async keep(paths: unknown): Promise<void> {
    const wanted = Array.isArray(paths) ? new Set(paths.slice(0, this.known.size)) : []
    for (const path of wanted) {
      if (!this.known.has(path) || (await this.kept(path)) !== undefined) continue
      await this.put(path, await this.fetchSound(path))
    }
  }

  /** `undefined`: not the page's; the browser goes on as if there was no worker. */
  answer(request: Request, lasting: Lasting): Promise<Response> | undefined {
    const { origin, pathname, search } = new URL(request.url)
    if (request.method !== 'GET' || origin !== this.tools.origin) return undefined
    if (request.mode === 'navigate') return pagePath.test(pathname) ? this.networkFirst(request, htmlPath) : undefined
    if (search !== '') return undefined
    if (isHashed(pathname)) return this.keptFirst(request, pathname, lasting)
    return this.known.has(pathname) ? this.networkFirst(request, pathname) : undefined
  }

  /** The server's answer; what is kept when it has none (a proxy's 502 is none), or takes long. */
  private async networkFirst(request: Request, path: string): Promise<Response> {
    const isSilent = path !== htmlPath && this.tools.now() - this.silentAt < limits.shellWaitMs
    const kept = isSilent ? await this.kept(path) : undefined
    if (kept !== undefined) return kept
    const asked = this.tools.fetch(request)
    const response = await Promise.race([asked.catch(() => undefined), this.tools.after(limits.shellWaitMs)])
    if (response !== undefined && response.status < 500) return response
    this.silentAt = this.tools.now()
    return (await this.kept(path)) ?? asked
  }

  /** A name with a hash means one content for ever, whichever build it was kept by. */
  private async keptFirst(request: Request, path: string, lasting: Lasting): Promise<Response> {
    const kept = await this.kept(path)
    if (kept !== undefined) return kept
    const response = await this.tools.fetch(request)
    // Where the browser has no room left, the page still has its answer.
    if (this.known.has(path) && isSound(response, path))
      lasting(this.put(path, response.clone()).catch(() => undefined))
    return response
  }

  private async fetchSound(path: string): Promise<Response> {
    const response = await this.tools.fetch(path, isHashed(path) ? {} : { cache: 'no-store' })
    if (!isSound(response, path)) throw new Error(`${path} is not as built`)
    return response
  }

  private async kept(path: string): Promise<Response | undefined> {
    const names = isHashed(path) ? [this.cacheName, ...(await this.others())] : [this.cacheName]
    for (const name of names) {
      const found = await (await this.tools.caches.open(name)).match(path, { ignoreVary: true })
      if (found !== undefined) return found
    }
    return undefined
  }

  private async put(path: string, response: Response): Promise<void> {
    await (await this.tools.caches.open(this.cacheName)).put(path, response)
  }

  /** Caches of other builds; those of other programs at this origin are not ours to look into. */
  private async others(): Promise<string[]> {
    const names = await this.tools.caches.keys()
    return names.filter((name) => name.startsWith(cachePrefix) && name !== this.cacheName)
  }

  private get cacheName(): string {
    return cachePrefix + this.build.version
  }
}

/** An answer of another kind (a proxy's page, an error, somebody's sign-in) must never stand for a part of the page. */
function isSound(response: Response, path: string): boolean {
  const type = contentTypes[path.slice(path.lastIndexOf('.') + 1)]
  return (
    response.status === 200 && !response.redirected && type?.test(response.headers.get('Content-Type') ?? '') === true
  )
}
