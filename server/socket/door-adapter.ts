// Socket.IO's rooms, without the one that the library makes for each socket alone: nobody is told anything in it, and it
// holds memory for every connection.
import { BroadcastAdapter } from '../broadcast-adapter.ts'

/** The part of the stock adapter that is private in its types: the sockets in some rooms, a socket's id being one. */
type Excluding = { computeExceptSids(rooms: ReadonlySet<string> | undefined): Set<string> }

export class DoorAdapter extends BroadcastAdapter {
  constructor(namespace: unknown) {
    super(namespace)
    const excluding = this as unknown as Excluding
    const inRooms = excluding.computeExceptSids.bind(this)
    // `socket.broadcast` names its own room to leave its socket out.
    excluding.computeExceptSids = (rooms) => {
      const ids = inRooms(rooms)
      for (const room of rooms ?? []) if (this.sids.has(room)) ids.add(room)
      return ids
    }
  }

  override addAll(id: string, rooms: Set<string>): void {
    rooms.delete(id)
    super.addAll(id, rooms)
  }
}
