// What the page may say about saving, worked out from what is so. Pure. "Saved" is said only when nothing is unacknowledged.
import type { Refusal } from '../../shared/errors.ts'
import type { Role } from '../../shared/protocol.ts'
import type { ProviderStatus, SaveState } from './types.ts'

export type SaveFacts = {
  status: ProviderStatus
  refusal: Refusal | undefined
  /** The last refusal that may pass, until something is acknowledged again. */
  delayed: Refusal | undefined
  role: Role | undefined
  unsavedCount: number
  /** Whether the browser's storage takes what is unsaved. */
  kept: boolean
}

export function saveStateOf({ status, refusal, delayed, role, unsavedCount, kept }: SaveFacts): SaveState {
  if (refusal !== undefined) return { kind: 'refused', refusal }
  if (status === 'offline') return { kind: 'offline', kept: kept || unsavedCount === 0 }
  if (role === 'view') return { kind: 'view-only' }
  if (delayed !== undefined && unsavedCount > 0) return { kind: 'delayed', refusal: delayed, kept }
  return unsavedCount > 0 ? { kind: 'saving' } : { kind: 'saved' }
}
