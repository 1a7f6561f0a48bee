// One commit of a room told to its people: the update to everybody but its author, and with it what changed among the people.
import { mergeUpdates } from '../shared/merge.ts'
import type { Seq } from '../shared/protocol.ts'
import type { RoomEvents } from './metrics.ts'
import type { Part } from './parts.ts'
import { type RoomPresence, withoutOwn } from './room-presence.ts'
import type { Broadcaster, Session } from './session.ts'

/**
 * Sends to the live sessions of a room that has `sessionCount` of them. `update`: all parts as one, if there is such a thing
 * already; `author`: set when one session wrote all of them.
 */
export function tellRoom(
  {
    seq,
    parts,
    update,
    author,
  }: { seq: Seq; parts: readonly Part[]; update: Uint8Array | undefined; author: Session | undefined },
  sessionCount: number,
  presence: RoomPresence,
  { broadcaster, events }: { broadcaster: Broadcaster; events: Pick<RoomEvents, 'broadcast'> },
): void {
  // An author who left may have come back over the same connection, as somebody who lacks this.
  const except = author?.ended ? undefined : author
  const others = sessionCount - (except === undefined ? 0 : 1)
  const changes = presence.takeIfDue()
  // Most rooms have one writer: then nothing is sent.
  if (others > 0) {
    const header = { from: seq, to: seq, ...(changes && { presence: changes }) }
    broadcaster.update(header, update ?? mergeUpdates(parts.map((part) => part.bytes)), except)
  }
  events.broadcast(others)
  if (changes === undefined) return
  // Whoever does not get that packet must still hear of the others.
  broadcaster.presenceToTextOnly(changes)
  const forAuthor = except === undefined ? undefined : withoutOwn(changes, except.clientId)
  if (forAuthor !== undefined) except?.peer.presence(forAuthor)
}
