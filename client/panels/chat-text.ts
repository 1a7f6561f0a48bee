// A chat line as pieces: plain text, links that are safe to follow, and names that are spoken to. Pure; no markup is read.
import { limits } from '../../shared/limits.ts'

export type ChatPiece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  /** `name`: as it is known, however it was written. */
  | { kind: 'mention'; text: string; name: string }

/** Without invisible characters: one that turns the direction would show another address than is followed. */
const address = /(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cf}\p{Cc}]+/giu
/** What ends a sentence rather than an address. */
const trailing = /[.,;:!?…。，；：！？]+$/u
const brackets = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
] as const
const wordBefore = /[\p{L}\p{N}_]$/u
const wordAfter = /^[\p{L}\p{M}\p{N}_]/u

/** `names`: of all who may be meant. The pieces put together are the text. */
export function chatPieces(text: string, names: readonly string[]): ChatPiece[] {
  const pieces: ChatPiece[] = []
  let at = 0
  for (const match of text.matchAll(address)) {
    if (wordBefore.test(text.slice(Math.max(0, match.index - 2), match.index))) continue
    const shown = withoutTail(match[0])
    const href = safeAddress(shown)
    if (href === undefined) continue
    addMentions(pieces, text.slice(at, match.index), names)
    pieces.push({ kind: 'link', text: shown, href })
    at = match.index + shown.length
  }
  addMentions(pieces, text.slice(at), names)
  return pieces
}

/** `undefined` for what is not http, https or mailto, or has a name and password in it. */
export function safeAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, href, username, password } = new URL(text)
  if (protocol === 'mailto:') return href
  return /^https?:$/.test(protocol) && username === '' && password === '' ? href : undefined
}

/** A bracket that closes one from before the address is not part of it. */
function withoutTail(found: string): string {
  let text = found.replace(trailing, '')
  for (const [open, close] of brackets) {
    if (text.endsWith(close) && !text.includes(open)) text = text.slice(0, -1).replace(trailing, '')
  }
  return text
}

function addMentions(pieces: ChatPiece[], text: string, names: readonly string[]): void {
  const known = names.filter((name) => name !== '').sort((a, b) => b.length - a.length)
  let start = 0
  let looked = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    // Each is compared with every name: a line of nothing but @ is not worth that.
    if (looked++ >= limits.mentionsPerLineMax) break
    if (at < start || wordBefore.test(text.slice(Math.max(0, at - 2), at))) continue
    const name = known.find((one) => isNamed(text, at + 1, one))
    if (name === undefined) continue
    if (at > start) pieces.push({ kind: 'text', text: text.slice(start, at) })
    start = at + 1 + name.length
    pieces.push({ kind: 'mention', text: text.slice(at, start), name })
  }
  if (start < text.length) pieces.push({ kind: 'text', text: text.slice(start) })
}

const isNamed = (text: string, at: number, name: string): boolean =>
  text.slice(at, at + name.length).toLowerCase() === name.toLowerCase() &&
  !wordAfter.test(text.slice(at + name.length, at + name.length + 2))

/** The `@…` that is being written in front of the cursor (UTF-16 offset): where it begins, and what stands behind the @. */
export function mentionAt(text: string, cursor: number): { from: number; typed: string } | undefined {
  const from = text.lastIndexOf('@', cursor - 1)
  if (from === -1 || wordBefore.test(text.slice(Math.max(0, from - 2), from))) return undefined
  const typed = text.slice(from + 1, cursor)
  return typed.length <= limits.nameLengthMax && !/[\n@]/.test(typed) ? { from, typed } : undefined
}

/** Names that could be meant: a word of theirs begins like that. At most six. */
export function namesLike(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase()
  const fits = (name: string) => {
    const lower = name.toLowerCase()
    return lower.startsWith(wanted) || lower.includes(` ${wanted}`)
  }
  return [...new Set(names)].filter((name) => fits(name) && name.toLowerCase() !== wanted).slice(0, shownNamesMax)
}
const shownNamesMax = 6
