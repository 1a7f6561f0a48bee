// Unpacks Snappy, in which LevelDB keeps the blocks of its tables (google/snappy, format_description.txt).
import { ByteReader } from './varint.ts'

/** Throws RangeError for anything else, and for what would be longer than `bytesMax`. */
export function unpackSnappy(packed: Uint8Array, bytesMax: number): Uint8Array {
  const reader = new ByteReader(packed)
  const length = reader.varint()
  if (length > bytesMax) throw new RangeError('the block is too long')
  const out = new Uint8Array(length)
  let at = 0
  while (!reader.isAtEnd) {
    const tag = reader.byte()
    if ((tag & 3) === 0) {
      const bytes = reader.bytes(literalLength(reader, tag >> 2))
      if (bytes.length > length - at) throw new RangeError('the block is longer than it says')
      out.set(bytes, at)
      at += bytes.length
      continue
    }
    const { copied, back } = copyOf(reader, tag)
    if (back === 0 || back > at || copied > length - at) throw new RangeError('a copy leaves the block')
    // Byte by byte: a copy may run into what it is writing.
    for (const end = at + copied; at < end; at++) out[at] = out[at - back]!
  }
  if (at !== length) throw new RangeError('the block is shorter than it says')
  return out
}

function literalLength(reader: ByteReader, code: number): number {
  if (code < 60) return code + 1
  return number(reader, code - 59) + 1
}

function copyOf(reader: ByteReader, tag: number): { copied: number; back: number } {
  if ((tag & 3) === 1) return { copied: ((tag >> 2) & 7) + 4, back: (tag >> 5) * 256 + reader.byte() }
  return { copied: (tag >> 2) + 1, back: number(reader, (tag & 3) === 2 ? 2 : 4) }
}

/** Little endian. */
function number(reader: ByteReader, bytes: number): number {
  let value = 0
  for (let i = 0; i < bytes; i++) value += reader.byte() * 256 ** i
  return value
}
