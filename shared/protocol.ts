// The protocol in types: what a page and the server say to each other over one Socket.IO connection. docs/protocol.md
// has the rules in words. Bytes are always the last arguments of an event (shared/wire sends them in one frame with it).
// Types only describe; what comes from outside is parsed at the doors.
import type { Refusal } from './errors.ts'
import type { ClientId, ClientToken, DocumentId, Key, Lineage, PersonId } from './ids.ts'
import type { Settings } from './settings.ts'

/** Sent as `auth.protocol` in the handshake. Raised with every change of the wire that an older page cannot read. */
export const protocolVersion = 2

/** Name of the one root Y.Text in every document. */
export const textName = 'content'

/** What a key allows, strongest first. */
export const roles = ['own', 'edit', 'view'] as const
export type Role = (typeof roles)[number]

/** A commit number of a document: 0 before the first commit, then one more each. */
export type Seq = number

/** Every request with an answer gets one of these as the first argument of its Socket.IO ack. */
export type Answer<T> = ({ ok: true } & T) | { ok: false; error: Refusal }

/** A client id with the proof that this tab (or one whose journal it adopted) writes with it. */
export type ClientClaim = { id: ClientId; token?: ClientToken }

export type JoinRequest = {
  documentId: DocumentId
  key: Key
  /** The history the client's text belongs to; absent before its first join. */
  lineage?: Lineage
  /** Ids this client holds unacknowledged text of, and (first) the one it wants to go on writing with. */
  clients: ClientClaim[]
  /** `secret` stays between this browser and the server. `color` is an index into the palette, 0–11. */
  person: { secret: string; name: string; color: number }
  /** An ordinary Socket.IO client, which cannot read binary frames: chat and people only. */
  textOnly?: boolean
}

/** How much of the limits a document has used; `stateBytes` and `structs` may be a little high, never low. */
export type Usage = { textLength: number; stateBytes: number; structs: number }

export type JoinAnswer = {
  /** The id to write with from now on, unique in the document. */
  clientId: ClientId
  /** Every id this session may write with, with its token; brought again at the next join. */
  clients: Required<ClientClaim>[]
  /** The commit that `update` (or the transfer) covers; durable. */
  seq: Seq
  role: Role
  lineage: Lineage
  settings: Settings
  people: PersonEntry[]
  presence: PresenceEntry[]
  chat: ChatMessage[]
  /** There are older lines: `chat-history` brings them. */
  moreChat: boolean
  usage: Usage
  /** Set when the state comes in slices instead of with the answer. */
  transfer?: { id: number; bytes: number }
}

/** One session as others see it. Several entries may have one personId: tabs of one browser. */
export type PersonEntry = { clientId: ClientId; personId: PersonId; name: string; color: number; role: Role }

/**
 * A place in the text that stays with its letter: a Yjs relative position `[client, clock, assoc]`, or `[assoc]` for the
 * end (assoc ≥ 0) or the start (assoc < 0) of the text.
 */
export type Position = [client: number, clock: number, assoc: number] | [assoc: number]

/**
 * What a session shows of itself besides its name. `cursor` is null when the editor has no focus. `following`: the
 * session whose view it follows. `noFollow`: its person does not want to be followed.
 */
export type PresenceState = {
  cursor: { anchor: Position; head: Position } | null
  idle: boolean
  following?: ClientId
  noFollow?: boolean
}

/** As the server shows it: `following` only while that is allowed, `typing` while a chat line is being written. */
export type ShownPresence = PresenceState & { typing?: true }

/** Last known state of the session that holds this client id. */
export type PresenceEntry = [ClientId, ShownPresence]

/** What changed among the people of a room since the last packet; absent lists are empty. `left` is always told. */
export type PresenceChanges = {
  joined?: PersonEntry[]
  changed?: PersonEntry[]
  left?: ClientId[]
  states?: PresenceEntry[]
}

/** What holds from now on, and who changed it. */
export type SettingsChange = { settings: Settings; by: PersonEntry }

/** A kept chat line. `n` grows within a document; `id` is the sender's own, for retries. `at`: ms since epoch. */
export type ChatMessage = {
  n: number
  id: string
  personId: PersonId
  name: string
  color: number
  text: string
  at: number
  /** A private line: only its author and this person have it. `name`: how he was called then. */
  to?: { personId: PersonId; name: string }
  quote?: Quote
  /** An owner deleted it: `text` is empty, and a quote is gone. */
  deleted?: true
}

