// Places the structures of an update in the overlay as Yjs 13.6 would (src/utils/encoding.js integrateStructs,
// src/structs/Item.js getMissing and integrate), so that what Yjs would leave pending, throw at or search for too long
// is found before it is applied. The order and the conflict rule are Yjs's own and must stay so.
import type { Block, Id, NewStruct } from './decode.ts'
import type { Overlay, Piece } from './overlay.ts'
import { costNs, Refused, type Work } from './refusal.ts'

/** What the structures add to the document. `bytes` is their encoded size, `inserted` their text in UTF-16 units. */
export type Added = { structs: number; inserted: number; bytes: number }

export class Integration {
  readonly #overlay: Overlay
  readonly #work: Work
  #walks = 0
  #conflictSets = 0
  readonly #sum: Added = { structs: 0, inserted: 0, bytes: 0 }

  constructor(overlay: Overlay, work: Work) {
    this.#overlay = overlay
    this.#work = work
  }

  /**
   * Highest client first; a structure that waits for another client's lets that one go first. Only circles and what is
   * nowhere stay unplaced, and are refused.
   */
  place(blocks: readonly Block[]): Added {
    const queues = new Map(blocks.map((block) => [block.client, { structs: block.structs, next: 0 }]))
    const order = [...queues.keys()].sort((a, b) => b - a)
    for (const client of order) {
      const queue = queues.get(client)!
      while (queue.next < queue.structs.length) {
        const stack = [queue.structs[queue.next++]!]
        const waiting = new Set([client])
        for (let head = stack.at(-1); head !== undefined; head = stack.at(-1)) {
          const missing = this.#missing(head)
          if (missing === undefined) {
            this.#placeOne(head)
            waiting.delete(head.client)
            stack.pop()
            continue
          }
          const other = queues.get(missing)
          if (other === undefined || other.next === other.structs.length || waiting.has(missing)) {
            throw new Refused('unknown-origin', `${head.client}:${head.clock} waits for what cannot come`)
          }
          waiting.add(missing)
          stack.push(other.structs[other.next++]!)
        }
      }
    }
    return this.#sum
  }

  /** The client whose structures have to come first. */
  #missing(struct: NewStruct): number | undefined {
    for (const id of [struct.origin, struct.rightOrigin]) {
      if (id === null) continue
      if (id.client === struct.client) {
        // Yjs takes for granted that a client refers only to what it wrote before, and throws otherwise.
        if (id.clock >= struct.clock) throw new Refused('unknown-origin', 'a structure beside its own future')
      } else if (id.clock >= this.#overlay.state(id.client)) return id.client
    }
    return undefined
  }

  #placeOne(struct: NewStruct): void {
    this.#work.spend(costNs.struct)
    let { origin } = struct
    let left = origin === null ? null : this.#overlay.endingWith(origin)
    const right = struct.rightOrigin === null ? null : this.#overlay.startingWith(struct.rightOrigin)
    const offset = this.#overlay.state(struct.client) - struct.clock
    if (offset >= struct.length) return
    if (offset > 0) {
      // The start is known already (an ack was lost): the rest continues it.
      origin = { client: struct.client, clock: struct.clock + offset - 1 }
      left = this.#overlay.endingWith(origin)
    }
    this.#mustBeAPlace(left, right, origin)
    const { client, rightOrigin } = struct
    const [clock, length] = [struct.clock + offset, struct.length - offset]
    const fresh = { right: null, item: null, passed: 0, conflict: 0, beside: undefined }
    const piece: Piece = { client, clock, length, origin, rightOrigin, ...fresh }
    this.#overlay.insert(piece, this.#leftOf(piece, left, right))
    this.#sum.structs++
    this.#sum.bytes += struct.bytes
    if (struct.isText) this.#sum.inserted += length
  }

  /** The piece to stand behind, after the conflict rule of Item.integrate. */
  #leftOf(piece: Piece, origin: Piece | null, right: Piece | null): Piece | null {
    let left = origin
    let other = origin === null ? this.#overlay.start() : this.#overlay.rightOf(origin)
    const walk = ++this.#walks
    let conflictSet = ++this.#conflictSets
    while (other !== null && other !== right) {
      this.#work.spend(costNs.conflictStep)
      other.passed = walk
      other.conflict = conflictSet
      if (sameId(piece.origin, other.origin)) {
        if (other.client < piece.client) {
          left = other
          conflictSet = ++this.#conflictSets
        } else if (sameId(piece.rightOrigin, other.rightOrigin)) break
      } else {
        const before = this.#overlay.besideOf(other)
        if (before?.passed !== walk) break
        if (before.conflict !== conflictSet) {
          left = other
          conflictSet = ++this.#conflictSets
        }
      }
      other = this.#overlay.rightOf(other)
    }
    return left
  }

  /**
   * An author saw the two sides next to each other. Then the left one stands left, and neither side was itself written
   * beside something between them. Yjs takes that for granted: replicas would otherwise put the text in different places.
   */
  #mustBeAPlace(left: Piece | null, right: Piece | null, origin: Id | null): void {
    if (left === null || right === null) {
      if ((left?.rightOrigin ?? right?.origin ?? null) === null) return
      throw new Refused('unknown-origin', 'it stands at an end that was not one')
    }
    // Splitting off the right side cut the left one short: they were one piece, in the wrong order.
    const cutShort = origin !== null && left.clock + left.length <= origin.clock
    if (cutShort) throw new Refused('unknown-origin', 'its right side is in its left side')
    // One side was written beside the other, where this held already: so it is for nearly every honest structure.
    if (sameId(left.rightOrigin, right) || sameId(right.origin, origin)) return
    for (let next = this.#overlay.rightOf(left); next !== right; next = this.#overlay.rightOf(next)) {
      this.#work.spend(costNs.orderStep)
      if (next === null) throw new Refused('unknown-origin', 'its right side stands left of its left side')
      if (holds(next, left.rightOrigin) || holds(next, right.origin)) {
        throw new Refused('unknown-origin', 'its sides were never next to each other')
      }
    }
  }
}

function holds(piece: Piece, id: Id | null): boolean {
  return id !== null && id.client === piece.client && id.clock >= piece.clock && id.clock < piece.clock + piece.length
}

function sameId(a: Id | null, b: Id | null): boolean {
  return a === b || (a !== null && b !== null && a.client === b.client && a.clock === b.clock)
}
