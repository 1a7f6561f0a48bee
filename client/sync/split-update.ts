// Cuts a large local change into pieces that the server can take one after the other, so that none of them holds up
// other people's rooms. Knows no document and no connection.
// Format: Yjs v1 updates, as in yjs 13.6 src/utils/encoding.js (writeStructs) and src/utils/DeleteSet.js (writeDeleteSet).
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import type { PieceSize } from './piece-size.ts'

type Struct = Y.Item | Y.GC
type Range = { client: number; clock: number; len: number }

/** What a piece takes over from the whole, in the order in which it may be applied. */
type Step = { struct: Struct } | { range: Range }

/** An update has at least this many bytes for each structure or deletion: shorter ones need not be read. */
const stepBytesMin = 2

/** What one piece may have: `steps` structures and deletions, together `clocks` deleted clocks, or one of each. */
export type Size = Pick<PieceSize, 'steps' | 'clocks'>

/**
 * One update as several of that size; applied in order they leave nothing pending, and give what the whole gives. Text and
 * deletions take turns, so that a large replacement happens bit by bit: neither everything doubled nor everything gone in
 * between. `[update]` when it is small enough.
 */
export function splitUpdate(update: Uint8Array, { steps: stepsMax, clocks: clocksMax }: Size): Uint8Array[] {
  if (update.length <= stepsMax * stepBytesMin && clocksMax === Infinity) return [update]
  const { structs, ds } = Y.decodeUpdate(update)
  const ranges = [...ds.clients].flatMap(([client, items]) => items.flatMap((item) => cut(client, item, clocksMax)))
  // Holes are not for us to fill: the server says what it thinks of them.
  if (structs.some((one) => one instanceof Y.Skip)) return [update]
  const pieces: Step[][] = []
  let [piece, clocks]: [Step[], number] = [[], 0]
  for (const step of ordered(structs as Struct[], ranges)) {
    const length = 'range' in step ? step.range.len : 0
    if (piece.length === stepsMax || (piece.length > 0 && clocks + length > clocksMax)) {
      pieces.push(piece)
      ;[piece, clocks] = [[], 0]
    }
    piece.push(step)
    clocks += length
  }
  return pieces.length === 0 ? [update] : [...pieces, piece].map(encode)
}

/** A deletion as several of at most `clocksMax` clocks. */
function cut(client: number, { clock, len }: { clock: number; len: number }, clocksMax: number): Range[] {
  if (len <= clocksMax) return [{ client, clock, len }]
  return Array.from({ length: Math.ceil(len / clocksMax) }, (_, i) => {
    const from = i * clocksMax
    return { client, clock: clock + from, len: Math.min(clocksMax, len - from) }
  })
}

/** Everything in an order in which nothing stands on what comes later. */
function ordered(structs: readonly Struct[], ranges: readonly Range[]): Step[] {
  const queues = byClient(structs, ({ id }) => id.client)
  const isOld = ({ client, clock, len }: Range) => clock + len <= (queues.get(client)?.[0]?.id.clock ?? Infinity)
  const text = dependenciesFirst(queues)
  const old = ranges.filter(isOld)
  const steps: Step[] = []
  let deleted = 0
  for (const [i, struct] of text.entries()) {
    steps.push({ struct })
    const due = Math.round(((i + 1) / text.length) * old.length)
    while (deleted < due) steps.push({ range: old[deleted++]! })
  }
  const late = [...old.slice(deleted), ...ranges.filter((range) => !isOld(range))]
  return [...steps, ...late.map((range) => ({ range }))]
}

/** `queues`: the structures of each client in order of clock. */
function dependenciesFirst(queues: ReadonlyMap<number, readonly Struct[]>): Struct[] {
  const placed = new Map([...queues.keys()].map((client) => [client, 0]))
  const isThere = (id: Y.ID | null | undefined) => {
    const next = id ? queues.get(id.client)?.[placed.get(id.client)!] : undefined
    return next === undefined || id!.clock < next.id.clock
  }
  const mayFollow = (struct: Struct) =>
    !(struct instanceof Y.Item) || (isThere(struct.origin) && isThere(struct.rightOrigin))
  const all: Struct[] = []
  for (let before = -1; before < all.length; ) {
    before = all.length
    for (const [client, queue] of queues) {
      let next = placed.get(client)!
      while (next < queue.length && mayFollow(queue[next]!)) {
        all.push(queue[next++]!)
        placed.set(client, next)
      }
    }
  }
  // What is left stands on something that is not here at all; whether that is right is for the server to say.
  return [...all, ...[...queues].flatMap(([client, queue]) => queue.slice(placed.get(client)))]
}

function encode(steps: readonly Step[]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  const rest = encoder.restEncoder
  const structs = steps.flatMap((step) => ('struct' in step ? [step.struct] : []))
  const ranges = steps.flatMap((step) => ('range' in step ? [step.range] : []))
  // Yjs writes higher ids first, and so do we.
  const blocks = [...byClient(structs, ({ id }) => id.client)].sort(([a], [b]) => b - a)
  encoding.writeVarUint(rest, blocks.length)
  for (const [client, own] of blocks) {
    encoding.writeVarUint(rest, own.length)
    encoder.writeClient(client)
    encoding.writeVarUint(rest, own[0]!.id.clock)
    for (const struct of own) struct.write(encoder, 0)
  }
  const deletions = [...byClient(ranges, ({ client }) => client)].sort(([a], [b]) => b - a)
  encoding.writeVarUint(rest, deletions.length)
  for (const [client, own] of deletions) {
    encoding.writeVarUint(rest, client)
    encoding.writeVarUint(rest, own.length)
    for (const { clock, len } of own.sort((a, b) => a.clock - b.clock)) {
      encoding.writeVarUint(rest, clock)
      encoding.writeVarUint(rest, len)
    }
  }
  return encoding.toUint8Array(rest)
}

function byClient<T>(things: readonly T[], clientOf: (thing: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const thing of things) {
    const client = clientOf(thing)
    const group = groups.get(client)
    if (group === undefined) groups.set(client, [thing])
    else group.push(thing)
  }
  return groups
}
