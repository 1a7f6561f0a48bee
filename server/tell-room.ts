// One broadcast of a room: the update to everybody but its author, and with it what changed among the people.
import type { Broadcast } from './fanout.ts'
import type { RoomEvents } from './metrics.ts'
import { type RoomPresence, withoutOwn } from './room-presence.ts'
import type { Broadcaster, Session } from './session.ts'

/** Sends to the live sessions of a room that has `sessionCount` of them. */
export function tellRoom(
  { from, to, bytes, author }: Broadcast<Session>,
  sessionCount: number,
  presence: RoomPresence,
  { broadcaster, events }: { broadcaster: Broadcaster; events: Pick<RoomEvents, 'broadcast'> },
): void {
  // An author who left may have come back over the same connection, as somebody who lacks this.
  const except = author?.ended ? undefined : author
  const others = sessionCount - (except === undefined ? 0 : 1)
  const changes = presence.takeIfDue()
  // Most rooms have one writer: then nothing is sent, not even encoded.
  if (others > 0)
    broadcaster.update(changes === undefined ? { from, to } : { from, to, presence: changes }, bytes, except)
  events.broadcast(others)
  if (changes === undefined) return
  // Whoever does not get that packet must still hear of the others.
  broadcaster.presenceToTextOnly(changes)
  const forAuthor = except === undefined ? undefined : withoutOwn(changes, except.clientId)
  if (forAuthor !== undefined) except?.peer.presence(forAuthor)
}
