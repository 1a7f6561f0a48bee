// When the text of a document that this browser keeps has to go, although nobody asked for it.
import type { Refusal } from '../../shared/errors.ts'
import { dropBases } from '../sync/forget-text.ts'
import type { PageStorage } from '../ui/storage.ts'
import type { DocumentLink } from './link.ts'
import { closeKey } from './opened-documents.ts'

/**
 * The server refused this link. Revoked or deleted: what is kept goes, unless another key of this browser opens it. (A
 * document that the server does not know may be known again once its host puts the right backup back.)
 */
export function endAccess(storage: PageStorage, { id, key }: DocumentLink, { code }: Refusal): void {
  if (code !== 'forbidden' && code !== 'deleted') return
  const isLast = closeKey(storage, id, key)
  if (!isLast && code !== 'deleted') return
  // Where the browser stores nothing there is nothing to drop.
  dropBases(id).catch(() => undefined)
}
