// Tells how much room is left in a document before its limits bite, and not a word before that matters.
import type { JSX } from 'preact'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import { fullness } from './fullness.ts'

const shownFrom = 0.9

export function UsageBar({ session }: { session: DocumentSession }): JSX.Element | null {
  const usage = session.usage.value
  const full = usage === undefined ? 0 : fullness(usage, session.provider.doc.store.clients.size)
  if (full < shownFrom) return null
  return (
    <div class="note-bar warn" role="status">
      <p>{full >= 1 ? words().usage.full : words().usage.nearlyFull(Math.floor((1 - full) * 100))}</p>
    </div>
  )
}
