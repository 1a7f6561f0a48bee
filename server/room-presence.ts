// Who is in a room and where their cursors are; told to everybody at most once per interval, in one packet. Only the
// server says who is here: no client can speak for another.
import type { ClientId } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import type { PersonEntry, PresenceChanges, PresenceEntry, PresenceState } from '../shared/protocol.ts'
import type { Clock } from './clock.ts'
import type { Session } from './session.ts'

export class RoomPresence {
  readonly #clock: Clock
  readonly #sessions: ReadonlySet<Session>
  readonly #send: (changes: PresenceChanges) => void
  readonly #joined = new Map<ClientId, Session>()
  readonly #changed = new Map<ClientId, Session>()
  readonly #states = new Map<ClientId, Session>()
  readonly #left = new Set<ClientId>()
  #earliest = 0
  #cancelTimer: (() => void) | undefined

  /** `sessions`: those in the room, at any time. */
  constructor(clock: Clock, sessions: ReadonlySet<Session>, send: (changes: PresenceChanges) => void) {
    this.#clock = clock
    this.#sessions = sessions
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

  /** Takes what a session shows. Whom it follows counts only while that is somebody here who does not mind ([P6]). */
  moved(session: Session, { following, ...presence }: PresenceState): void {
    const hasDeclined = presence.noFollow === true && session.presence?.noFollow !== true
    session.presence = presence
    session.following = this.#followed(session, following)
    if (hasDeclined) this.#endFollowing((followed) => followed.person.id === session.person.id)
    this.#tell(session)
  }

  /** It writes a chat line ([P7]). */
  typing(session: Session): void {
    const wasTyping = session.cancelTyping !== undefined
    session.cancelTyping?.()
    session.cancelTyping = this.#clock.after(limits.typingMs, () => this.stoppedTyping(session))
    session.presence ??= { cursor: null, idle: false }
    if (!wasTyping) this.#tell(session)
  }

  stoppedTyping(session: Session): void {
    if (session.cancelTyping === undefined) return
    session.cancelTyping()
    session.cancelTyping = undefined
    this.#tell(session)
  }

  left(session: Session): void {
    const id = session.clientId
    session.cancelTyping?.()
    session.cancelTyping = undefined
    session.following = undefined
    session.presence = undefined
    this.#endFollowing((followed) => followed === session)
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
    for (const session of this.#sessions) session.cancelTyping?.()
  }

  #tell(session: Session): void {
    this.#states.set(session.clientId, session)
    this.#schedule()
  }

  /** The session with that client id, if this one may follow it. One that declines speaks for all tabs of its person. */
  #followed(session: Session, id: ClientId | undefined): Session | undefined {
    if (id === undefined) return undefined
    // It would have been taken away had that changed; so that a cursor that moves costs no search.
    if (session.following?.clientId === id) return session.following
    const sessions = [...this.#sessions]
    const wanted = sessions.find((other) => other.clientId === id && other !== session)
    const declines = (other: Session) => other.person.id === wanted?.person.id && other.presence?.noFollow === true
    return sessions.some(declines) ? undefined : wanted
  }

  #endFollowing(isOver: (followed: Session) => boolean): void {
    for (const session of this.#sessions) {
      if (session.following === undefined || !isOver(session.following)) continue
      session.following = undefined
      this.#tell(session)
    }
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
      const { shown } = session
      if (shown !== undefined) states.push([session.clientId, shown])
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

/**
 * These changes without where one session's own cursor is; `undefined` when nothing is left of them. Its own name it is
 * told like everybody: it shows what the server took.
 */
export function withoutOwn(changes: PresenceChanges, id: ClientId): PresenceChanges | undefined {
  const { states: all, ...rest } = changes
  const states = all?.filter(([clientId]) => clientId !== id) ?? []
  const told = states.length === 0 ? rest : { ...rest, states }
  return Object.keys(told).length === 0 ? undefined : told
}
