// What the doctor has to say, as data; server/commands/doctor puts it into words on a terminal or JSON.
import type { DocumentId, Key } from '../../shared/ids.ts'
import type { KeyPart } from '../store/key.ts'

/**
 * `damage`: something is wrong and can be repaired. `note`: something is as it is; repairing would not change it. `what` is a
 * sentence for the host, `remedy` what --repair does (or did) about it.
 */
export type Finding = { documentId?: DocumentId; kind: 'damage' | 'note'; what: string; remedy?: string }

/** An entry of the store, with its key decoded as far as it is one. */
export type Entry = { key: Uint8Array; parts: readonly KeyPart[]; value: Uint8Array }

/** An entry that is taken out of the way, and why. */
export type SetAside = { entry: Entry; why: string }

/** A document whose keys were lost: this one opens it as its owner. */
export type NewKey = { documentId: DocumentId; key: Key }

/** What was looked at. `bytes` of keys and values. */
export type Counts = { documents: number; commits: number; chatLines: number; entries: number; bytes: number }

/** A number with the right form of its word, as people write it. */
export const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`
