// A sketch of the document as it will be: the live items, only read, and over them what an update would split and
// insert. It is to Yjs's list what a dry run is to a commit, and counts what each step would cost there.
import * as Y from 'yjs'
import { textName } from '../protocol.ts'
import type { Id } from './decode.ts'
import { costNs, Refused, type Work } from './refusal.ts'

/** A live item, a part of one, or a new structure. `right` is undefined until it is first asked for. */
export type Piece = Id & {
  length: number
  origin: Id | null
  rightOrigin: Id | null
  right: Piece | null | undefined
  item: Y.Item | null
  /** Numbers of the last walk that passed it, and of the last set of conflicts it was in (see integration). */
  passed: number
  conflict: number
  /** Where `origin` was last found. */
  beside: Piece | undefined
}

export class Overlay {
  readonly #doc: Y.Doc
  readonly #work: Work
  readonly #root: Y.AbstractType<unknown> | undefined
  readonly #touched = new Map<Y.Item, Piece[]>()
  readonly #added = new Map<number, Piece[]>()
  /** Per client: how often its live items would be split, and the highest clock. */
  readonly #splitsOf = new Map<number, { count: number; last: number }>()
  #start: Piece | null | undefined
  /** Structures, live and new ones, that would be split. */
  splits = 0

  constructor(doc: Y.Doc, work: Work) {
    this.#doc = doc
    this.#work = work
    // Not getText, which would define the type in a document that has none yet.
    this.#root = doc.share.get(textName) as Y.AbstractType<unknown> | undefined
  }

  /** Next clock of a client in the live document. */
  known(client: number): number {
    const last = this.structs(client).at(-1)
    return last === undefined ? 0 : last.id.clock + last.length
  }

  /** Next clock of a client with what was added. */
  state(client: number): number {
    const last = this.#added.get(client)?.at(-1)
    return last === undefined ? this.known(client) : last.clock + last.length
  }

  structs(client: number): readonly (Y.Item | Y.GC)[] {
    return this.#doc.store.clients.get(client) ?? []
  }

  added(client: number): readonly Piece[] {
    return this.#added.get(client) ?? []
  }

  /** Whether a live structure is an item of the document's text. */
  isOfText(struct: Y.Item | Y.GC): struct is Y.Item {
    return (
      struct instanceof Y.Item && this.#root !== undefined && struct.parent === this.#root && struct.parentSub === null
    )
  }

