// Initials of a name. Pure.

/** One or two letters that stand for a name: of the first and the last word, whole characters of any script. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstCharacter(word ?? ''))
  return letters.join('').toLocaleUpperCase() || '?'
}

function firstCharacter(word: string): string {
  const letter = /[\p{L}\p{N}]\p{M}*/u.exec(word)
  return letter?.[0] ?? [...word][0] ?? ''
}
