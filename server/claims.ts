// Which client ids a joining session may write with, and whether its text belongs to this document at all. Pure.
import { AppError } from '../shared/errors.ts'
import {
  type ClientId,
  grantedClientIdMin,
  type Lineage,
  makeGrantedClientId,
  type RandomBytes,
} from '../shared/ids.ts'
import type { ClientClaim } from '../shared/protocol.ts'

export type ClaimContext = {
  lineage: Lineage
  /** Clocks of what the document holds, by client id. */
  clocks: ReadonlyMap<number, number>
  /** Whether another session of the room holds this id now; for ids < 2³¹, one of another person. */
  isHeld(id: ClientId): boolean
  isToken(token: unknown, id: ClientId): boolean
  random: RandomBytes
}

/** `clientId`: the id to write with. `owns`: all accepted ones. `taken`: proven ids, to be taken from other sessions. */
export type AcceptedClaims = { clientId: ClientId; owns: Set<ClientId> }

/**
 * Decides about every id that a join brings ([J4]). `own`: ids that this very session holds already, which needs no other
 * proof; `preferred`: the one it writes with.
 */
export function acceptClaims(
  claims: readonly ClientClaim[],
  own: ReadonlySet<ClientId>,
  preferred: ClientId | undefined,
  context: ClaimContext,
): AcceptedClaims {
  const owns = new Set<ClientId>()
  for (const { id, token } of claims) {
    if (own.has(id) || (token !== undefined ? context.isToken(token, id) : isFree(id, context))) owns.add(id)
  }
  const first = claims[0]?.id
  // An id from before the first join may send its text, but nobody goes on writing with it: it was not granted.
  if (first !== undefined && first >= grantedClientIdMin && owns.has(first)) return { clientId: first, owns }
  const clientId = preferred ?? grantId(context)
  owns.add(clientId)
  return { clientId, owns }
}

function isFree(id: ClientId, context: ClaimContext): boolean {
  return id < grantedClientIdMin && !context.clocks.has(id) && !context.isHeld(id)
}

function grantId(context: ClaimContext): ClientId {
  for (;;) {
    const id = makeGrantedClientId(context.random)
    if (!context.clocks.has(id) && !context.isHeld(id)) return id
  }
}

/**
 * Throws `lineage-changed` when the client's text is of another history, or claims more text of other people than the
 * document holds ([J7]): merging that could bring back what was lost, or what never was.
 */
export function checkHistory(
  claimed: { lineage: Lineage | undefined; clocks: ReadonlyMap<number, number> },
  owns: ReadonlySet<number>,
  context: ClaimContext,
): void {
  const message = 'This document was restored or repaired since. Your text is kept here; compare it with the document.'
  if (claimed.lineage !== undefined && claimed.lineage !== context.lineage) {
    throw new AppError('lineage-changed', message)
  }
  for (const [id, clock] of claimed.clocks) {
    if (!owns.has(id) && clock > (context.clocks.get(id) ?? 0)) throw new AppError('lineage-changed', message)
  }
}
