// What a name may look like: people's names and titles are shown to others, so nothing in them may hide or reorder text.

import { cleanText } from './text.ts'

/**
 * Control characters, line separators, zero-width and bidi controls, tags and other invisible format characters; letters
 * that show nothing (Hangul fillers, the empty braille pattern); variation selectors, but for the one that makes an emoji.
 */
const invisible =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u2800]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|(?<!\p{Emoji})[\ufe0e\ufe0f]/gu
/** Marks that are too many on one letter: invisible characters between them would not keep them from piling up. */
const combining = /((?:\p{M}\p{Cf}*){3})\p{M}[\p{M}\p{Cf}]*/gu

/** One line without invisible characters and with at most three marks on a letter, cut to `lengthMax` UTF-16 units. */
export function cleanLine(value: string, lengthMax: number): string {
  // Spaces first, because some of them are controls; and again, because what stood between two may be gone.
  const visible = value.replace(/\s+/gu, ' ').replace(invisible, '').replace(/ +/gu, ' ')
  const text = visible.replace(combining, '$1').trim()
  if (text.length <= lengthMax) return text
  // Never between the halves of a surrogate pair.
  return text
    .slice(0, lengthMax)
    .replace(/[\uD800-\uDBFF]$/u, '')
    .trim()
}

/** A person's name ([P5]); what is left empty becomes "Anonymous". */
export function cleanName(value: string, lengthMax: number): string {
  return cleanLine(value, lengthMax) || 'Anonymous'
}

/** A chat line: several lines are allowed, controls are not (each takes six bytes of JSON, and nobody sees it). */
export function cleanMessage(value: string): string {
  return cleanText(value)
    .replace(/\p{Cc}/gu, (control) => (control === '\n' || control === '\t' ? control : ''))
    .replace(combining, '$1')
    .trim()
}
