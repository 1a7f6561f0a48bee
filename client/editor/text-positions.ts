// Where relative positions are now. The text's index answers at once; without one, a walk over the text answers any number
// of them: Y.createAbsolutePositionFromRelativePosition walks back to the beginning for each.
import * as Y from 'yjs'
import { TextIndex } from './text-index.ts'

/** A wanted position. JSON of a Yjs RelativePosition in the root text; from outside, so anything. */
type Wanted = { item: Y.Item; offset: number }

/**
 * UTF-16 offsets in `text` of relative positions (JSON or instances), in their order; `undefined` for what is no position
 * or names text that is not here yet.
 */
export function offsetsOf(text: Y.Text, positions: readonly unknown[]): (number | undefined)[] {
  const offsets: (number | undefined)[] = new Array(positions.length).fill(undefined)
  const wanted = new Map<Y.Item, { index: number; offset: number }[]>()
  positions.forEach((position, index) => {
    const found = locate(text, position)
    if (typeof found === 'number') offsets[index] = found
    else if (found !== undefined) {
      const list = wanted.get(found.item)
      if (list) list.push({ index, offset: found.offset })
      else wanted.set(found.item, [{ index, offset: found.offset }])
    }
  })
  const index = TextIndex.of(text)
  if (index !== undefined) {
    for (const [item, places] of wanted) {
      const start = index.offsetOf(item)
      for (const place of places) offsets[place.index] = start + place.offset
    }
    return offsets
  }
  let at = 0
  for (let item = text._start; item !== null && wanted.size > 0; item = item.right) {
    for (const { index, offset } of wanted.get(item) ?? []) offsets[index] = at + offset
    wanted.delete(item)
    if (!item.deleted && item.countable) at += item.length
  }
  return offsets
}

function locate(text: Y.Text, position: unknown): Wanted | number | undefined {
  const relative = parseRelative(position)
  if (relative === undefined) return undefined
  const { item: id, assoc } = relative
  if (id === null) return assoc >= 0 ? text.length : 0
  const store = text.doc?.store
  if (store === undefined || Y.getState(store, id.client) <= id.clock) return undefined
  const found = followRedone(store, id)
  if (found === undefined || found.item.parent !== text) return undefined
  const { item, diff } = found
  return { item, offset: item.deleted || !item.countable ? 0 : diff + (assoc >= 0 ? 0 : 1) }
}

/** Undo brings text back as new items; a position in the old one follows. */
function followRedone(store: Y.Doc['store'], id: Y.ID): { item: Y.Item; diff: number } | undefined {
  let next: Y.ID = id
  for (;;) {
    const item: unknown = Y.getItem(store, next)
    if (!(item instanceof Y.Item)) return undefined
    const diff = next.clock - item.id.clock
    if (item.redone === null) return { item, diff }
    next = Y.createID(item.redone.client, item.redone.clock + diff)
  }
}

function parseRelative(position: unknown): { item: Y.ID | null; assoc: number } | undefined {
  if (typeof position !== 'object' || position === null) return undefined
  const { item, assoc } = position as { item?: unknown; assoc?: unknown }
  const side = typeof assoc === 'number' ? assoc : 0
  if (item === undefined || item === null) return { item: null, assoc: side }
  const { client, clock } = item as { client?: unknown; clock?: unknown }
  if (!Number.isInteger(client) || !Number.isInteger(clock) || (clock as number) < 0) return undefined
  return { item: Y.createID(client as number, clock as number), assoc: side }
}
