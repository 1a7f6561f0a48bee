// Where a request comes from, and whether it may come from there. Pure functions over headers.
import type { IncomingMessage } from 'node:http'

/**
 * Address of the client. `trustedProxies`: how many proxies of the host's own stand before the server; each appends the
 * address it saw to X-Forwarded-For, so the n-th from the right is the first that can be believed.
 */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown'
  if (trustedProxies === 0) return direct
  const header = request.headers['x-forwarded-for']
  const chain = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim())
  return chain.at(-trustedProxies) || direct
}

/** Whether a browser page of that origin may talk to this server ([C3]). No Origin: not a page of another site. */
export function isOriginAllowed(
  request: IncomingMessage,
  options: { publicUrl: string | undefined; allowedOrigins: readonly string[]; trustedProxies: number },
): boolean {
  const { origin } = request.headers
  if (origin === undefined) return true
  if (options.allowedOrigins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  if (options.publicUrl !== undefined && new URL(options.publicUrl).origin === origin) return true
  const forwarded = options.trustedProxies > 0 ? request.headers['x-forwarded-host'] : undefined
  const host = (Array.isArray(forwarded) ? forwarded[0] : forwarded) ?? request.headers.host
  return host !== undefined && new URL(origin).host === host.toLowerCase()
}