  /** The first piece of the text. */
  start(): Piece | null {
    if (this.#start !== undefined) return this.#start
    const item = this.#root?._start ?? null
    return item === null ? null : this.#pieces(item)[0]!
  }

  rightOf(piece: Piece): Piece | null {
    if (piece.right !== undefined) return piece.right
    const item = piece.item!.right
    piece.right = item === null ? null : this.#pieces(item)[0]!
    return piece.right
  }

  /** The piece that has the origin of this one. */
  besideOf(piece: Piece): Piece | undefined {
    const { origin, beside } = piece
    if (origin === null) return undefined
    if (beside === undefined || beside.clock + beside.length <= origin.clock) piece.beside = this.find(origin)
    return piece.beside
  }

  /** The piece that has this id; undefined when it is not known or not of the text. */
  find(id: Id): Piece | undefined {
    if (id.clock >= this.known(id.client)) return at(this.added(id.client), id.clock)
    const structs = this.structs(id.client)
    const struct = structs[indexOf(structs, id.clock)]!
    return this.isOfText(struct) ? at(this.#pieces(struct), id.clock) : undefined
  }

  /** The piece that ends with this id, split off if need be. */
  endingWith(id: Id): Piece {
    const piece = this.#mustFind(id)
    if (piece.clock + piece.length > id.clock + 1) this.#split(piece, id.clock + 1 - piece.clock)
    return piece
  }

  /** The piece that starts with this id, split off if need be. */
  startingWith(id: Id): Piece {
    const piece = this.#mustFind(id)
    return piece.clock < id.clock ? this.#split(piece, id.clock - piece.clock) : piece
  }

  /** Puts a new piece behind `left`, or at the start. */
  insert(piece: Piece, left: Piece | null): void {
    piece.right = left === null ? this.start() : this.rightOf(left)
    if (left === null) this.#start = piece
    else left.right = piece
    const added = this.#added.get(piece.client)
    if (added === undefined) this.#added.set(piece.client, [piece])
    else added.push(piece)
  }

  /** Books what splitting the live item at that clock costs Yjs. */
  chargeSplit(item: Y.Item, clock: number): void {
    refuseHalfPair(item, clock - item.id.clock)
    const { client } = item.id
    const structs = this.structs(client)
    const before = this.#splitsOf.get(client) ?? { count: 0, last: 0 }
    // Parts split off further right have to move as well. Going from left to right there are none.
    const parts = clock > before.last ? 0 : before.count
    const moved = structs.length - indexOf(structs, item.id.clock) + this.added(client).length + parts
    this.#work.spend(costNs.struct + moved * costNs.movedSlot)
    this.#splitsOf.set(client, { count: before.count + 1, last: Math.max(before.last, clock) })
    this.splits++
  }

  /** Books what it costs Yjs to join again what was split for a place, and nothing was put between. */
  chargeMerges(): void {
    for (const [item, pieces] of this.#touched) {
      const structs = this.structs(item.id.client)
      const joins = pieces.filter((piece, i) => i > 0 && pieces[i - 1]!.right === piece).length
      if (joins > 0) this.#work.spend(joins * (structs.length - indexOf(structs, item.id.clock)) * costNs.movedSlot)
    }
  }

  /** Whether a place in the text has split this live item at that clock already. */
  isSplitAt(item: Y.Item, clock: number): boolean {
    const pieces = this.#touched.get(item)
    return pieces !== undefined && at(pieces, clock)?.clock === clock
  }

  #mustFind(id: Id): Piece {
    const piece = this.find(id)
    if (piece === undefined) throw new Refused('unknown-origin', `${id.client}:${id.clock} is not in the text`)
    return piece
  }

  #pieces(item: Y.Item): Piece[] {
    let pieces = this.#touched.get(item)
    if (pieces === undefined) {
      this.#work.spend(costNs.visit)
      const { id, length, origin, rightOrigin } = item
      const { client, clock } = id
      pieces = [
        {
          client,
          clock,
          length,
          origin,
          rightOrigin,
          right: undefined,
          item,
          passed: 0,
          conflict: 0,
          beside: undefined,
        },
      ]
      this.#touched.set(item, pieces)
    }
    return pieces
  }

  #split(piece: Piece, length: number): Piece {
    const clock = piece.clock + length
    const origin = { client: piece.client, clock: clock - 1 }
    const right: Piece = { ...piece, clock, length: piece.length - length, origin }
    const pieces = piece.item === null ? this.#added.get(piece.client)! : this.#pieces(piece.item)
    const index = lastAtOrBefore(pieces.length, (i) => pieces[i]!.clock, piece.clock)
    if (piece.item === null) {
      this.#work.spend(costNs.struct + (pieces.length - index) * costNs.movedSlot)
      this.splits++
    } else this.chargeSplit(piece.item, clock)
    piece.length = length
    piece.right = right
    pieces.splice(index + 1, 0, right)
    return right
  }
}

/** Yjs makes two U+FFFD of a surrogate pair that is split: somebody's letter would be gone without a deletion. */
function refuseHalfPair(item: Y.Item, offset: number): void {
  if (!(item.content instanceof Y.ContentString)) return
  const unit = item.content.str.charCodeAt(offset - 1)
  if (unit >= 0xd800 && unit <= 0xdbff) throw new Refused('foreign-content', 'it splits a surrogate pair')
}

/** Index of the live structure that has this clock; the clock is known. */
export function indexOf(structs: readonly (Y.Item | Y.GC)[], clock: number): number {
  return lastAtOrBefore(structs.length, (i) => structs[i]!.id.clock, clock)
}

/** Index of the piece that has this clock, or of the first one behind it. */
export function firstPieceFrom(pieces: readonly Piece[], clock: number): number {
  const index = lastAtOrBefore(pieces.length, (i) => pieces[i]!.clock, clock)
  const piece = pieces[index]
  return piece !== undefined && clock < piece.clock + piece.length ? index : index + 1
}

function at(pieces: readonly Piece[], clock: number): Piece | undefined {
  const piece = pieces[lastAtOrBefore(pieces.length, (i) => pieces[i]!.clock, clock)]
  return piece !== undefined && clock < piece.clock + piece.length ? piece : undefined
}

function lastAtOrBefore(length: number, clockAt: (index: number) => number, clock: number): number {
  let low = -1
  let high = length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (clockAt(middle) <= clock) low = middle
    else high = middle - 1
  }
  return low
}
