// When the text of a document that this browser keeps has to go, although nobody asked for it.
import type { ErrorCode } from '../../shared/errors.ts'
import { dropBases, hasUnsavedText } from '../sync/forget-text.ts'
import type { PageStorage } from '../ui/storage.ts'
import type { DocumentLink } from './link.ts'
import { closeKey } from './opened-documents.ts'

/**
 * The server refused this link. Revoked or deleted: what is kept goes, unless another key of this browser opens it, or some
 * of it was never saved and has to be offered first. (A document that the server does not know may be known again once its
 * host puts the right backup back.)
 */
export async function endAccess(storage: PageStorage, { id, key }: DocumentLink, code: ErrorCode): Promise<void> {
  if (code !== 'forbidden' && code !== 'deleted') return
  try {
    if (await hasUnsavedText(id)) return
    if (closeKey(storage, id, key) || code === 'deleted') await dropBases(id)
  } catch {
    // Where the browser stores nothing there is nothing to drop.
  }
}
