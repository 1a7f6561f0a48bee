// Which way a name flag hangs from its caret so that it is never cut off. Pure.

/** Pixels. `left`, `top`: the caret, from the corner of the text; the view shows `scrollTop` and on, `width` wide. */
export type CaretPlace = {
  left: number
  top: number
  scrollTop: number
  width: number
  /** The size of the page's letters, which flags grow with. */
  rem: number
  name: string
}

/** All in rem, as in the theme. */
export const flagHeight = 1.25
const flagWidthMax = 10.5
const flagPadding = 0.75
/** Wider than most letters of a flag: one that flips a little early is better than one that is cut off. */
const letterWidth = 0.5

/** `below` at the upper edge, `leftward` at the right edge. */
export function placeFlag(place: CaretPlace): { below: boolean; leftward: boolean } {
  const { left, top, scrollTop, width, rem, name } = place
  const flagWidth = rem * Math.min(flagWidthMax, flagPadding + [...name].length * letterWidth)
  return { below: top - rem * flagHeight < scrollTop, leftward: left + flagWidth > width && left - flagWidth > 0 }
}
