// Plain text as every part of the product agrees on it: what may stand in a document, a digest to compare texts with,
// and the difference of two texts. Knows neither Yjs nor the wire.

// With the `u` flag a whole pair is one character of another kind: this finds only halves.
const halfPair = /\p{Surrogate}/u
const halfPairs = /\p{Surrogate}/gu

/** Whether text may enter a document as it is: no carriage return, no half of a surrogate pair. */
export function isCleanText(text: string): boolean {
  return !text.includes('\r') && !halfPair.test(text)
}

/**
 * Text as a document takes it: CRLF and CR become LF, halves of surrogate pairs become U+FFFD. A `\r` would shift every
 * position of the editor behind it, and half a pair has no UTF-8, so others would read something else.
 */
export function cleanText(text: string): string {
  return isCleanText(text) ? text : text.replace(/\r\n?/g, '\n').replace(halfPairs, '\uFFFD')
}

/**
 * Like cleanText, but every UTF-16 unit keeps its place: CR before LF becomes a space. For text that already has
 * positions (structures of a Y.Doc), where nothing may be taken out any more.
 */
export function cleanTextInPlace(text: string): string {
  return text.replace(/\r\n/g, ' \n').replace(/\r/g, '\n').replace(halfPairs, '\uFFFD')
}

/**
 * Digest of a text, 16 hexadecimal digits. Two lanes of 32-bit FNV-1a (offset basis 0x811c9dc5, prime 0x01000193;
 * http://www.isthe.com/chongo/tech/comp/fnv/) taken a UTF-16 unit instead of a byte at a time; the second lane starts
 * from another basis (0x050c5d1f, the prime 0x01000193 itself times the first, mod 2³²) and turns its state by 13 bits
 * before each step, so that the two do not collide together. Both end in murmur3's finalizer (fmix32). It finds
 * accidents, not attackers: about 1 ms for 500,000 units.
 */
export function digestOf(text: string): string {
  let first = 0x811c9dc5
  let second = 0x050c5d1f
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    first = Math.imul(first ^ unit, 0x01000193)
    second = Math.imul(((second << 13) | (second >>> 19)) ^ unit, 0x01000193)
  }
  return hex(finish(first ^ text.length)) + hex(finish(second ^ text.length))
}

/** murmur3's fmix32: spreads every bit over the word. https://github.com/aappleby/smhasher (public domain) */
function finish(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')

/** One place where two texts differ: at `index` of the old text, `removed` stands where the new one has `inserted`. */
export type TextDifference = { index: number; removed: string; inserted: string }

/**
 * What turns `before` into `after`: a minimal list of whole changed lines, in order, with UTF-16 offsets into
 * `before`. Common beginnings and endings are cut off first; what remains is compared line by line (Myers, "An O(ND)
 * Difference Algorithm", 1986) up to `costMax` changed lines, beyond which it is one large difference.
 */
export function textDifferences(before: string, after: string, costMax = 1_000): TextDifference[] {
  const start = commonPrefixLength(before, after)
  const end = commonSuffixLength(before, after, start)
  const removed = before.slice(start, before.length - end)
  const inserted = after.slice(start, after.length - end)
  if (removed === '' && inserted === '') return []
  if (removed === '' || inserted === '') return [{ index: start, removed, inserted }]
  const pairs = commonLines(toLines(removed), toLines(inserted), costMax)
  if (pairs === undefined) return [{ index: start, removed, inserted }]
  return between(start, toLines(removed), toLines(inserted), pairs)
}

/** Applies differences to the text they were made from. */
export function applyDifferences(before: string, differences: readonly TextDifference[]): string {
  let text = ''
  let at = 0
  for (const { index, removed, inserted } of differences) {
    text += before.slice(at, index) + inserted
    at = index + removed.length
  }
  return text + before.slice(at)
}

function commonPrefixLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  // A cut between the halves of a pair would make two broken texts.
  if (length > 0 && isHighSurrogate(a.charCodeAt(length - 1))) length--
  return length
}

function commonSuffixLength(a: string, b: string, prefix: number): number {
  const most = Math.min(a.length, b.length) - prefix
  let length = 0
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++
  if (length > 0 && isLowSurrogate(a.charCodeAt(a.length - length))) length--
  return length
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** Lines with their line ends. */
const toLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Index pairs of lines that stay, in order; `undefined` when more than `costMax` lines change. */
function commonLines(a: string[], b: string[], costMax: number): [number, number][] | undefined {
  // ends[d] maps a diagonal k = x - y to how far x gets with d changes.
  const ends: Map<number, number>[] = []
  let last = new Map<number, number>([[1, 0]])
  for (let d = 0; d <= Math.min(costMax, a.length + b.length); d++) {
    const reached = new Map<number, number>()
    for (let k = -d; k <= d; k += 2) {
      const left = last.get(k - 1) ?? -1
      const up = last.get(k + 1) ?? -1
      let x = k === -d || (k !== d && left < up) ? up : left + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      reached.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkBack([...ends, reached], a, b)
    }
    ends.push(reached)
    last = reached
  }
  return undefined
}

function walkBack(ends: Map<number, number>[], a: string[], b: string[]): [number, number][] {
  const pairs: [number, number][] = []
  let x = a.length
  let y = b.length
  for (let d = ends.length - 1; d >= 0; d--) {
    const before = d === 0 ? new Map([[1, 0]]) : ends[d - 1]!
    const k = x - y
    const left = before.get(k - 1) ?? -1
    const up = before.get(k + 1) ?? -1
    const fromUp = k === -d || (k !== d && left < up)
    const startX = fromUp ? up : left + 1
    while (x > startX) pairs.push([--x, --y])
    if (d > 0) {
      if (fromUp) y--
      else x--
    }
  }
  return pairs.reverse()
}

/** What stands between the lines that stay. */
function between(start: number, a: string[], b: string[], pairs: [number, number][]): TextDifference[] {
  const differences: TextDifference[] = []
  let index = start
  let x = 0
  let y = 0
  for (const [keptX, keptY] of [...pairs, [a.length, b.length] as const]) {
    const removed = a.slice(x, keptX).join('')
    const inserted = b.slice(y, keptY).join('')
    if (removed !== '' || inserted !== '') differences.push({ index, removed, inserted })
    index += removed.length + (a[keptX]?.length ?? 0)
    x = keptX + 1
    y = keptY + 1
  }
  return differences
}
