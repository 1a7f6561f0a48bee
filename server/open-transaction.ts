// A Yjs transaction that stays open while updates come in. Yjs (13.6, src/utils/Transaction.js) ends one after each update,
// for which it copies the document's state vector three times and walks through it as often: with hundreds of writers that is
// dearer than the edit. What is applied meanwhile is in the document at once; only the tidying up waits: deleted text is let
// go, neighbours are merged, and the 'update' event comes once, for all of it.
import * as Y from 'yjs'

/** Until it is closed nothing else may call doc.transact but Y.applyUpdate. */
export function openTransaction(doc: Y.Doc): Y.Transaction {
  const transaction = new Y.Transaction(doc, null, false)
  // What Y.transact finds here it takes for the transaction around it, and leaves it open.
  doc._transaction = transaction
  return transaction
}

/** Tidies up and emits the 'update' event, if there was anything new. Throws what Yjs throws. */
export function closeTransaction(transaction: Y.Transaction): void {
  const { doc } = transaction
  doc._transaction = null
  doc.transact(() => {
    // Y.transact ends the first of those that are to be ended: ours, in the place of the one that it just made.
    doc._transactionCleanups[0] = transaction
    doc._transaction = transaction
  })
}
