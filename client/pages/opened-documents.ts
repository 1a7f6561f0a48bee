// The documents this browser has opened, with the keys it has for them. Kept in localStorage; nobody else has this list.
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { type Role, roles } from '../../shared/protocol.ts'
import { type PageStorage, readJson, writeJson } from '../ui/storage.ts'

const storageName = 'scriptorium.documents'

/** `title`: the document's, else its first line. `openedAt`: ms since epoch. */
export type OpenedDocument = {
  id: DocumentId
  keys: Partial<Record<Role, Key>>
  title: string
  openedAt: number
  /** Stands above the others. */
  pinned?: true
  /** Whose keys the server refused last: they are kept, since it may be mistaken, but open nothing by themselves. */
  closed?: readonly Role[]
}

/** What is learnt about a document; keys are added to those known before. */
export type Remembered = { id: DocumentId; keys?: Partial<Record<Role, Key>>; title?: string; openedAt?: number }

/** Pinned ones first, then newest first. What is broken in the storage is left out. */
export function readOpened(storage: PageStorage): OpenedDocument[] {
  const value = readJson(storage, storageName)
  const list = Array.isArray(value) ? value.map(parseOpened).filter((entry) => entry !== undefined) : []
  return list.sort(inOrder)
}

const inOrder = (a: OpenedDocument, b: OpenedDocument): number =>
  Number(b.pinned === true) - Number(a.pinned === true) || b.openedAt - a.openedAt

export const findOpened = (storage: PageStorage, id: DocumentId): OpenedDocument | undefined =>
  readOpened(storage).find((entry) => entry.id === id)

/** Adds to what is known of a document. False when the browser keeps nothing. */
export function remember(storage: PageStorage, learnt: Remembered): boolean {
  // Read again each time: another tab may have written since.
  const known = readOpened(storage)
  const before = known.find((entry) => entry.id === learnt.id)
  const entry: OpenedDocument = {
    id: learnt.id,
    keys: { ...before?.keys, ...learnt.keys },
    title: learnt.title || before?.title || '',
    openedAt: learnt.openedAt ?? before?.openedAt ?? 0,
    ...(before?.pinned && { pinned: true }),
    ...closedOf(before?.closed?.filter((role) => learnt.keys?.[role] === undefined)),
  }
  const others = known.filter((other) => other.id !== learnt.id)
  const list = [entry, ...others].sort(inOrder).slice(0, limits.openedDocumentsMax)
  return writeJson(storage, storageName, list)
}

const closedOf = (roles: readonly Role[] = []) => roles.length > 0 && { closed: roles }

/** The role that a key gave here the last time; `undefined` for a key that this browser does not know, or that was closed. */
export function roleOfKey(storage: PageStorage, id: DocumentId, key: Key): Role | undefined {
  const entry = findOpened(storage, id)
  const role = roles.find((one) => entry?.keys[one] === key)
  return role === undefined || entry?.closed?.includes(role) ? undefined : role
}

/** The server refuses this key. True when no other key here opens the document. */
export function closeKey(storage: PageStorage, id: DocumentId, key: Key): boolean {
  const list = readOpened(storage)
  const entry = list.find((other) => other.id === id)
  if (entry === undefined) return true
  const known = roles.filter((role) => entry.keys[role] !== undefined)
  const closed = known.filter((role) => entry.keys[role] === key || entry.closed?.includes(role))
  const changed = { ...entry, ...closedOf(closed) }
  writeJson(storage, storageName, [changed, ...list.filter((other) => other !== entry)])
  return closed.length === known.length
}

export function pin(storage: PageStorage, id: DocumentId, isPinned: boolean): void {
  const list = readOpened(storage).map(({ pinned: _before, ...entry }): OpenedDocument => {
    const stays = entry.id === id ? isPinned : _before === true
    return stays ? { ...entry, pinned: true } : entry
  })
  writeJson(storage, storageName, list)
}

export function forget(storage: PageStorage, id: DocumentId): void {
  writeJson(
    storage,
    storageName,
    readOpened(storage).filter((entry) => entry.id !== id),
  )
}

/** The strongest role there is a key for, with that key; a closed one only when there is no other. */
export function strongestKey({ keys, closed = [] }: OpenedDocument): { role: Role; key: Key } | undefined {
  const inTurn = [...roles.filter((role) => !closed.includes(role)), ...closed]
  for (const role of inTurn) {
    const key = keys[role]
    if (key !== undefined) return { role, key }
  }
  return undefined
}

function parseOpened(value: unknown): OpenedDocument | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id: anyId, keys: anyKeys, title, openedAt, pinned, closed } = value as Record<string, unknown>
  const id = parseDocumentId(anyId)
  if (id === undefined || typeof anyKeys !== 'object' || anyKeys === null) return undefined
  const keys: Partial<Record<Role, Key>> = {}
  for (const role of roles) {
    const key = parseKey((anyKeys as Record<string, unknown>)[role])
    if (key !== undefined) keys[role] = key
  }
  if (Object.keys(keys).length === 0) return undefined
  return {
    id,
    keys,
    title: typeof title === 'string' ? title.slice(0, limits.titleLengthMax) : '',
    openedAt: typeof openedAt === 'number' && Number.isFinite(openedAt) ? openedAt : 0,
    ...(pinned === true && { pinned: true }),
    ...closedOf(roles.filter((role) => Array.isArray(closed) && closed.includes(role))),
  }
}
