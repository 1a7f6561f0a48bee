// What the page may say about saving, worked out from what is so. Pure. "Saved" is said only when
// there was a sync and nothing is unacknowledged.
import type { Refusal } from '../../shared/errors.ts'
import type { Role } from '../../shared/protocol.ts'
import type { ProviderStatus, SaveState } from './types.ts'

export type SaveFacts = {
  status: ProviderStatus
  refusal: Refusal | undefined
  /** The last refusal that may pass, until something is acknowledged again. */
  delayed: Refusal | undefined
  /** Of the last join; `undefined` before the first, when there is nothing that could be called saved. */
  role: Role | undefined
  /** The last join was answered: what is here is what the server has, but for what is unsaved. */
  isJoined: boolean
  unsavedCount: number
  /** Whether the browser's storage takes what is unsaved. */
  kept: boolean
}

export function saveStateOf({ status, refusal, delayed, role, isJoined, unsavedCount, kept }: SaveFacts): SaveState {
  if (refusal !== undefined) return { kind: 'refused', refusal }
  if (status === 'offline') return { kind: 'offline', kept: kept || unsavedCount === 0 }
  if (role === 'view') return { kind: 'view-only' }
  if (delayed !== undefined && (unsavedCount > 0 || !isJoined)) return { kind: 'delayed', refusal: delayed, kept }
  return unsavedCount > 0 || role === undefined ? { kind: 'saving' } : { kind: 'saved' }
}
