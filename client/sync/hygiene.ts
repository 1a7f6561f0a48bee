// The last gate before the wire: text that a program put into the Y.Doc uncleaned is made clean where it stands. The
// editor cleans text before it gets here (shared/text); this keeps a careless one from being refused by the server.
import * as Y from 'yjs'
import { cleanTextInPlace, isCleanText } from '../../shared/text.ts'

/**
 * Watches a document; returns the function that stops it. Carriage returns and halves of surrogate pairs in local
 * transactions are replaced unit by unit before any observer runs, so that editor, update and server see the same text.
 * It writes into Yjs' items: a deletion and a new insertion would still have to send the refused text.
 */
export function keepTextClean(doc: Y.Doc, isRemote: (origin: unknown) => boolean): () => void {
  const clean = (transaction: Y.Transaction) => {
    if (!isRemote(transaction.origin)) cleanInserted(transaction)
  }
  doc.on('beforeObserverCalls', clean)
  return () => doc.off('beforeObserverCalls', clean)
}

function cleanInserted(transaction: Y.Transaction): void {
  for (const [client, clock] of transaction.afterState) {
    const before = transaction.beforeState.get(client) ?? 0
    if (clock === before) continue
    const structs = transaction.doc.store.clients.get(client) ?? []
    for (let i = structs.length - 1; i >= 0; i--) {
      const struct = structs[i]!
      if (struct.id.clock + struct.length <= before) break
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue
      if (!isCleanText(struct.content.str)) struct.content.str = cleanTextInPlace(struct.content.str)
    }
  }
}
