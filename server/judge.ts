// Asks the guard about an update of one session, and turns its verdict into what a person is told.
import { AppError } from '../shared/errors.ts'
import { guard, type Verdict } from '../shared/guard.ts'
import type { ClientId } from '../shared/ids.ts'
import type { LiveDocument } from './live-document.ts'
import type { RoomEvents } from './metrics.ts'
import type { Session } from './session.ts'

/**
 * What there is to know of an update that may be applied. Throws `invalid`, `too-large` or `too-much-work`; the document is not changed either
 * way.
 */
export function judge(
  document: LiveDocument,
  session: Session,
  bytes: Uint8Array,
  events: Pick<RoomEvents, 'guarded'>,
): Verdict & { ok: true } {
  const view = { doc: document.doc, owns: (id: number) => session.owns.has(id as ClientId) }
  let verdict = guard(bytes, { ...view, usage: document.usage })
  // What is known of the size is never too low, but it may be too high.
  if (!verdict.ok && verdict.reason === 'too-large' && document.recount()) {
    verdict = guard(bytes, { ...view, usage: document.usage })
  }
  if (verdict.ok) return verdict
  events.guarded(verdict.reason)
  if (verdict.reason === 'too-large') {
    throw new AppError('too-large', 'The document is full. Delete something, or go on in a new one.')
  }
  if (verdict.reason === 'too-many-clients') {
    throw new AppError('too-large', 'Too many people have written in this document. Go on in a new one.')
  }
  if (verdict.reason === 'too-much-work') {
    throw new AppError('too-much-work', 'This change would hold up everybody. It may pass in smaller pieces.')
  }
  throw new AppError('invalid', `The server could not take this change (${verdict.reason}).`)
}
