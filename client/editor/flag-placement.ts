// Which way a name flag hangs from its caret so that it is never cut off. Pure.

/** Pixels. `left`, `top`: the caret, from the corner of the text; the view shows `scrollTop` and on, `width` wide. */
export type CaretPlace = { left: number; top: number; scrollTop: number; width: number; name: string }

export const flagHeight = 20
const flagWidthMax = 168
const flagPadding = 12
/** Wider than most letters at 12 px: a flag that flips a little early is better than one that is cut off. */
const letterWidth = 8

/** `below` at the upper edge, `leftward` at the right edge. */
export function placeFlag({ left, top, scrollTop, width, name }: CaretPlace): { below: boolean; leftward: boolean } {
  const flagWidth = Math.min(flagWidthMax, flagPadding + [...name].length * letterWidth)
  return { below: top - flagHeight < scrollTop, leftward: left + flagWidth > width && left - flagWidth > 0 }
}
