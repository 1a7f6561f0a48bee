// A piece of the text that a chat line speaks of: taken from the selection, and found again after edits.
import { EditorView } from '@codemirror/view'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import type { Quote } from '../../shared/protocol.ts'
import { offsetsOf } from '../editor/text-positions.ts'
import type { DocumentSession } from '../pages/document-session.ts'
import { toPosition, toRelative } from '../sync/index.ts'

/** What is selected in the text now; `undefined` when nothing is. A long one is quoted by its beginning. */
export function quoteSelection(session: DocumentSession): Quote | undefined {
  const state = session.editor.peek()?.view.state
  const { from: start, to: end } = state?.selection.main ?? { from: 0, to: 0 }
  const text = state?.sliceDoc(start, Math.min(end, start + limits.chatQuoteLengthMax)) ?? ''
  // Never half of a letter, which the server would refuse.
  const whole = text.replace(/[\uD800-\uDBFF]$/u, '')
  if (whole.trim() === '') return undefined
  // Both stick to the letters inside: what is typed at the edges is not quoted.
  const from = toPosition(Y.createRelativePositionFromTypeIndex(session.text, start, 0))
  const to = toPosition(Y.createRelativePositionFromTypeIndex(session.text, end, -1))
  return from && to ? { text: whole, from, to } : undefined
}

/** Selects what is left of it and brings it into view. False when nothing is left (then the place where it stood shows). */
export function showQuote(session: DocumentSession, { from, to }: Quote): boolean {
  const view = session.editor.peek()?.view
  if (view === undefined) return false
  const [start, end] = offsetsOf(session.text, [toRelative(from), toRelative(to)])
  const at = start ?? end
  if (at === undefined) return false
  const length = view.state.doc.length
  const isThere = start !== undefined && end !== undefined && end > start
  const anchor = Math.min(at, length)
  const head = isThere ? Math.min(end, length) : anchor
  view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) })
  view.focus()
  return isThere
}
