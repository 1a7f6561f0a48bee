// An ordered map from bytes to bytes: all that the product asks of a disk. It knows no documents.

/** One change of a commit. */
export type StoreWrite = { type: 'put'; key: Uint8Array; value: Uint8Array } | { type: 'del'; key: Uint8Array }

/** Keys from `gte` (included) to `lt` (excluded), in byte order; `reverse` from the last; at most `limit` of them. */
export type StoreRange = { gte: Uint8Array; lt: Uint8Array; reverse?: boolean; limit?: number }

/** Implementations pass test/contract/store.ts. All of them throw AppError `degraded` for what the disk refuses. */
export interface Store {
  /** The value, or `undefined` when there is none. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** Entries in key order, read from one moment's state. */
  range(range: StoreRange): AsyncIterable<[key: Uint8Array, value: Uint8Array]>
  /** All or nothing. Resolved: durable as the host configured it (`fsync` survives power loss, `os` a killed process). */
  commit(writes: StoreWrite[]): Promise<void>
  /** After a failed commit: closes and opens again, so that writes can work. Throws `degraded` when it still cannot. */
  reopen(): Promise<void>
  /** Waits for what is being written, then gives up the files. Nothing may be called afterwards. */
  close(): Promise<void>
}
