// Which files of a LevelDB folder are in use: the MANIFEST is a log of changes to that list (db/version_edit.cc of LevelDB).
// Everything else in the folder is left over, and may be as a killed process left it.
import { ByteReader } from './varint.ts'

/** File numbers; `size` in bytes. Logs from `logNumber` on are in use. */
export type LiveFiles = { tables: Map<number, { size: number }>; logNumber: number; previousLogNumber: number }

/** Plays the changes. Throws RangeError for bytes that are none. */
export function liveFiles(edits: readonly Uint8Array[]): LiveFiles {
  const live: LiveFiles = { tables: new Map(), logNumber: 0, previousLogNumber: 0 }
  for (const edit of edits) {
    for (const reader = new ByteReader(edit); !reader.isAtEnd; ) readField(reader, live)
  }
  return live
}

function readField(reader: ByteReader, live: LiveFiles): void {
  const tag = reader.varint()
  switch (tag) {
    case 1: // name of the comparator
      reader.string()
      break
    case 2:
      live.logNumber = reader.varint()
      break
    case 3: // next file number
    case 4: // last sequence number
      reader.varint()
      break
    case 5: // where the next compaction of a level begins
      reader.varint()
      reader.string()
      break
    case 6: // deleted file: level, number
      reader.varint()
      live.tables.delete(reader.varint())
      break
    case 7: {
      // new file: level, number, size, first and last key
      reader.varint()
      const number = reader.varint()
      live.tables.set(number, { size: reader.varint() })
      reader.string()
      reader.string()
      break
    }
    case 9:
      live.previousLogNumber = reader.varint()
      break
    default:
      throw new RangeError(`unknown field ${tag}`)
  }
}
