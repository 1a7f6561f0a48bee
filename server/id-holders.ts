// Which session of a room writes with which client id: never two with the same.
import type { ClientId } from '../shared/ids.ts'
import type { Session } from './session.ts'

export class IdHolders {
  readonly #holders = new Map<ClientId, Session>()

  of(id: ClientId): Session | undefined {
    return this.#holders.get(id)
  }

  /**
   * Gives a session exactly these ids and returns who else held one of them: they have to end. An id that it does not
   * bring again is free, since nothing unacknowledged is left of it.
   */
  give(session: Session, ids: ReadonlySet<ClientId>): Set<Session> {
    this.takeBack(session)
    const others = new Set<Session>()
    for (const id of ids) {
      const holder = this.#holders.get(id)
      if (holder !== undefined) others.add(holder)
      this.#holders.set(id, session)
      session.owns.add(id)
    }
    return others
  }

  takeBack(session: Session): void {
    for (const id of session.owns) if (this.#holders.get(id) === session) this.#holders.delete(id)
    session.owns.clear()
  }
}