/** A piece of the document that a chat line speaks of: how it read then, and where it stands now. */
export type Quote = { text: string; from: Position; to: Position }

/** What a person says. `id` is made by the sender; `to` makes it private. */
export type ChatLine = { id: string; text: string; to?: PersonId; quote?: Quote }

/** Lines that somebody may read, oldest first; `more`: there are older ones. */
export type ChatPage = { messages: ChatMessage[]; more: boolean }

/** Slice of a state that travels in pieces. `offset` and `bytes` (the whole) in bytes. */
export type SliceHeader = { transfer: number; offset: number; bytes: number }

/** `seq` of the commit that made the update durable; `alone`: nobody else wrote in that commit. */
export type UpdateAnswer = { seq: Seq; alone: boolean }

export type ClientToServerEvents = {
  /**
   * Enters a document, or re-syncs when already in it. Bytes: the client's Yjs state vector (absent when textOnly).
   * The answer's bytes: the server's state vector, and, unless a transfer follows, the difference as a Yjs v1 update.
   */
  join: (request: JoinRequest, stateVector: Uint8Array, ack: JoinAck) => void
  /** A Yjs v1 update with edits of this session's client ids. Answered when it is durable. */
  update: (bytes: Uint8Array, ack: (answer: Answer<UpdateAnswer>) => void) => void
  /** A piece of an update too large for one packet; the answer to the last piece is the answer to the update. */
  slice: (header: SliceHeader, bytes: Uint8Array, ack: (answer: Answer<Partial<UpdateAnswer>>) => void) => void
  /** Where this session's cursor is. No answer; the newest wins. */
  presence: (state: PresenceState) => void
  /** A chat line is being written here. No answer; shown for typingMs, or until a line comes. */
  typing: () => void
  /** A new name or colour. */
  person: (person: { name: string; color: number }, ack: (answer: Answer<object>) => void) => void
  /** The same `id` again is answered with the first message, not stored twice. */
  chat: (line: ChatLine, ack: (answer: Answer<{ message: ChatMessage }>) => void) => void
  /** The lines before that one. */
  'chat-history': (page: { before: number }, ack: (answer: Answer<ChatPage>) => void) => void
  /** Owners only: text and quote are gone for everybody. Answered when that is durable. */
  'chat-delete': (line: { n: number }, ack: (answer: Answer<{ message: ChatMessage }>) => void) => void
  /** What is to be different from now on, for everybody. Answered with all settings once that is durable. */
  settings: (patch: Partial<Settings>, ack: (answer: Answer<{ settings: Settings }>) => void) => void
  /** Is my text yours? `same` is null when the document is not at that seq or not at rest. */
  digest: (claim: { seq: Seq; digest: string }, ack: (answer: Answer<{ same: boolean | null }>) => void) => void
  leave: (ack: (answer: Answer<object>) => void) => void
}

export type JoinAck = (answer: Answer<JoinAnswer>, stateVector?: Uint8Array, update?: Uint8Array) => void

export type ServerToClientEvents = {
  /** Everything committed from `from` to `to`, except (when it was his alone) to its author. */
  update: (header: { from: Seq; to: Seq; presence?: PresenceChanges }, bytes: Uint8Array) => void
  presence: (changes: PresenceChanges) => void
  /** A new line, or an old one that lost its text (`deleted`). */
  chat: (message: ChatMessage) => void
  /** Somebody changed a setting: what holds now, and who did. Told to everybody, to him too. */
  settings: (change: SettingsChange) => void
  /** The last seq that was broadcast; who has less has missed something. */
  heartbeat: (beat: { seq: Seq; usage: Usage }) => void
  /** A piece of the state that a join answer announced. */
  slice: (header: SliceHeader, bytes: Uint8Array, ack: () => void) => void
  /** Join again: this session was too slow, or the room was rebuilt. */
  resync: (reason: { reason: 'drained' | 'rebuilt' }) => void
  /** The session is over; the reason for a person. The connection may follow. */
  closed: (refusal: Refusal) => void
}
