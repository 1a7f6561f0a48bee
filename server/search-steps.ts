// How long will Yjs search when it builds this document from its state? A structure that was not written between two
// neighbours is placed by looking at all that stands where it might belong (yjs 13.6 src/structs/Item.js, integrate). What
// that takes depends on the order in which structures come, so the guard, which sees them come in another one, cannot say.
import * as Y from 'yjs'
import { indexOf } from '../shared/guard/overlay.ts'
import { textName } from '../shared/protocol.ts'

const none = -1

/**
 * The structures that Yjs passes while it places all those of the text, in the order in which it reads an encoded state; a
 * few more where one was split. Counts no further than `stepsMax`. Takes about as long as walking through the text.
 *
 * Backwards: taking the last structure out of the finished list leaves the list that it was placed in.
 */
export function searchSteps(doc: Y.Doc, stepsMax: number): number {
  const list = new PieceList(doc)
  let steps = 0
  for (const item of readingOrder(doc).reverse()) {
    steps += list.takeOut(item, stepsMax - steps)
    if (steps >= stepsMax) break
  }
  return steps
}

/** Highest client first; what a structure stands beside goes before it (yjs 13.6 src/utils/encoding.js, integrateStructs). */
function readingOrder(doc: Y.Doc): Y.Item[] {
  const queues = new Map([...doc.store.clients].map(([client, structs]) => [client, { structs, next: 0 }]))
  const clockOf = (client: number) => {
    const queue = queues.get(client)
    const last = queue?.structs[queue.next - 1]
    return last === undefined ? 0 : last.id.clock + last.length
  }
  const isMissing = (id: Y.ID | null, client: number) =>
    id !== null && id.client !== client && id.clock >= clockOf(id.client)
  const order: Y.Item[] = []
  for (const client of [...queues.keys()].sort((a, b) => b - a)) {
    const own = queues.get(client)!
    while (own.next < own.structs.length) {
      // Clients whose next structure is to be placed; each but the first is waited for by the one before it.
      const stack = [client]
      for (let head = client; stack.length > 0; head = stack.at(-1)!) {
        const queue = queues.get(head)!
        const struct = queue.structs[queue.next]!
        const beside = struct instanceof Y.Item ? [struct.origin, struct.rightOrigin] : []
        const missing = beside.find((id) => isMissing(id, head))
        if (missing) stack.push(missing.client)
        else {
          if (struct instanceof Y.Item) order.push(struct)
          queue.next++
          stack.pop()
        }
      }
    }
  }
  return order
}

/** The structures of the text as a list of numbers from which some are taken out. */
class PieceList {
  readonly #doc: Y.Doc
  readonly #items: Y.Item[] = []
  readonly #placeOf = new Map<Y.Item, number>()
  readonly #left: Int32Array
  readonly #right: Int32Array
  /** The last search that passed it. */
  readonly #passed: Int32Array
  #first: number
  #searches = 0

  constructor(doc: Y.Doc) {
    this.#doc = doc
    for (let item = doc.getText(textName)._start; item !== null; item = item.right) {
      this.#placeOf.set(item, this.#items.length)
      this.#items.push(item)
    }
    const { length } = this.#items
    this.#left = Int32Array.from({ length }, (_, place) => place - 1)
    this.#right = Int32Array.from({ length }, (_, place) => (place + 1 < length ? place + 1 : none))
    this.#passed = new Int32Array(length)
    this.#first = length === 0 ? none : 0
  }

  /** Returns what it took to place it among those that are left. */
  takeOut(item: Y.Item, stepsMax: number): number {
    const place = this.#placeOf.get(item)
    if (place === undefined) return 0
    const [left, right] = [this.#left[place]!, this.#right[place]!]
    if (left === none) this.#first = right
    else this.#right[left] = right
    if (right !== none) this.#left[right] = left
    return this.#isBetween(left, item, right) ? 0 : this.#search(item, stepsMax)
  }

  /** Whether these are the neighbours that its author saw. */
  #isBetween(left: number, { origin, rightOrigin }: Y.Item, right: number): boolean {
    const isLeft = origin === null ? left === none : left !== none && Y.compareIDs(this.#items[left]!.lastId, origin)
    if (!isLeft) return false
    return rightOrigin === null ? right === none : right !== none && Y.compareIDs(this.#items[right]!.id, rightOrigin)
  }

  #search(item: Y.Item, stepsMax: number): number {
    const search = ++this.#searches
    const [from, end] = [this.#holding(item.origin), this.#holding(item.rightOrigin)]
    // Split behind its origin, the rest of that structure would be the first to be passed.
    if (from !== none && !Y.compareIDs(this.#items[from]!.lastId, item.origin)) this.#passed[from] = search
    let steps = 0
    let place = from === none ? this.#first : this.#right[from]!
    for (; place !== none && place !== end && steps < stepsMax; place = this.#right[place]!) {
      steps++
      this.#passed[place] = search
      const other = this.#items[place]!
      if (Y.compareIDs(item.origin, other.origin)) {
        if (other.id.client >= item.id.client && Y.compareIDs(item.rightOrigin, other.rightOrigin)) break
      } else {
        const beside = this.#holding(other.origin)
        if (beside === none || this.#passed[beside] !== search) break
      }
    }
    return steps
  }

  #holding(id: Y.ID | null): number {
    if (id === null) return none
    const structs = this.#doc.store.clients.get(id.client)!
    const struct = structs[indexOf(structs, id.clock)]!
    return struct instanceof Y.Item ? (this.#placeOf.get(struct) ?? none) : none
  }
}
