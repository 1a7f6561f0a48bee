// Text that was typed while the server was away: the structures it is made of, and where they stand in the text later.
import * as Y from 'yjs'

/** Structures of one client id: clocks from `from` up to `to`, which is not one of them. */
export type ClockRange = { client: number; from: number; to: number }
/** A piece of the text as it is now, UTF-16 offsets. */
export type Passage = { from: number; to: number }

/** `characters`: UTF-16 units of it that are in the text. `typed`: which those are, whatever is edited around them. */
export type Recovered = { characters: number; typed: readonly ClockRange[] }

/** What of this text a server with that state vector lacks; `undefined` when it is no letter, but deletions at most. */
export function recoveredOf(text: Y.Text, serverStateVector: Uint8Array): Recovered | undefined {
  const { doc } = text
  if (doc === null) return undefined
  const known = Y.decodeStateVector(serverStateVector)
  const typed: ClockRange[] = []
  for (const [client, to] of Y.decodeStateVector(Y.encodeStateVector(doc))) {
    const from = known.get(client) ?? 0
    if (from < to) typed.push({ client, from, to })
  }
  const characters = passagesOf(text, typed).reduce((sum, { from, to }) => sum + to - from, 0)
  return characters > 0 ? { characters, typed } : undefined
}

/** What is left of it and where, in the order of the text; what was put between its letters divides it. */
export function passagesOf(text: Y.Text, typed: readonly ClockRange[]): Passage[] {
  if (typed.length === 0) return []
  const rangeOf = new Map(typed.map((range) => [range.client, range]))
  const passages: Passage[] = []
  let at = 0
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    const { client, clock } = item.id
    const range = rangeOf.get(client)
    // Yjs puts structures together that were typed one after the other: of one, a part can be older or newer.
    const from = at + Math.max(0, (range?.from ?? 0) - clock)
    const to = at + Math.min(item.length, (range?.to ?? 0) - clock)
    const last = passages.at(-1)
    if (from < to && last?.to === from) last.to = to
    else if (from < to) passages.push({ from, to })
    at += item.length
  }
  return passages
}
