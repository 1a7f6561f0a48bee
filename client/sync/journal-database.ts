// The browser database of all journals: its shape, and how it is opened. Knows nothing of when what is written.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { type ClientId, platformRandom, toBase64url } from '../../shared/ids.ts'
import type { ClientClaim } from '../../shared/protocol.ts'
import { defaultSettings } from '../../shared/settings.ts'
import type { Base, JournalLineage, TextAside } from './journal.ts'

/** The last acknowledged state of a document in one history. `at`: ms since epoch. `bytes`: those of `state`. */
export type BaseRecord = Base & { documentId: string; lineage: JournalLineage; at: number; bytes: number }

/**
 * One life of one tab in one document. `unacknowledged`: numbers of rows. `lease`: ms since epoch when the tab last said
 * that it lives, 0 when it said that it goes. `tabId` is the same before and after a reload.
 */
export type JournalRecord = {
  documentId: string
  journalId: string
  tabId: string
  lineage: JournalLineage
  claims: ClientClaim[]
  clientId: ClientId | undefined
  unacknowledged: number[]
  lease: number
  /** Its tab holds a lock as long as it lives. */
  locked?: boolean
}

/** Of a life that begins, with nothing in it. */
export function newJournalRecord(documentId: string, tabId: string): JournalRecord {
  const journalId = toBase64url(platformRandom(12))
  const nothing = { claims: [], clientId: undefined, unacknowledged: [] }
  return { documentId, journalId, tabId, lineage: '', ...nothing, lease: 0 }
}

/** One Yjs v1 update since the base. */
export type RowRecord = { documentId: string; journalId: string; n: number; bytes: Uint8Array; at: number }

export interface JournalSchema extends DBSchema {
  /** `byAge`: when and how large, to be read without the states. */
  bases: { key: [string, string]; value: BaseRecord; indexes: { byAge: [number, number] } }
  journals: { key: [string, string]; value: JournalRecord }
  rows: { key: [string, string, number]; value: RowRecord }
  aside: { key: [string, string]; value: TextAside }
}

export type JournalDatabase = IDBPDatabase<JournalSchema>

/**
 * Opens the database of this origin. `lost`: it was closed from outside. Rejects where the browser forbids it; async,
 * because some browsers throw instead.
 */
export async function openJournalDatabase(lost: () => void): Promise<JournalDatabase> {
  return openDB<JournalSchema>('scriptorium', 2, {
    async upgrade(database, before, _after, transaction) {
      if (before < 1) {
        database.createObjectStore('bases', { keyPath: ['documentId', 'lineage'] })
        database.createObjectStore('journals', { keyPath: ['documentId', 'journalId'] })
        database.createObjectStore('rows', { keyPath: ['documentId', 'journalId', 'n'] })
        database.createObjectStore('aside', { keyPath: ['documentId', 'id'] })
      }
      const bases = transaction.objectStore('bases')
      bases.createIndex('byAge', ['at', 'bytes'])
      for await (const cursor of bases) {
        await cursor.update({ ...defaultSettings, ...cursor.value, bytes: cursor.value.state.length })
      }
    },
    // A page of a newer version wants to change the shape: it may, and this one goes on without.
    blocking(_current, _blocked, event) {
      ;(event.target as IDBDatabase).close()
      lost()
    },
    terminated: lost,
  })
}

const tables: ('bases' | 'journals' | 'rows' | 'aside')[] = ['bases', 'journals', 'rows', 'aside']

/** A transaction over everything. */
export const openWrite = (database: JournalDatabase) => database.transaction(tables, 'readwrite')

export type Write = ReturnType<typeof openWrite>

/** Every key that starts with these parts. */
export const withPrefix = (...parts: string[]): IDBKeyRange => IDBKeyRange.bound(parts, [...parts, []])

/** A request's failure ends its transaction, whose `done` is awaited: each request's own promise need not be. */
export function quiet(request: Promise<unknown>): void {
  request.catch(() => undefined)
}
