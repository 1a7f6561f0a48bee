// Writes Yjs v1 updates by hand, right or wrong: what no Yjs client would send can be said here. Format: yjs 13.6
// src/utils/encoding.js and src/structs/Item.js.

export type Id = { client: number; clock: number }

/** Content of a structure: its kind (low five bits of the info byte) and its bytes. */
export type Content = { ref: number; bytes: number[] }

/** Where a structure stands. Without origins `parent` is written: the name of a root type or the id of a nested one. */
export type Place = { origin?: Id; rightOrigin?: Id; parent?: string | Id; parentSub?: string }

/** Structures of one client. `count` lies about their number. */
export type WrittenBlock = Id & { structs: number[][]; count?: number }

/** Deletions of one client as [clock, length]. `count` lies about their number. */
export type WrittenDeletions = { client: number; ranges: [clock: number, length: number][]; count?: number }

/** lib0 writeVarUint: seven bits a byte, lowest first. */
export function uint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/** lib0 writeVarString. */
export function string(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)]
  return [...uint(bytes.length), ...bytes]
}

export const id = ({ client, clock }: Id): number[] => [...uint(client), ...uint(clock)]

export const text = (value: string): Content => ({ ref: 4, bytes: string(value) })
/** Text of any bytes, broken UTF-8 too. */
export const rawText = (bytes: number[]): Content => ({ ref: 4, bytes: [...uint(bytes.length), ...bytes] })
export const deleted = (length: number): Content => ({ ref: 1, bytes: uint(length) })

/** One structure. */
export function struct(content: Content, place: Place = {}): number[] {
  const { origin, rightOrigin, parent = 'content', parentSub } = place
  const info = content.ref | (origin ? 0x80 : 0) | (rightOrigin ? 0x40 : 0) | (parentSub === undefined ? 0 : 0x20)
  const bytes = [info, ...(origin ? id(origin) : []), ...(rightOrigin ? id(rightOrigin) : [])]
  if (!origin && !rightOrigin) {
    bytes.push(...(typeof parent === 'string' ? [1, ...string(parent)] : [0, ...id(parent)]))
    if (parentSub !== undefined) bytes.push(...string(parentSub))
  }
  return bytes.concat(content.bytes)
}

/** A whole update. */
export function update(blocks: WrittenBlock[], deletions: WrittenDeletions[] = []): Uint8Array {
  const parts = [uint(blocks.length)]
  for (const { client, clock, structs, count = structs.length } of blocks) {
    parts.push(uint(count), uint(client), uint(clock))
    for (const one of structs) parts.push(one)
  }
  parts.push(uint(deletions.length))
  for (const { client, ranges, count = ranges.length } of deletions) {
    parts.push(uint(client), uint(count))
    for (const [clock, length] of ranges) parts.push(uint(clock), uint(length))
  }
  return Uint8Array.from(parts.flat())
}
