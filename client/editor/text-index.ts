// Where the structures of a text stand, without walking there from its beginning: Yjs does that for every packet of others'
// text and every position, which in a long text of many hands is most of what they cost.
import * as Y from 'yjs'

/** Structures from one landmark to the next. */
const landmarkEvery = 256
/** What changes more at once is left to Yjs, which then is as fast. */
const changedMax = 1_000

type Delta = Y.YTextEvent['delta']
/** `offset`: UTF-16 units of the text before it. */
type Landmark = { item: Y.Item; offset: number }

const indexes = new WeakMap<Y.Text, TextIndex>()

/**
 * Has to be made before anybody else observes the text: from then on it also gives events their `delta`, in place of the
 * getter that reads the whole text.
 */
export class TextIndex {
  private readonly text: Y.Text
  private readonly every: number
  /** In order. One whose structure was merged into another is never met again, and goes with the next `build`. */
  private landmarks: Landmark[] = []
  private numbers = new Map<Y.Item, number>()
  private walkedMost = 0

  constructor(text: Y.Text, every = landmarkEvery) {
    this.text = text
    this.every = every
    this.build()
    text.observe(this.onText)
    indexes.set(text, this)
  }

  static of(text: Y.Text): TextIndex | undefined {
    return indexes.get(text)
  }

  close(): void {
    this.text.unobserve(this.onText)
    indexes.delete(this.text)
  }

  /** UTF-16 units of the text before this structure of it. */
  offsetOf(item: Y.Item): number {
    let after = 0
    const number = this.landmarkBefore(item, (passed) => {
      after += shownLength(passed)
    })
    return (this.landmarks[number]?.offset ?? 0) + after
  }

  /** As Y.createRelativePositionFromTypeIndex gives it. `assoc` below 0: of the letter before. */
  positionAt(offset: number, assoc = 0): Y.RelativePosition {
    if (assoc < 0 && offset === 0) return this.relative(null, assoc)
    const wanted = assoc < 0 ? offset - 1 : offset
    const landmark = this.landmarks.findLast((it) => it.offset <= wanted && this.isThere(it.item))
    let left = wanted - (landmark?.offset ?? 0)
    for (let item = landmark?.item ?? this.text._start; item !== null; item = item.right) {
      const length = shownLength(item)
      if (left < length) return this.relative(Y.createID(item.id.client, item.id.clock + left), assoc)
      left -= length
    }
    return this.relative(null, assoc)
  }

  private relative(id: Y.ID | null, assoc: number): Y.RelativePosition {
    return new Y.RelativePosition(null, Y.findRootTypeKey(this.text), id, assoc)
  }

  private build(): void {
    this.landmarks = []
    this.numbers.clear()
    this.walkedMost = 0
    let [n, offset] = [0, 0]
    for (let item = this.text._start; item !== null; item = item.right) {
      if (n++ % this.every === 0) {
        this.numbers.set(item, this.landmarks.length)
        this.landmarks.push({ item, offset })
      }
      offset += shownLength(item)
    }
  }

  /** Number of the landmark at or before this structure, -1 for the beginning. `pass`: told of those on the way there. */
  private landmarkBefore(item: Y.Item, pass: (item: Y.Item) => void): number {
    let steps = 0
    for (let at = item; ; steps++) {
      const number = this.numbers.get(at)
      if (number !== undefined || at.left === null) {
        this.walkedMost = Math.max(this.walkedMost, steps)
        return number ?? -1
      }
      at = at.left
      pass(at)
    }
  }

  private readonly onText = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    const delta = this.take(transaction)
    if (delta !== undefined) event._delta = delta
    if (delta === undefined || this.walkedMost > 4 * this.every) this.build()
  }

  /** Moves the landmarks along with a change; `undefined` where it is too large, or of something else than text. */
  private take(transaction: Y.Transaction): Delta | undefined {
    const changed = changedItems(this.text, transaction)
    if (changed === undefined) return undefined
    const counts = new Map<number, number>()
    for (const item of changed) {
      const number = this.landmarkBefore(item, () => undefined)
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    const delta: Delta = []
    let told = 0
    let shift = 0
    let moved = 0
    for (const [number, count] of [...counts].sort(([a], [b]) => a - b)) {
      for (; moved <= number; moved++) this.landmarks[moved]!.offset += shift
      let offset = (this.landmarks[number]?.offset ?? 0) - (number < 0 ? 0 : shift)
      let item = this.landmarks[number]?.item ?? this.text._start
      for (let left = count; left > 0 && item !== null; item = item.right) {
        const now = shownLength(item)
        let before = now
        if (changed.has(item)) {
          left--
          before = isNew(item, transaction) || !item.countable ? 0 : item.length
        }
        if (before !== now) {
          if (offset > told) delta.push({ retain: offset - told })
          delta.push(now > 0 ? { insert: (item.content as Y.ContentString).str } : { delete: before })
          told = offset + before
          shift += now - before
        }
        offset += before
      }
    }
    for (; moved < this.landmarks.length; moved++) this.landmarks[moved]!.offset += shift
    return delta
  }

  private isThere(item: Y.Item): boolean {
    return item.left === null ? this.text._start === item : item.left.right === item
  }
}

const shownLength = (item: Y.Item): number => (item.deleted || !item.countable ? 0 : item.length)

const isNew = ({ id }: Y.Item, { beforeState }: Y.Transaction): boolean => id.clock >= (beforeState.get(id.client) ?? 0)

/** Structures of the text that are new or were deleted; `undefined` when they are too many, or not all letters. */
function changedItems(text: Y.Text, transaction: Y.Transaction): Set<Y.Item> | undefined {
  const changed = new Set<Y.Item>()
  let isText = true
  const add = (struct: Y.AbstractStruct) => {
    if (!(struct instanceof Y.Item) || struct.parent !== text) return
    isText &&= struct.deleted || struct.content instanceof Y.ContentString
    changed.add(struct)
  }
  for (const [client, clock] of transaction.afterState) {
    const before = transaction.beforeState.get(client) ?? 0
    if (clock === before) continue
    const structs = transaction.doc.store.clients.get(client) ?? []
    for (let i = Y.findIndexSS(structs, before); i < structs.length && changed.size <= changedMax; i++) add(structs[i]!)
  }
  if (changed.size <= changedMax) Y.iterateDeletedStructs(transaction, transaction.deleteSet, add)
  return isText && changed.size <= changedMax ? changed : undefined
}
