// Who is in a room and where their cursors are; told to everybody at most once per interval, in one packet. Only the
// server says who is here: no client can speak for another.
import type { ClientId } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import type { PersonEntry, PresenceChanges, PresenceEntry, PresenceState } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Session } from './session.ts'

export class RoomPresence {
  readonly #clock: Clock
  readonly #send: (changes: PresenceChanges) => void
  readonly #joined = new Map<ClientId, Session>()
  readonly #changed = new Map<ClientId, Session>()
  readonly #states = new Map<ClientId, Session>()
  readonly #left = new Set<ClientId>()
  #earliest = 0
  #cancelTimer: (() => void) | undefined

  constructor(clock: Clock, send: (changes: PresenceChanges) => void) {
    this.#clock = clock
    this.#send = send
  }

  joined(session: Session): void {
    this.#left.delete(session.clientId)
    this.#joined.set(session.clientId, session)
    this.#schedule()
  }

  /** A new name or colour. */
  changed(session: Session): void {
    this.#changed.set(session.clientId, session)
    this.#schedule()
  }

  moved(session: Session, state: PresenceState): void {
    session.presence = state
    this.#states.set(session.clientId, session)
    this.#schedule()
  }

  left(session: Session): void {
    const id = session.clientId
    session.presence = undefined
    this.#changed.delete(id)
    this.#states.delete(id)
    // Told even if the joining was not yet: somebody may have had it from a join answer.
    this.#joined.delete(id)
    this.#left.add(id)
    this.#schedule()
  }

  /** What is to be told, if it is time: for a packet that leaves anyway. Told once. */
  takeIfDue(): PresenceChanges | undefined {
    if (this.#cancelTimer === undefined || this.#clock.monotonic() < this.#earliest) return undefined
    return this.#take()
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #schedule(): void {
    if (this.#cancelTimer !== undefined) return
    const waitMs = Math.max(0, this.#earliest - this.#clock.monotonic())
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      const changes = this.#take()
      if (changes !== undefined) this.#send(changes)
    })
  }

  #take(): PresenceChanges | undefined {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const joined: PersonEntry[] = []
    const changed: PersonEntry[] = []
    const states: PresenceEntry[] = []
    for (const session of this.#joined.values()) joined.push(session.entry)
    for (const session of this.#changed.values()) {
      if (!this.#joined.has(session.clientId)) changed.push(session.entry)
    }
    for (const session of this.#states.values()) {
      if (session.presence !== undefined) states.push([session.clientId, session.presence])
    }
    const left = [...this.#left]
    this.#joined.clear()
    this.#changed.clear()
    this.#states.clear()
    this.#left.clear()
    const changes: PresenceChanges = {}
    if (joined.length > 0) changes.joined = joined
    if (changed.length > 0) changes.changed = changed
    if (left.length > 0) changes.left = left
    if (states.length > 0) changes.states = states
    if (Object.keys(changes).length === 0) return undefined
    this.#earliest = this.#clock.monotonic() + limits.presenceIntervalMs
    return changes
  }
}

/** These changes without what concerns one session; `undefined` when nothing is left of them. */
export function withoutOwn(changes: PresenceChanges, id: ClientId): PresenceChanges | undefined {
  const rest: PresenceChanges = {}
  const joined = changes.joined?.filter((entry) => entry.clientId !== id)
  const changed = changes.changed?.filter((entry) => entry.clientId !== id)
  const states = changes.states?.filter(([clientId]) => clientId !== id)
  if (joined?.length) rest.joined = joined
  if (changed?.length) rest.changed = changed
  if (states?.length) rest.states = states
  if (changes.left !== undefined) rest.left = changes.left
  return Object.keys(rest).length === 0 ? undefined : rest
}
