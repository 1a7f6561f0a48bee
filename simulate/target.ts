// The server under test as its HTTP API shows it, and the document that everybody writes in.
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../shared/ids.ts'
import type { ProxyTarget } from './tcp-proxy.ts'
import { UsageError } from './usage-error.ts'

/** `keys.view` and `keys.own` are known of documents that the tool made. */
export type TargetDocument = { id: DocumentId; keys: { edit: Key; view?: Key; own?: Key } }

/** A request that takes longer is given up. */
const requestMsMax = 15_000

export class Target {
  readonly origin: string

  constructor(origin: string) {
    this.origin = origin
  }

  /** Where proxies lead; `host` header for servers that are found by name. */
  get place(): ProxyTarget & { hostHeader: string } {
    const { hostname, port, protocol, host } = new URL(this.origin)
    const isSecure = protocol === 'https:'
    const fallback = isSecure ? 443 : 80
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || fallback), isSecure, hostHeader: host }
  }

  /** Throws UsageError when nobody answers, or somebody who is no Scriptorium. */
  async assertThere(): Promise<void> {
    let response: Response
    try {
      response = await this.fetch('/healthz')
    } catch (cause) {
      throw new UsageError(`No Scriptorium server answers at ${this.origin}${whyNot(cause)}.`, { cause })
    }
    if (response.redirected) {
      const { origin } = new URL(response.url)
      throw new UsageError(`--url: ${this.origin} leads on to ${origin}. Name that address.`)
    }
    if (!('status' in (await bodyOf(response)))) {
      throw new UsageError(`What answers at ${this.origin} is no Scriptorium server.`)
    }
  }

  /** Throws UsageError when the server does not take it. */
  async createDocument(
    text: string,
    title = 'Simulation',
  ): Promise<TargetDocument & { keys: Record<'edit' | 'view' | 'own', Key> }> {
    const response = await this.fetch('/api/documents', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, text }),
    })
    const body = await bodyOf(response)
    const keys = (body.keys ?? {}) as Record<string, unknown>
    const id = parseDocumentId(body.id)
    const [edit, view, own] = [parseKey(keys.edit), parseKey(keys.view), parseKey(keys.own)]
    if (response.status !== 201 || id === undefined || !edit || !view || !own) {
      throw new UsageError(`${this.origin} made no document: ${errorIn(body) ?? response.status}`)
    }
    return { id, keys: { edit, view, own } }
  }

  /** Role of the key. Throws UsageError when there is no such document, or the key opens nothing. */
  async roleOf({ id, keys }: TargetDocument): Promise<string> {
    const response = await this.fetch(`/api/documents/${id}`, { headers: { authorization: `Bearer ${keys.edit}` } })
    const body = await bodyOf(response)
    if (response.status !== 200) throw new UsageError(`--url: ${errorIn(body) ?? `refused (${response.status})`}`)
    return String(body.role)
  }

  /** The text that the server holds. Throws Error. */
  async text({ id, keys }: TargetDocument): Promise<string> {
    const response = await this.fetch(`/api/documents/${id}/text`, {
      headers: { authorization: `Bearer ${keys.edit}` },
    })
    if (response.status !== 200) throw new Error(`no text: ${response.status} ${await response.text()}`)
    return await response.text()
  }

  /** Numbers of /metrics by name, those with labels added up; empty where it is not to be had. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>()
    const response = await this.fetch('/metrics').catch(() => undefined)
    if (response?.status !== 200) return sums
    for (const line of (await response.text()).split('\n')) {
      const [, name, value] = /^([a-z_]+)(?:\{[^}]*\})? ([\d.e+-]+)$/i.exec(line) ?? []
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value))
    }
    return sums
  }

  private fetch(path: string, init: { method?: string; headers?: object; body?: string } = {}): Promise<Response> {
    // A connection that is kept may have ended with the server, or by its patience, when this process was too busy to see.
    const headers = { ...init.headers, connection: 'close' }
    return fetch(this.origin + path, { ...init, headers, signal: AbortSignal.timeout(requestMsMax) })
  }
}

function errorIn(body: Record<string, unknown>): string | undefined {
  const { error } = body as { error?: { message?: unknown } }
  return typeof error?.message === 'string' ? error.message : undefined
}

/** What was answered; empty when it was no JSON object. */
async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined)
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}

/** The reason in brackets; for a certificate that is not trusted also what to do. */
function whyNot(error: unknown): string {
  const code = codeOf(error)
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return `: its certificate is not trusted here (${code}). Set NODE_EXTRA_CA_CERTS to the file of who signed it`
  }
  return code === '' ? '' : ` (${code})`
}

function codeOf(error: unknown): string {
  const { cause, code, name } = error as { cause?: unknown; code?: unknown; name?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String(name === 'TimeoutError' ? 'no answer in time' : '') : codeOf(cause)
}
