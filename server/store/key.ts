// Store keys are encoded arrays of strings and numbers. Byte order of the keys is the order of the arrays, so that a
// prefix is a range. Strings end in a zero byte (none of ours contains one); numbers are 6 bytes, big endian.

const textEncoder = new TextEncoder()
// A leading U+FEFF is text like any other here: without ignoreBOM the decoder would drop it.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const loneSurrogate = /\p{Surrogate}/u
const numberTag = 1
const stringTag = 2
const numberBytes = 6

/** One element of a key: a well-formed string without U+0000, or an integer from 0 to 2⁴⁸−1. */
export type KeyPart = string | number

/** Throws RangeError for a part that cannot be encoded: that is a mistake of the caller, never of a client. */
export function encodeKey(parts: readonly KeyPart[]): Uint8Array {
  const chunks: Uint8Array[] = parts.map(encodePart)
  const key = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    key.set(chunk, at)
    at += chunk.length
  }
  return key
}

function encodePart(part: KeyPart): Uint8Array {
  if (typeof part === 'string') {
    if (part.includes('\0')) throw new RangeError('a key part must not contain U+0000')
    // All lone surrogates have the same UTF-8 encoding: two different parts would make one key.
    if (loneSurrogate.test(part)) throw new RangeError('a key part must be well-formed UTF-16')
    const text = textEncoder.encode(part)
    const chunk = new Uint8Array(text.length + 2)
    chunk[0] = stringTag
    chunk.set(text, 1)
    return chunk
  }
  if (!Number.isInteger(part) || part < 0 || part >= 2 ** 48) throw new RangeError(`not a key number: ${part}`)
  const chunk = new Uint8Array(1 + numberBytes)
  chunk[0] = numberTag
  new DataView(chunk.buffer).setUint16(1, Math.floor(part / 2 ** 32))
  new DataView(chunk.buffer).setUint32(3, part >>> 0)
  return chunk
}

/** The array that was encoded. Throws RangeError for bytes that are no key. */
export function decodeKey(key: Uint8Array): KeyPart[] {
  const parts: KeyPart[] = []
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  for (let at = 0; at < key.length; ) {
    if (key[at] === stringTag) {
      const end = key.indexOf(0, at)
      if (end < 0) throw new RangeError('not a key: a string does not end')
      parts.push(decodeText(key.subarray(at + 1, end)))
      at = end + 1
    } else if (key[at] === numberTag && at + 1 + numberBytes <= key.length) {
      parts.push(view.getUint16(at + 1) * 2 ** 32 + view.getUint32(at + 3))
      at += 1 + numberBytes
    } else {
      throw new RangeError('not a key: unknown tag')
    }
  }
  return parts
}

function decodeText(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes)
  } catch (cause) {
    throw new RangeError('not a key: a string is not UTF-8', { cause })
  }
}

/** The range of all keys that begin with these parts. */
export function prefixRange(parts: readonly KeyPart[]): { gte: Uint8Array; lt: Uint8Array } {
  const gte = encodeKey(parts)
  // Tags are small, so no key that continues the prefix reaches this byte.
  const lt = new Uint8Array(gte.length + 1)
  lt.set(gte)
  lt[gte.length] = 0xff
  return { gte, lt }
}
