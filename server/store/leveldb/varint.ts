// Numbers and strings as LevelDB's files have them: base 128, lowest first; strings with their length before them.

/** Reads forward through bytes; every read throws RangeError at their end. Numbers up to 2⁵³. */
export class ByteReader {
  readonly #bytes: Uint8Array
  at: number
  readonly #end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.at = at
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end
  }

  byte(): number {
    if (this.at >= this.#end) throw new RangeError('the bytes end too early')
    return this.#bytes[this.at++]!
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
    throw new RangeError('a number is too long')
  }

  bytes(length: number): Uint8Array {
    if (length > this.#end - this.at) throw new RangeError('the bytes end too early')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  string(): Uint8Array {
    return this.bytes(this.varint())
  }
}

/** A number as it is written. */
export function varintBytes(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}
