// Links to documents: `/d/<id>#<key>`. The key stands behind `#`, which browsers keep to themselves.
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../../shared/ids.ts'

export type DocumentLink = { id: DocumentId; key: Key }

/** Where a page's address leads. `damaged`: meant as a document, but id or key are not what they should be. */
export type Place =
  | { kind: 'home' }
  | { kind: 'document'; link: DocumentLink }
  | { kind: 'damaged'; missing: 'key' | 'id' }
  | { kind: 'unknown' }

export function placeOf({ pathname, hash }: Pick<Location, 'pathname' | 'hash'>): Place {
  if (pathname === '/') return { kind: 'home' }
  const match = /^\/d\/([^/]*)\/?$/.exec(pathname)
  if (match === null) return { kind: 'unknown' }
  const id = parseDocumentId(match[1])
  const key = parseKey(hash.replace(/^#/, ''))
  if (id === undefined) return { kind: 'damaged', missing: 'id' }
  return key === undefined ? { kind: 'damaged', missing: 'key' } : { kind: 'document', link: { id, key } }
}

export const pathOf = ({ id, key }: DocumentLink): string => `/d/${id}#${key}`

/** What somebody pasted, as a link: a whole address (of any host: the person decides), or just `/d/…#…`. */
export function parsePastedLink(text: string): DocumentLink | undefined {
  const match = /\/d\/([A-Za-z0-9_-]+)\/?#([A-Za-z0-9_-]+)/.exec(text.trim())
  const id = parseDocumentId(match?.[1])
  const key = parseKey(match?.[2])
  return id && key ? { id, key } : undefined
}
