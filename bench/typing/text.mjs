// The text that is typed in: Markdown as people write it, of any length, the same every time. Every paragraph begins with a
// number that no other has, so that it can be found again in a page.
import { randomOf } from './random.mjs'

const words =
  'the of and a to in is it that was for on with as at by this had not are but from or have an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just state those people too'.split(
    ' ',
  )

/** Exactly `length` UTF-16 units. */
export function textOf(length) {
  const random = randomOf(length)
  const some = (max) => Math.floor(random() * max)
  const sentence = () => {
    const chosen = Array.from({ length: 6 + some(14) }, () => words[some(words.length)])
    if (some(6) === 0) chosen[some(chosen.length)] = `**${words[some(words.length)]}**`
    if (some(9) === 0) chosen[some(chosen.length)] = `\`${words[some(words.length)]}\``
    return `${chosen.join(' ')}.`
  }
  const blocks = []
  for (let n = 1, written = 0; written < length; n++) {
    const lines = [`${n}. ${sentence()} ${Array.from({ length: 2 + some(5) }, sentence).join(' ')}`]
    if (n % 12 === 1) lines.unshift(`## ${n}. ${words[some(words.length)]} ${words[some(words.length)]}`, '')
    if (n % 7 === 0) lines.push('', ...Array.from({ length: 3 + some(4) }, () => `- ${sentence()}`))
    const block = `${lines.join('\n')}\n\n`
    blocks.push(block)
    written += block.length
  }
  return blocks.join('').slice(0, length)
}
