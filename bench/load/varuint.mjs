// Numbers as lib0 and Scriptorium's frames write them: seven bits a byte, the lowest first.

/** The bytes of `value`, as an array. */
export function varuint(value) {
  const bytes = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/** Walks through a buffer that a socket lent it. */
export class Reader {
  constructor(buffer, at) {
    this.buffer = buffer
    this.at = at
  }

  uint() {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.buffer[this.at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  /** Leaves out a string or bytes; returns how long they were. */
  skip() {
    const length = this.uint()
    this.at += length
    return length
  }
}
