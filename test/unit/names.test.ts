import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanLine, cleanMessage, cleanName } from '../../shared/names.ts'

test('[P5] names lose what hides or reorders text, and are never empty', () => {
  const cases: [string, string][] = [
    ['  Ada   Lovelace ', 'Ada Lovelace'],
    ['a\tb\r\nc', 'a b c'],
    ['a\t\u0000\tb', 'a b'],
    ['\u202eabc\u202c\u2066\u2069', 'abc'],
    ['A\u200bd\u200da\ufeff', 'Ada'],
    ['\u0000\u0007\u009f', 'Anonymous'],
    ['Z\u0300\u0301\u0302\u0303\u0304\u0305', 'Z\u0300\u0301\u0302'],
    ['\ud800half', 'half'],
    ['', 'Anonymous'],
    // Letters and marks that show nothing.
    ['\u3164', 'Anonymous'],
    ['\u115f\u1160\uffa0\u2800\u034f\u{e0101}\u180b\ufe0f', 'Anonymous'],
    ['Ad\u3164a\ufe0e \u2800 B', 'Ada B'],
    ['❤\ufe0f\ufe0f', '❤\ufe0f'],
    ['Åsa 张伟 🙂', 'Åsa 张伟 🙂'],
  ]
  for (const [given, clean] of cases) expect(cleanName(given, 40)).toBe(clean)
})

test('[P5] whatever is given, a name is a trimmed line within its length, and cleaning it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (given) => {
      const line = cleanLine(given, 20)
      expect(line.length).toBeLessThanOrEqual(20)
      expect(line).toBe(line.trim())
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      expect(cleanLine(line, 20)).toBe(line)
    }),
    { numRuns: 2_000, ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) },
  )
})

test('a chat line keeps three marks on a letter, also where invisible characters stand between them', () => {
  const mark = '\u0301'
  expect(cleanMessage(`Z${mark.repeat(9)}a`)).toBe(`Z${mark.repeat(3)}a`)
  expect(cleanMessage(`Z${`${mark}\u200c`.repeat(2_000)}a`)).toBe(`Z${`${mark}\u200c`.repeat(3)}a`)
  // Joiners that mean something: Persian, Malayalam, a family of emoji.
  for (const text of ['می\u200cخواهم', 'ന്\u200dമ', '👩🏽\u200d❤\ufe0f\u200d👨', `e${mark.repeat(3)}\u200cx`]) {
    expect(cleanMessage(text)).toBe(text)
  }
})
