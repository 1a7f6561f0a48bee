// Parts of the editor and the page that need no browser: counts, marks, settings, files, keys.
import { EditorSelection, EditorState, Text } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { wrapSelection } from '../../client/editor/emphasis.ts'
import { countString, countText } from '../../client/editor/text-counts.ts'
import { decode, languageOf } from '../../client/files/import.ts'
import { defaultPageSettings, parsePageSettings } from '../../client/ui/settings.ts'
import { languages } from '../../shared/settings.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

describe('words and characters', () => {
  test.each([
    ['', 0, 0],
    ['one two', 2, 7],
    ['don’t re-read it', 3, 16],
    ['写作室 is here', 5, 11],
    ['  … — !', 0, 7],
    ['👨‍👩‍👧 3.14', 2, 10],
    ['naïve cafe\u0301', 2, 11],
  ])('%j has %i words and %i characters', (text, words, characters) => {
    expect(countString(text)).toEqual({ words, characters })
  })

  test('what was counted before stays right however the text is changed', () =>
    withSeed(runSeed, async () => {
      const random = new Random(runSeed)
      const pieces = ['word ', 'two words\n', '\n', '写', 'a’b', ' ', 'x\ny\nz\n'.repeat(40)]
      let text = Text.of([''])
      for (let i = 0; i < 400; i++) {
        const from = random.below(text.length + 1)
        const to = random.below(3) === 0 ? Math.min(text.length, from + random.below(200)) : from
        const insert = pieces[random.below(pieces.length)]!
        text = text.replace(from, to, Text.of(insert.split('\n')))
        const whole = text.toString()
        const expected = whole.split('\n').map(countString)
        const sum = (name: 'words' | 'characters') => expected.reduce((all, line) => all + line[name], 0)
        expect(countText(text)).toEqual({ words: sum('words'), characters: sum('characters'), lines: text.lines })
      }
    }))
})

describe('bold and italic', () => {
  /** `[` and `]` stand for the ends of the selection. */
  const press = (mark: string, before: string): string => {
    const [anchor, head] = [before.indexOf('['), before.indexOf(']') - 1]
    const doc = before.replace(/[[\]]/g, '')
    let state = EditorState.create({ doc, selection: EditorSelection.range(anchor, head) })
    wrapSelection(mark)({
      state,
      dispatch(transaction) {
        state = transaction.state
      },
    })
    const { from, to } = state.selection.main
    const text = state.doc.toString()
    return `${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)}`
  }

  test.each([
    ['**', 'a [word] b', 'a **[word]** b'],
    ['**', 'a **[word]** b', 'a [word] b'],
    ['**', 'a [**word**] b', 'a [word] b'],
    ['*', 'a **[word]** b', 'a ***[word]*** b'],
    ['*', 'a *[word]* b', 'a [word] b'],
    ['*', 'a [**word**] b', 'a *[**word**]* b'],
    ['**', 'a [] b', 'a **[]** b'],
  ])('%s on %j gives %j', (mark, before, after) => {
    expect(press(mark, before)).toBe(after)
  })
})

describe('settings kept by the browser', () => {
  test.each([undefined, null, 7, 'x', [], { tabSize: 3, vim: 'yes', wrap: null }])('%j is as good as none', (kept) => {
    expect(parsePageSettings(kept)).toEqual(defaultPageSettings)
  })

  test('what is right is taken, field by field, and nothing else', () => {
    const kept = { vim: true, tabSize: 8, wrap: 'no', other: true }
    expect(parsePageSettings(kept)).toEqual({ ...defaultPageSettings, vim: true, tabSize: 8 })
  })
})

describe('files', () => {
  const bytes = (...list: number[]) => Uint8Array.from(list)

  test.each([
    ['UTF-8', new TextEncoder().encode('naïve 写'), 'naïve 写'],
    ['UTF-8 with its mark', bytes(0xef, 0xbb, 0xbf, 0x61), 'a'],
    ['UTF-16, little end first', bytes(0xff, 0xfe, 0x61, 0, 0x99, 0x51), 'a写'.replace('写', '\u5199')],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0, 0x61), 'a'],
    ['an old Western encoding', bytes(0x6e, 0x61, 0xef, 0x76, 0x65), 'naïve'],
    ['nothing', bytes(), ''],
  ])('%s is text', (_name, content, text) => {
    expect(decode(content)).toBe(text)
  })

  test.each([
    ['a zero byte', bytes(0x61, 0, 0x62)],
    ['a picture', bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 0xff)],
  ])('%s is no text', (_name, content) => {
    expect(decode(content)).toBeUndefined()
  })

  test('the ending of a name says the language', () => {
    expect(languageOf('a.b.PY')).toBe('python')
    expect(languageOf('README.md')).toBe('markdown')
    for (const name of ['Makefile', '.', 'a.', 'a.unknown', 'a.constructor']) expect(languageOf(name)).toBeUndefined()
    expect(languages).toContain(languageOf('a.ts'))
  })
})
