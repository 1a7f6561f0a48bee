// Where a provider stands, as one value; and what of it the page is told.
import type { Refusal } from '../../shared/errors.ts'
import type { ClientSocket } from './link.ts'
import type { SyncSession } from './sync-session.ts'
import type { ProviderStatus } from './types.ts'

export type Phase =
  /** What the browser keeps comes first. */
  | { kind: 'loading' }
  /** By the caller's wish. */
  | { kind: 'stopped' }
  /** The link tries, or waits to try again. */
  | { kind: 'connecting' }
  | { kind: 'joining' | 'live'; socket: ClientSocket; session: SyncSession }
  /** For good. */
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'destroyed' }

/** `wasAnswered`: connecting has worked or failed once before; from then on it is called `offline`. */
export function statusOf({ kind }: Phase, wasAnswered: boolean): ProviderStatus {
  if (kind === 'live' || kind === 'refused') return kind
  if (kind === 'stopped' || kind === 'destroyed') return 'offline'
  return wasAnswered ? 'offline' : 'connecting'
}

export const sessionOf = (phase: Phase): SyncSession | undefined =>
  phase.kind === 'live' || phase.kind === 'joining' ? phase.session : undefined

/** The connection, while the document is open over it. */
export function socketOf(phase: Phase): ClientSocket | undefined {
  return phase.kind === 'live' ? phase.socket : undefined
}
