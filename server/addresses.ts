// Where a request comes from, and whether it may come from there. Pure functions over headers.
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/**
 * Address of the client. `trustedProxies`: how many proxies of the host's own stand before the server; each appends the
 * address it saw to X-Forwarded-For, so the n-th from the right is the first that can be believed.
 */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown'
  if (trustedProxies === 0) return networkOf(direct)
  const header = request.headers['x-forwarded-for']
  const chain = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim())
  return networkOf(chain.at(-trustedProxies) || direct)
}

/**
 * What one customer of a network has: an IPv4 address, also where it is written as IPv6, or the first 64 bits of an IPv6
 * address (RFC 6177: a site gets at least that much, so the rest can be changed at will).
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
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
