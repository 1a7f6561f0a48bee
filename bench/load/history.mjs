// How a document came to be, as [position, deleted, inserted] edits: a recorded history (JSON of the public editing-traces
// collection, gzipped, sequential); a made-up one of about the shape of `automerge-paper`: 260,000 single-letter edits in
// runs, three in ten of them deletions, 100,000 characters at the end, or fewer edits; with `textMax`, so many deletions that
// the text stays at that; or a text of up to some megabytes, pasted.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const madeUpEdits = 260_000
const deletionShare = 0.3
const meanRun = 20
const letters = 'etaoin shrdlu cmfwyp '
const pasteLength = 20_000

/** `patches`: [position, deleted, inserted]; `endContent` is what they lead to, where that is known. */
export function readHistory({ trace, length, edits = madeUpEdits, textMax }) {
  if (length !== undefined) return { patches: pastes(length) }
  if (trace === undefined) return { patches: madeUp(edits, textMax) }
  const recorded = JSON.parse(gunzipSync(readFileSync(trace)).toString('utf8'))
  if (recorded.kind === 'concurrent' || recorded.startContent !== '')
    throw new Error(`${trace} is not a sequence from nothing`)
  return { patches: recorded.txns.flatMap((txn) => txn.patches), endContent: recorded.endContent }
}

/** mulberry32, always from the same seed. */
function makeRandom() {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const letterOf = (random) => letters[Math.floor(random() * letters.length)]

function madeUp(edits, textMax = Number.POSITIVE_INFINITY) {
  const random = makeRandom()
  const patches = []
  let length = 0
  while (patches.length < edits) {
    let at = Math.floor(random() * (length + 1))
    const isDeletion = random() < deletionShare || length >= textMax
    for (let run = 1 + Math.floor(random() * 2 * meanRun); run > 0 && patches.length < edits; run--) {
      if (!isDeletion) {
        patches.push([at++, 0, letterOf(random)])
        length++
      } else if (at > 0) {
        patches.push([--at, 1, ''])
        length--
      }
    }
  }
  return patches
}

function pastes(length) {
  const random = makeRandom()
  const patches = []
  for (let at = 0; at < length; at += pasteLength) {
    const size = Math.min(pasteLength, length - at)
    patches.push([at, 0, Array.from({ length: size }, () => letterOf(random)).join('')])
  }
  return patches
}
