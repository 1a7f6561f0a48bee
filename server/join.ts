// Letting a session in, and syncing one again: one path for both ([J1]–[J10]). Knows rooms, not sockets.
import * as Y from 'yjs'
import { AppError } from '../shared/errors.ts'
import { type ClientId, grantedClientIdMin, type RandomBytes } from '../shared/ids.ts'
import { limits } from '../shared/limits.ts'
import type { JoinAnswer, JoinRequest, Role, Seq } from '../shared/protocol.ts'
import { can, grantOf } from './access.ts'
import { acceptClaims, checkHistory } from './claims.ts'
import { deletedRefusal } from './document-meta.ts'
import { durableDoc } from './durable-doc.ts'
import type { Identity } from './identity.ts'
import type { LiveDocument } from './live-document.ts'
import type { Room } from './room.ts'
import { type Peer, Session } from './session.ts'
import type { UpdateLog } from './update-log.ts'

export type JoinTools = { identity: Identity; updateLog: UpdateLog; random: RandomBytes }

/** The answer without the parts that other features add, and the two byte strings that go with it. */
export type Joined = {
  session: Session
  answer: Omit<JoinAnswer, 'chat' | 'moreChat' | 'settings' | 'transfer'>
  stateVector: Uint8Array
  /** What the client lacks, as one Yjs v1 update; durable. */
  update: Uint8Array
}

/** The connection that joins. `timed` does something that cannot wait, and charges the time to whoever asked for it. */
export type Line = {
  peer: Peer
  existing: Session | undefined
  timed<T>(act: () => T): T
  isWaiting(): boolean
  entered(session: Session): void
}

/**
 * Lets a session in (`existing`: syncs it again). Resolves when the state it answers with is durable; the session is in
 * the room (told by `entered`) and hears broadcasts from before that, unless its client is gone (`isWaiting`). Throws
 * AppError; then `existing` is as it was.
 */
export async function join(
  room: Room,
  request: JoinRequest,
  stateVector: Uint8Array,
  line: Line,
  tools: JoinTools,
): Promise<Joined> {
  await room.whenUsable()
  if (!line.isWaiting()) throw new AppError('not-synced', 'The client left while it joined; join again.')
  const { session, state, coveringSeq } = line.timed(() => enter(room, request, stateVector, line, tools))
  const durable = (await room.whenCommitted(coveringSeq)) ? state : await durableState(room, stateVector, tools)
  if (session.ended) throw new AppError('not-synced', 'The session ended while it joined; join again.')
  return {
    session,
    stateVector: durable.stateVector,
    update: durable.update,
    answer: {
      clientId: session.clientId,
      clients: [...session.owns].map((id) => ({
        id,
        token: tools.identity.clientToken(room.id, room.meta.lineage, id),
      })),
      seq: durable.seq,
      role: session.role,
      lineage: room.meta.lineage,
      people: [...room.sessions].map((other) => other.entry),
      presence: [...room.sessions].flatMap((other) =>
        other.shown === undefined || other === session ? [] : [[other.clientId, other.shown] as const],
      ) as JoinAnswer['presence'],
      usage: durable.usage,
    },
  }
}

/** Everything of a join that must belong to one moment: key, ids, state and seq. So nothing in here waits. */
function enter(room: Room, request: JoinRequest, stateVector: Uint8Array, line: Line, tools: JoinTools) {
  if (room.deleted) throw deletedRefusal()
  const grant = grantOf(room.meta.keys, request.key)
  if (grant === undefined || !can(grant.role, 'join')) throw refusedKey()
  const clocks = parseStateVector(stateVector)
  const { existing } = line
  if (existing === undefined && room.sessions.size >= sessionsMaxFor(grant.role)) {
    throw new AppError('busy', 'Too many people are in this document at the moment.')
  }
  const { secret, name, color } = request.person
  const person = { id: tools.identity.personId(room.id, secret), name, color }
  const context = {
    lineage: room.meta.lineage,
    clocks: room.document.clocks,
    isHeld: (id: ClientId) => {
      const holder = room.holderOf(id)
      // Without the answer to its first join a client has no token for its local id; its secret says it is the same one.
      return holder !== undefined && (id >= grantedClientIdMin || holder.person.id !== person.id)
    },
    isToken: (token: unknown, id: ClientId) => tools.identity.isClientToken(token, room.id, room.meta.lineage, id),
    random: tools.random,
  }
  const { clientId, owns } = acceptClaims(request.clients, existing?.owns ?? new Set(), existing?.clientId, context)
  checkHistory({ lineage: request.lineage, clocks }, owns, context)
  const session =
    existing ??
    new Session({
      peer: line.peer,
      role: grant.role,
      keyHash: grant.hash,
      textOnly: request.textOnly === true,
      person,
      clientId,
    })
  const update = session.textOnly
    ? new Uint8Array()
    : room.document.difference(isStranger(clocks, context.clocks) ? emptyStateVector : stateVector)
  // Told as had is only what is there whole: the commit that covers the rest may take in more before it forms.
  const state = { seq: room.wholeSeq, stateVector: room.document.stateVector, update, usage: room.document.usage }
  const { coveringSeq } = room
  line.entered(session)
  room.enter(session, clientId, owns)
  // A name that was changed while its session could not be told of it comes with the next join, which may be a re-sync.
  if (session.person.name !== name || session.person.color !== color) room.rename(session, name, color)
  session.synced = true
  return { session, state, coveringSeq }
}

/** Up to how many sessions in the room another one of that role is let in ([J11]). */
function sessionsMaxFor(role: Role): number {
  if (role === 'own') return limits.sessionsPerRoomMax
  const forWriters = limits.sessionsPerRoomMax - limits.sessionsKeptForOwners
  return can(role, 'update') ? forWriters : forWriters - limits.sessionsKeptForWriters
}

const emptyStateVector = new Uint8Array([0])

/** Whether a client has nothing of the document: then it gets what every first visitor gets, encoded once for all. */
function isStranger(clocks: ReadonlyMap<number, number>, known: ReadonlyMap<number, number>): boolean {
  for (const id of clocks.keys()) if (known.has(id)) return false
  return true
}

/** The same words whether the document or the key is wrong for an outsider would be kinder to nobody: ids are secrets. */
export function refusedKey(): AppError {
  return new AppError('forbidden', 'This link does not open the document (any more). Ask its owner for a new one.')
}

/** Clocks by client id. Throws `bad-request` for what is no Yjs state vector. */
function parseStateVector(bytes: Uint8Array): Map<number, number> {
  try {
    return Y.decodeStateVector(bytes)
  } catch (error) {
    throw new AppError('bad-request', 'Not a state vector.', { cause: error })
  }
}

/** While the disk refuses writes, the live document may hold what could still be lost: answer from the disk ([J10]). */
async function durableState(
  room: Room,
  stateVector: Uint8Array,
  { updateLog }: JoinTools,
): Promise<{ seq: Seq; stateVector: Uint8Array; update: Uint8Array; usage: LiveDocument['usage'] }> {
  const { seq, doc } = await durableDoc(room, updateLog)
  try {
    return {
      seq,
      stateVector: Y.encodeStateVector(doc),
      update: Y.encodeStateAsUpdate(doc, stateVector),
      usage: room.document.usage,
    }
  } finally {
    doc.destroy()
  }
}
