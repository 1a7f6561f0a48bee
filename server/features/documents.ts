// Documents: made, described and read as text. Their text itself is the rooms' business.
import * as Y from 'yjs'
import { AppError } from '../../shared/errors.ts'
import {
  type DocumentId,
  type Key,
  makeDocumentId,
  makeGrantedClientId,
  makeKey,
  makeLineage,
  type RandomBytes,
} from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { type Role, type Seq, textName } from '../../shared/protocol.ts'
import type { Language, Settings } from '../../shared/settings.ts'
import { cleanText, digestOf } from '../../shared/text.ts'
import { can, grantOf, hashKey } from '../access.ts'
import type { Clock } from '../clock.ts'
import type { CommitQueue } from '../commit-queue.ts'
import { tangledRefusal } from '../commit-refusals.ts'
import { type DocumentMeta, metaWrite, settingsOf } from '../document-meta.ts'
import { durableDoc } from '../durable-doc.ts'
import { refusedKey } from '../join.ts'
import type { Room } from '../room.ts'
import type { Rooms } from '../rooms.ts'
import { takeSnapshot } from '../snapshot.ts'
import type { StoreWrite } from '../store/store.ts'
import { recordWrite, snapshotWrite, type UpdateLog } from '../update-log.ts'

type Tools = {
  updateLog: UpdateLog
  queue: CommitQueue
  rooms: Rooms
  clock: Clock
  random: RandomBytes
}

export type NewDocument = { id: DocumentId; title: string; keys: Record<Role, Key> }

/** What GET /api/documents/:id tells. Times in ms since epoch; `people` counts persons, not tabs. */
export type DocumentInfo = Settings & {
  id: DocumentId
  role: Role
  createdAt: number
  updatedAt: number
  seq: Seq
  people: number
}

/** A document in a list. `faces`: the first few of the `people` who are in it now. */
export type Glance = Settings & {
  id: DocumentId
  role: Role
  updatedAt: number
  people: number
  faces: { name: string; color: number }[]
}

export class Documents {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** Makes a document; durable when this resolves. Throws `too-large`, `degraded`, `busy`. */
  async create(options: { title: string; text: string; language: Language }): Promise<NewDocument> {
    const { queue, clock, random } = this.#tools
    const text = cleanText(options.text)
    if (text.length > limits.textLengthMax) throw tooLong()
    const id = makeDocumentId(random)
    const keys = { own: makeKey(random), edit: makeKey(random), view: makeKey(random) }
    const meta: DocumentMeta = {
      version: 1,
      title: options.title,
      language: options.language,
      createdAt: clock.now(),
      lineage: makeLineage(random),
      keys: { own: [hashKey(keys.own)], edit: [hashKey(keys.edit)], view: [hashKey(keys.view)] },
    }
    const writes: StoreWrite[] = [metaWrite(id, meta)]
    if (text !== '') {
      const clientId = makeGrantedClientId(random)
      const doc = docOf(text, clientId)
      // One structure.
      const snapshot = { ...takeSnapshot(doc, 1), buildMs: 0 }
      doc.destroy()
      if (snapshot.bytes.length > limits.stateBytesMax * fullestAtStart) throw tooLong()
      const parts = [{ clientId, bytes: snapshot.bytes }]
      writes.push(recordWrite(id, { seq: 1, time: clock.now(), parts }), snapshotWrite(id, snapshot))
    }
    await queue.write(writes)
    return { id, title: meta.title, keys }
  }

  /** The role that this key grants. Throws `not-found`, `deleted` and `forbidden`. */
  async roleOf(id: DocumentId, key: Key): Promise<Role> {
    return roleIn(await this.#tools.rooms.metaOf(id), key)
  }

  /** What a list of documents shows of one. It is not opened for that. Throws `not-found`, `deleted`, `forbidden`. */
  async glance(id: DocumentId, key: Key): Promise<Glance> {
    const { rooms, updateLog } = this.#tools
    const meta = await rooms.metaOf(id)
    const role = roleIn(meta, key)
    if (!can(role, 'read')) throw refusedKey()
    const updatedAt = (await updateLog.lastTime(id)) ?? meta.createdAt
    const present = new Map([...(rooms.peek(id)?.sessions ?? [])].map(({ person }) => [person.id, person]))
    const faces = [...present.values()].slice(0, limits.lookupFacesMax).map(({ name, color }) => ({ name, color }))
    return { id, ...settingsOf(meta), role, updatedAt, people: present.size, faces }
  }

  async info(id: DocumentId, key: Key): Promise<DocumentInfo> {
    const role = await this.roleOf(id, key)
    if (!can(role, 'read')) throw refusedKey()
    const { room, release } = await this.#tools.rooms.acquire(id)
    try {
      const { title, language } = settingsOf(room.meta)
      const { createdAt } = room.meta
      const seq = room.committedSeq
      const updatedAt = (await this.#tools.updateLog.timeOf(id, seq)) ?? createdAt
      const people = new Set([...room.sessions].map((session) => session.person.id)).size
      return { id, title, language, role, createdAt, updatedAt, seq, people }
    } finally {
      release()
    }
  }

  /**
   * The durable text, and its digest as a tag: a seq would not do, since a commit may take in more until it forms. `pay` gets the
   * CPU ms that it takes to build the document, where nobody has it open, and may refuse. Throws `too-large` when that is too long.
   */
  async text(
    id: DocumentId,
    key: Key,
    pay: (buildMs: number) => Promise<void>,
  ): Promise<{ text: string; tag: string }> {
    const role = await this.roleOf(id, key)
    if (!can(role, 'read')) throw refusedKey()
    const { room, release } = await this.#tools.rooms.acquire(id)
    try {
      await room.whenUsable()
      if (room.document.isTangled) throw tangledRefusal()
      if (room.document.buildMs > 0) await pay(room.document.buildMs)
      const { coveringSeq } = room
      const { text, digest } = room.document
      if (await room.whenCommitted(coveringSeq)) return { text, tag: digest }
      return await this.#textOnDisk(room)
    } finally {
      release()
    }
  }

  async #textOnDisk(room: Room): Promise<{ text: string; tag: string }> {
    const { doc } = await durableDoc(room, this.#tools.updateLog)
    const text = doc.getText(textName).toString()
    doc.destroy()
    return { text, tag: digestOf(text) }
  }
}

function roleIn({ keys }: DocumentMeta, key: Key): Role {
  const grant = grantOf(keys, key)
  if (grant === undefined) throw refusedKey()
  return grant.role
}

/** A new document must leave room to write in. */
const fullestAtStart = 0.95

const tooLong = () =>
  new AppError('too-large', `A document holds ${limits.textLengthMax} characters; this text is too long for one.`)

function docOf(text: string, clientId: number): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = clientId
  doc.getText(textName).insert(0, text)
  return doc
}
