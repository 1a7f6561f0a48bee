// A long editing history: a recorded one (JSON of the public editing-traces collection, gzipped, sequential), or, where
// none is given, a made-up one of about the same shape as `automerge-paper`: 260,000 single-letter edits in runs, three
// in ten of them deletions, 100,000 characters at the end.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const madeUpEdits = 260_000
const deletionShare = 0.3
const meanRun = 20
const letters = 'etaoin shrdlu cmfwyp '

/** `patches`: [position, deleted, inserted]; `endContent` is what they lead to, where that is known. */
export function readHistory(path) {
  if (path === undefined) return { patches: madeUp(1) }
  const trace = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'))
  if (trace.kind === 'concurrent' || trace.startContent !== '')
    throw new Error(`${path} is not a sequence from nothing`)
  return { patches: trace.txns.flatMap((txn) => txn.patches), endContent: trace.endContent }
}

function madeUp(seed) {
  let state = seed
  // mulberry32
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const patches = []
  let length = 0
  while (patches.length < madeUpEdits) {
    let at = Math.floor(random() * (length + 1))
    const isDeletion = random() < deletionShare
    for (let run = 1 + Math.floor(random() * 2 * meanRun); run > 0 && patches.length < madeUpEdits; run--) {
      if (!isDeletion) {
        patches.push([at++, 0, letters[Math.floor(random() * letters.length)]])
        length++
      } else if (at > 0) {
        patches.push([--at, 1, ''])
        length--
      }
    }
  }
  return patches
}
