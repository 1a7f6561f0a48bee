// The page's sentences: every language has all of them, and none stands anywhere else.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en } from '../../client/words/en.ts'
import { languageFor, refusalText, setWords } from '../../client/words/words.ts'
import { zh } from '../../client/words/zh.ts'
import { errorCodes } from '../../shared/errors.ts'

/** Every sentence by its path: its kind, and for functions how much goes into it. */
function shapeOf(value: unknown, path = ''): string[] {
  if (typeof value === 'function') return [`${path}: sentence of ${value.length}`]
  if (Array.isArray(value)) return [`${path}: ${value.length} words`]
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`]
  return Object.entries(value).flatMap(([key, inner]) => shapeOf(inner, path === '' ? key : `${path}.${key}`))
}

/** Sentences a function was given sample values for, as a person would see them. */
function sentencesOf(value: unknown): string[] {
  if (typeof value === 'function') return [String(value('2', '3', '4'))]
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(sentencesOf) : []
}

describe('every language', () => {
  const leftOut = (path: string) => !path.startsWith('refusals.')

  test('has the same sentences, of the same things', () => {
    expect(shapeOf(zh).filter(leftOut)).toEqual(shapeOf(en).filter(leftOut))
  })

  test.each([en, zh])('has no empty sentence: $tag', (words) => {
    expect(
      sentencesOf(words).filter((sentence) => sentence.trim() === '' || /undefined|\[object/.test(sentence)),
    ).toEqual([])
  })

  test('Chinese says every refusal itself, English leaves it to the server', () => {
    expect(Object.keys(zh.refusals).sort()).toEqual(Object.keys(errorCodes).sort())
    setWords(zh)
    expect(refusalText({ code: 'busy', message: 'A sentence.' })).toBe(zh.refusals.busy)
    setWords(en)
    expect(refusalText({ code: 'busy', message: 'A sentence.' })).toBe('A sentence.')
  })

  test('is translated: hardly a Chinese sentence is without a Chinese letter', () => {
    const plain = sentencesOf(zh).filter((sentence) => !/\p{Script=Han}/u.test(sentence))
    expect(plain.filter((sentence) => /[a-z]{3}/.test(sentence.replace(/^(zh-CN|ltr)$/, '')))).toEqual([])
  })

  test('numbers have their plural', () => {
    expect(en.save.changes(1)).toBe('1 change')
    expect(en.save.changes(2)).toBe('2 changes')
    expect(en.status.words(1_000)).toBe('1,000 words')
    expect(zh.save.changes(2)).toBe('2 处修改')
  })
})

describe('the language of a reader', () => {
  test.each([
    [['zh-Hans-CN', 'en'], 'zh'],
    [['fr-FR', 'zh-TW'], 'zh'],
    [['fr-FR', 'en-US', 'zh'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('%j reads %s', (preferred, expected) => {
    expect(languageFor(preferred)).toBe(expected)
  })
})

/**
 * Sentences that no source says, as `group.sentence`: who says one names its group, too. Sentences that are chosen
 * by a value (a role, a theme) are looked at as one.
 */
function unsaid(words: object, sources: readonly string[]): string[] {
  const groups = Object.entries(words).filter(([name, group]) => typeof group === 'object' && name !== 'refusals')
  return groups.flatMap(([name, group]) => {
    const ofGroup = sources.filter((source) => new RegExp(`\\.${name}\\b|\\b${name}: \\w+`).test(source))
    const isSaid = (sentence: string) => {
      const said = new RegExp(`\\.${sentence}\\b|'${sentence}'|[{,]\\s*${sentence}\\s*[,}]`)
      return ofGroup.some((source) => said.test(source))
    }
    return Object.keys(group as object).flatMap((sentence) => (isSaid(sentence) ? [] : [`${name}.${sentence}`]))
  })
}

describe('no sentence is kept that nobody says', () => {
  const client = join(import.meta.dirname, '../../client')
  const sources = readdirSync(client, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/^words[\\/](en|zh)/.test(file))
    .map((file) => readFileSync(join(client, file), 'utf8'))

  test('in the page', () => expect(unsaid(en, sources)).toEqual([]))

  test('and one would be found', () => {
    expect(unsaid({ save: { saved: 'Saved', gone: 'Gone' } }, ['words().save.saved', 'it.gone'])).toEqual(['save.gone'])
  })
})

/** What of a component's source a person would see and no language has: text between tags, and in attributes that speak. */
function visibleStrings(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const attributes = [...code.matchAll(/\b(?:aria-\w+|title|placeholder|label|alt)="([^"]*[A-Za-z]{2}[^"]*)"/g)]
  const texts = [...code.matchAll(/<(?:[a-zA-Z][^<>]*)?>\s*([^<>{}=;()]*[A-Za-z]{2}[^<>{}=;()]*)\s*<\//g)]
  return [
    ...attributes.filter(
      ([all]) =>
        !/^aria-(?:live|labelledby|describedby|haspopup|controls|hidden|current|autocomplete|atomic|activedescendant|orientation|modal|expanded|pressed|selected|busy|checked)="/.test(
          all,
        ),
    ),
    ...texts,
  ]
    .map(([, text = '']) => text.trim())
    .filter((text) => text !== 'Scriptorium')
}

describe('no sentence stands in a component', () => {
  const client = join(import.meta.dirname, '../../client')
  const files = readdirSync(client, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))

  test.each(files)('%s', (file) => {
    expect(visibleStrings(readFileSync(join(client, file), 'utf8'))).toEqual([])
  })

  test('and one would be found', () => {
    expect(visibleStrings('<p class="a">Hello you</p>')).toEqual(['Hello you'])
    expect(visibleStrings('<button type="button"\n onClick={f}\n>\n  {words().close}\n</button>')).toEqual([])
    expect(visibleStrings('<button>\n  Close\n</button>')).toEqual(['Close'])
    expect(visibleStrings('<input placeholder="Write here" aria-label="Text" aria-live="polite" />')).toEqual([
      'Write here',
      'Text',
    ])
  })
})
