import { LanguageDescription } from '@codemirror/language'
import { languages as packages } from '@codemirror/language-data'
import { expect, test } from 'vitest'
import { settingsOf } from '../../server/document-meta.ts'
import type { Lineage } from '../../shared/ids.ts'
import { languages, parseLanguage } from '../../shared/settings.ts'

test('every language id but `text` finds a package of its own in the editor’s list', () => {
  const found = languages.map((id) => LanguageDescription.matchLanguageName(packages, id, false)?.name)
  expect(languages.filter((_, i) => found[i] === undefined)).toEqual(['text'])
  expect(new Set(found).size).toBe(languages.length)
})

test('a language is one of the list, whatever else is asked for', () => {
  for (const language of languages) expect(parseLanguage(language)).toBe(language)
  for (const value of ['', 'Markdown', 'toString', '__proto__', 0, null, undefined, ['markdown']]) {
    expect(parseLanguage(value)).toBeUndefined()
  }
})

test('a stored language that this version does not know is shown as the default', () => {
  const meta = {
    version: 1 as const,
    title: 'T',
    createdAt: 0,
    lineage: 'L' as Lineage,
    keys: { own: [], edit: [], view: [] },
  }
  expect(settingsOf({ ...meta, language: 'volapuk' })).toEqual({ title: 'T', language: 'markdown' })
  expect(settingsOf({ ...meta, language: 'sql' })).toEqual({ title: 'T', language: 'sql' })
})
