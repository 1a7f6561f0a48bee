// What the simulated writers type, and how it is found again in what a server sends on. Every edit is one word behind the
// writer's own last one, as a Yjs v1 update written by hand (format: yjs 13.6 src/utils/encoding.js, src/structs/Item.js),
// because two hundred live documents in one process would cost more than the server under test.

/** One edit. ASCII, so that bytes and UTF-16 units are the same number. */
const word = 'illuminated '
export const wordLength = word.length
const contentString = 4
const withOrigin = 0x80
const withRightOrigin = 0x40
const withParentSub = 0x20
const rootName = [1, 7, ...Buffer.from('content')]

function uint(value) {
  const bytes = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/** The update that adds the n-th word (from 0) of this Yjs client id. */
export function editOf(client, n) {
  const clock = n * wordLength
  const id = uint(client)
  const place = n === 0 ? [contentString, ...rootName] : [contentString | withOrigin, ...id, ...uint(clock - 1)]
  return Buffer.from([1, 1, ...id, ...uint(clock), ...place, wordLength, ...Buffer.from(word), 0])
}

/**
 * Calls `found(client, first, count)` for each run of a client's words in a Yjs v1 update that lies at `start` in `buffer`:
 * a server may have merged many edits into one.
 */
export function eachRun(buffer, start, found) {
  let at = start
  const read = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = buffer[at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  const skipString = () => {
    const length = read()
    at += length
    return length
  }
  for (let blocks = read(); blocks > 0; blocks--) {
    let structs = read()
    const client = read()
    let clock = read()
    for (; structs > 0; structs--) {
      const info = buffer[at++]
      if ((info & 31) !== contentString) throw new Error(`not what the writers typed: content ${info & 31}`)
      if (info & withOrigin) [read(), read()]
      if (info & withRightOrigin) [read(), read()]
      if (!(info & (withOrigin | withRightOrigin))) {
        if (read() === 1) skipString()
        else [read(), read()]
        if (info & withParentSub) skipString()
      }
      const length = skipString()
      found(client, clock / wordLength, length / wordLength)
      clock += length
    }
  }
}
