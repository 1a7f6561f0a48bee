// What is too long for one block of a preview, as several that look like one: parts with the same outer element. A part that
// is not the last has the class `goes-on`. Pure.
import type { Token } from 'markdown-it'

/** Items of a list, rows of a table, or notes, in one block. */
const piecesPerPart = 60
/** Text of a part, UTF-16 units: far from `previewBlockLengthMax`, since signs and tags make HTML longer. */
const partLength = 10_000

/** `index`: of its first piece. */
type Part = { tokens: Token[]; index: number; isLast: boolean }

/** The tokens of an outermost element as those of its parts: one for nearly everything. */
export function divide(group: Token[]): Token[][] {
  switch (group[0]?.type) {
    case 'table_open':
      return divideTable(group)
    case 'bullet_list_open':
    case 'ordered_list_open':
      return divideList(group)
    case 'footnote_block_open':
      return divideNotes(group)
    default:
      return [group]
  }
}

function divideList(group: Token[]): Token[][] {
  const [open, close] = [group[0]!, group.at(-1)!]
  const first = Number(open.attrGet('start') ?? 1)
  return partsOf(group.slice(1, -1), isEndAt(open.level + 1)).map((part) => {
    const isNumbered = open.type === 'ordered_list_open' && part.index > 0
    return [copyOf(open, part, isNumbered ? startAt(first + part.index) : open.attrs), ...part.tokens, close]
  })
}

function divideTable(group: Token[]): Token[][] {
  const [open, close] = [group[0]!, group.at(-1)!]
  const bodyAt = group.findIndex(({ type }) => type === 'tbody_open')
  if (bodyAt === -1) return [group]
  const [bodyOpen, bodyClose] = [group[bodyAt]!, group.at(-2)!]
  return partsOf(group.slice(bodyAt + 1, -2), isEndAt(bodyOpen.level + 1)).map((part) => {
    const head = part.index === 0 ? group.slice(1, bodyAt) : []
    return [copyOf(open, part, open.attrs), ...head, bodyOpen, ...part.tokens, bodyClose, close]
  })
}

function divideNotes(group: Token[]): Token[][] {
  const [open, close] = [group[0]!, group.at(-1)!]
  return partsOf(group.slice(1, -1), ({ type }) => type === 'footnote_close').map((part) => [
    copyOf(open, part, part.index > 0 ? startAt(1 + part.index) : null),
    ...part.tokens,
    close,
  ])
}

/** What stands between the first and the last token of an element. */
function partsOf(tokens: Token[], endsPiece: (token: Token) => boolean): Part[] {
  const parts: Part[] = []
  let [from, index, pieces, length] = [0, 0, 0, 0]
  tokens.forEach((token, i) => {
    length += token.content.length
    if (!endsPiece(token)) return
    pieces++
    const isLast = i === tokens.length - 1
    if (pieces < piecesPerPart && length < partLength && !isLast) return
    parts.push({ tokens: tokens.slice(from, i + 1), index, isLast })
    index += pieces
    from = i + 1
    pieces = 0
    length = 0
  })
  return parts
}

const isEndAt = (level: number) => (token: Token) => token.level === level && token.nesting !== 1

type Attributes = Token['attrs']
const startAt = (n: number): Attributes => [['start', String(n)]]

/** The first token of an element, as that of a part. */
function copyOf(open: Token, { tokens, index, isLast }: Part, attrs: Attributes): Token {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(open)) as Token, open)
  copy.map = index === 0 ? open.map : (tokens[0]?.map ?? open.map)
  copy.attrs = isLast ? attrs : [...(attrs ?? []), ['class', 'goes-on']]
  return copy
}
