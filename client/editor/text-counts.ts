// How many words and characters a text has. Counted per leaf of CodeMirror's text tree, and kept: after a key only the leaf
// that changed is counted again, so that a megabyte costs no more than a page. Pure.
import type { Text } from '@codemirror/state'

/** `characters`: as people count them (code points), line breaks left out. */
export type TextCounts = { words: number; characters: number; lines: number }

const kept = new WeakMap<Text, { words: number; characters: number }>()

/**
 * A run of letters and digits is a word, apostrophes and hyphens inside included; so is every letter of a script that
 * writes without spaces.
 */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+(?:['’_-](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+)*/gu

export function countText(text: Text): TextCounts {
  return { ...countNode(text), lines: text.lines }
}

function countNode(node: Text): { words: number; characters: number } {
  const known = kept.get(node)
  if (known !== undefined) return known
  const counts = { words: 0, characters: 0 }
  if (node.children === null) {
    for (let n = 1; n <= node.lines; n++) add(counts, countString(node.line(n).text))
  } else {
    // A line never stands in two leaves, and a word never in two lines.
    for (const child of node.children) add(counts, countNode(child))
  }
  kept.set(node, counts)
  return counts
}

/** Of one line, or of any piece of text. */
export function countString(text: string): { words: number; characters: number } {
  let words = 0
  for (const _found of text.matchAll(word)) words++
  let characters = 0
  for (const letter of text) if (letter !== '\n') characters++
  return { words, characters }
}

function add(sum: { words: number; characters: number }, more: { words: number; characters: number }): void {
  sum.words += more.words
  sum.characters += more.characters
}
