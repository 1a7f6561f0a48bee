// What the simulated writers type, and how it is found again in what a server sends on. Every edit is one word behind the
// writer's own last one, as a Yjs v1 update written by hand (format: yjs 13.6 src/utils/encoding.js, src/structs/Item.js),
// because two hundred live documents in one process would cost more than the server under test.
import { Reader, varuint } from './varuint.mjs'

/** ASCII, so that bytes and UTF-16 units are the same number. */
const word = 'illuminated '
const pasted = 'The scribe copies what stands there, and adds a letter. '.repeat(720)
const [contentDeleted, contentString] = [1, 4]
const withOrigin = 0x80
const withRightOrigin = 0x40
const withParentSub = 0x20
const rootName = [1, 7, ...Buffer.from('content')]

/**
 * Kinds of edits: `length` of one in the text, and the update that makes the n-th (from 0) of this Yjs client id. All stand
 * between the letters `place`: [[client, clock], [client, clock]], or, without it, where there was an empty document.
 */
export const edits = {
  type: {
    length: word.length,
    of: (client, n, place) => Buffer.concat([insertion(client, n, word, place), Buffer.of(0)]),
  },
  /** 40 kB in the place of what the same writer pasted before: much to send, and a document that does not grow. */
  paste: {
    length: pasted.length,
    of: (client, n, place) => Buffer.concat([insertion(client, n, pasted, place), deletion(client, n)]),
  },
}

function insertion(client, n, text, place) {
  const clock = n * text.length
  const sides = sidesOf(n === 0 ? place?.[0] : [client, clock - 1], place?.[1])
  const start = [1, 1, ...varuint(client), ...varuint(clock), ...sides, ...varuint(text.length)]
  return Buffer.concat([Buffer.from(start), Buffer.from(text)])
}

/** The first bytes of a structure: of what kind it is, and between which letters it was written. */
function sidesOf(left, right) {
  if (left === undefined) return [contentString, ...rootName]
  const info = contentString | withOrigin | (right === undefined ? 0 : withRightOrigin)
  return [info, ...[...left, ...(right ?? [])].flatMap((number) => varuint(number))]
}

/** The delete set with the paste before the n-th. */
function deletion(client, n) {
  if (n === 0) return Buffer.of(0)
  return Buffer.from([1, ...varuint(client), 1, ...varuint((n - 1) * pasted.length), ...varuint(pasted.length)])
}

/**
 * The runs of letters, [client, clock, length], in a Yjs v1 update that lies at `start` in `buffer`: a server may have
 * merged many edits into one.
 */
export function runsOf(buffer, start) {
  const runs = []
  const reader = new Reader(buffer, start)
  for (let blocks = reader.uint(); blocks > 0; blocks--) {
    let structs = reader.uint()
    const client = reader.uint()
    let clock = reader.uint()
    for (; structs > 0; structs--) {
      const length = structLength(reader)
      runs.push([client, clock, length])
      clock += length
    }
  }
  return runs
}

/** Goes past one structure: letters, or such as are deleted already. */
function structLength(reader) {
  const info = reader.buffer[reader.at++]
  const content = info & 31
  if (content !== contentString && content !== contentDeleted) throw new Error(`not what was typed: content ${content}`)
  if (info & withOrigin) [reader.uint(), reader.uint()]
  if (info & withRightOrigin) [reader.uint(), reader.uint()]
  if (!(info & (withOrigin | withRightOrigin))) {
    if (reader.uint() === 1) reader.skip()
    else [reader.uint(), reader.uint()]
    if (info & withParentSub) reader.skip()
  }
  return content === contentString ? reader.skip() : reader.uint()
}
