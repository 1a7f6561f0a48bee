// Keeps what one reads in its place while others write above it. CodeMirror does that when it measures, once a frame, and
// looks at the last update only: whatever came between, were it a cursor that moved, made the text jump by what was written
// before. So what others wrote is measured before the next update.
import type { Transaction } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'

const behind = new WeakSet<EditorView>()

/** Whether this view is being drawn although the shared text has a change already that it has not. */
export const isBehindText = (view: EditorView): boolean => behind.has(view)

/** For `dispatchTransactions` of one view. */
export function steadyPlace(): (transactions: readonly Transaction[], view: EditorView) => void {
  let isUnmeasured = false
  const measured = {
    read: () => {
      isUnmeasured = false
    },
  }
  return (transactions, view) => {
    if (isUnmeasured) measureNow(view)
    const moves = transactions.some((transaction) => movesWhatIsRead(transaction, view))
    view.update(transactions)
    if (!moves) return
    isUnmeasured = true
    view.requestMeasure(measured)
  }
}

function measureNow(view: EditorView): void {
  behind.add(view)
  try {
    // Asks for a height, which CodeMirror knows only after it has measured.
    view.lineBlockAtHeight(0)
  } finally {
    behind.delete(view)
  }
}

/** Whether somebody else's change is not all below of what is drawn. */
function movesWhatIsRead(transaction: Transaction, view: EditorView): boolean {
  if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) === undefined) return false
  let first = Number.POSITIVE_INFINITY
  transaction.changes.iterChangedRanges((from) => {
    first = Math.min(first, from)
  })
  return first <= view.viewport.to
}
