// CRC-32C (Castagnoli), the checksum of LevelDB's files; zlib has only the other CRC-32. Slicing by eight: tables of a
// whole data folder are checked with it at every start.

const polynomial = 0x82f63b78
const tables = makeTables()

function makeTables(): readonly Uint32Array[] {
  const first = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0)
    first[byte] = crc >>> 0
  }
  const all = [first]
  for (let n = 1; n < 8; n++) {
    const before = all[n - 1]!
    all.push(first.map((_, byte) => (before[byte]! >>> 8) ^ first[before[byte]! & 0xff]!))
  }
  return all
}

/** CRC-32C of `bytes` from `start` up to `end`. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [...Uint32Array[]] & { length: 8 }
  let crc = 0xffff_ffff
  let at = start
  for (; at + 8 <= end; at += 8) {
    crc =
      t7![(crc ^ bytes[at]!) & 0xff]! ^
      t6![((crc >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      t5![((crc >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      t4![(crc >>> 24) ^ bytes[at + 3]!]! ^
      t3![bytes[at + 4]!]! ^
      t2![bytes[at + 5]!]! ^
      t1![bytes[at + 6]!]! ^
      t0![bytes[at + 7]!]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t0![(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** LevelDB stores checksums rotated and shifted, so that data with checksums in it has no special one. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0
}

/** The checksum that was masked. */
export function unmasked(stored: number): number {
  const rotated = (stored - 0xa282_ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}
