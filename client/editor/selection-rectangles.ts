// The rectangles that a selection covers. One DOM measurement a line: RectangleMarker.forRange searches for the ends of
// wrapped rows by asking for many points, which is too dear for fifty selections that move twenty times a second.
import type { Line } from '@codemirror/state'
import type { EditorView, Rect } from '@codemirror/view'

/** Pixels. */
export type Rectangle = { left: number; top: number; width: number; height: number }

/** What stands for a selected line break where a line has no letters, pixels. */
const lineBreakWidth = 6

/** Of one line, on the screen: what stands between two offsets in it. Call it while CodeMirror measures. */
export function rectanglesIn(view: EditorView, line: Line, from: number, to: number): Rectangle[] {
  const rows = line.length === 0 ? emptyLine(view, line.from) : rowsOf(view, from, to)
  return mergeRows(rows).map((row) => toRectangle(row, view.defaultLineHeight))
}

function rowsOf(view: EditorView, from: number, to: number): readonly Rect[] {
  if (from === to) return []
  const range = document.createRange()
  const [start, end] = [view.domAtPos(from, 1), view.domAtPos(to, -1)]
  range.setStart(start.node, start.offset)
  range.setEnd(end.node, end.offset)
  return [...range.getClientRects()].filter(({ width }) => width > 0)
}

function emptyLine(view: EditorView, at: number): readonly Rect[] {
  const place = view.coordsAtPos(at)
  return place === null ? [] : [{ ...pick(place), right: place.left + lineBreakWidth }]
}

type MutableRect = { -readonly [side in keyof Rect]: Rect[side] }

const pick = ({ left, right, top, bottom }: Rect): MutableRect => ({ left, right, top, bottom })

/** As high as a line of text, so that rows of one selection touch. */
function toRectangle(row: Rect, lineHeight: number): Rectangle {
  const height = Math.max(lineHeight, row.bottom - row.top)
  return { left: row.left, top: (row.top + row.bottom - height) / 2, width: row.right - row.left, height }
}

/**
 * Pieces of one row (a highlighted word is one of its own, and may lie in another) become one where they touch. Pieces
 * that do not touch stay apart: text of two directions is selected in several.
 */
export function mergeRows(pieces: readonly Rect[]): Rect[] {
  const merged: MutableRect[] = []
  for (const row of groupRows(pieces)) {
    let last: MutableRect | undefined
    for (const piece of row.toSorted((a, b) => a.left - b.left)) {
      if (last !== undefined && piece.left <= last.right + 1) {
        last.right = Math.max(last.right, piece.right)
        last.top = Math.min(last.top, piece.top)
        last.bottom = Math.max(last.bottom, piece.bottom)
      } else {
        last = pick(piece)
        merged.push(last)
      }
    }
  }
  return merged
}

/** A piece belongs to the row above it if its middle is higher than that row's lower edge. */
function groupRows(pieces: readonly Rect[]): Rect[][] {
  const rows: { bottom: number; pieces: Rect[] }[] = []
  for (const piece of pieces.toSorted((a, b) => a.top - b.top)) {
    const row = rows.at(-1)
    if (row !== undefined && (piece.top + piece.bottom) / 2 < row.bottom) row.pieces.push(piece)
    else rows.push({ bottom: piece.bottom, pieces: [piece] })
  }
  return rows.map(({ pieces }) => pieces)
}
