// One client in one room, as the server knows it. A record: rooms and doors act on it.
import type { Refusal } from '../shared/errors.ts'
import type { ClientId, PersonId } from '../shared/ids.ts'
import type {
  ChatMessage,
  PersonEntry,
  PresenceChanges,
  PresenceState,
  Role,
  Seq,
  SettingsChange,
  ShownPresence,
  Usage,
} from '../shared/protocol.ts'
import { type Action, can, type KeyHash } from './access.ts'

/** A session's line to its client; the room knows no socket. Nothing here throws or waits. */
export interface Peer {
  presence(changes: PresenceChanges): void
  /** A private line; lost on a session that is not live, whose next join brings it. */
  chat(message: ChatMessage): void
  resync(reason: 'drained' | 'rebuilt'): void
  /** Tells why and leaves the rooms of the doors; the connection stays, free to join again. */
  close(refusal: Refusal): void
  /** Whether broadcasts reach this client from now on. */
  setLive(live: boolean): void
}

/** All the clients of a room at once. */
export interface Broadcaster {
  /** To all live sessions but `except`. */
  update(
    header: { from: Seq; to: Seq; presence?: PresenceChanges },
    bytes: Uint8Array,
    except: Session | undefined,
  ): void
  presence(changes: PresenceChanges): void
  /** Presence for sessions that read no updates. */
  presenceToTextOnly(changes: PresenceChanges): void
  heartbeat(beat: { seq: Seq; usage: Usage }): void
  settings(change: SettingsChange): void
  chat(message: ChatMessage, except: Session | undefined): void
}

export type Person = { id: PersonId; name: string; color: number }

export class Session {
  readonly peer: Peer
  readonly role: Role
  /** Hash of the key that let it in: who revokes that key ends this session. */
  readonly keyHash: KeyHash
  readonly textOnly: boolean
  person: Person
  /** The id it writes with, and under which others see it. */
  clientId: ClientId
  /** Every id that it may write with. */
  readonly owns: Set<ClientId> = new Set()
  /** As its client told it, but for whom it follows. */
  presence: Omit<PresenceState, 'following'> | undefined
  /** Whose view it follows: somebody in the room who does not mind. */
  following: Session | undefined
  /** Set while it writes a chat line: cancels the timer that ends that. */
  cancelTyping: (() => void) | undefined
  /** False after a refusal, until it has joined again ([U4]). */
  synced = false
  ended = false

  constructor(init: {
    peer: Peer
    role: Role
    keyHash: KeyHash
    textOnly: boolean
    person: Person
    clientId: ClientId
  }) {
    this.peer = init.peer
    this.role = init.role
    this.keyHash = init.keyHash
    this.textOnly = init.textOnly
    this.person = init.person
    this.clientId = init.clientId
  }

  /** Whether this session may do that: its role decides, and who reads no updates writes none ([W4]). */
  may(action: Action): boolean {
    const isBlind = this.textOnly && (action === 'update' || action === 'slice')
    return !isBlind && can(this.role, action)
  }

  /** What the others see of it, if it has shown anything. */
  get shown(): ShownPresence | undefined {
    const { presence, following, cancelTyping } = this
    if (presence === undefined) return undefined
    const shown: ShownPresence = { ...presence }
    if (following !== undefined) shown.following = following.clientId
    if (cancelTyping !== undefined) shown.typing = true
    return shown
  }

  get entry(): PersonEntry {
    return {
      clientId: this.clientId,
      personId: this.person.id,
      name: this.person.name,
      color: this.person.color,
      role: this.role,
    }
  }
}
