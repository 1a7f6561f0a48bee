// What can be folded in Markdown, and where a fold begins and ends.
import { ensureSyntaxTree, foldable } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { markdown } from '../../client/editor/markdown.ts'

/** What would be hidden by a fold at the line that begins so; `undefined` where nothing can be folded. */
function hidden(doc: string, lineStart: string): string | undefined {
  const state = EditorState.create({ doc, extensions: markdown })
  ensureSyntaxTree(state, doc.length, 5_000)
  const line = state.doc.lineAt(doc.indexOf(lineStart))
  const range = foldable(state, line.from, line.to)
  return range === null ? undefined : doc.slice(range.from, range.to)
}

describe('a heading', () => {
  const doc = '# One\n\na\n\n## Two\n\nb\n\n### Three\n\nc\n\n## Four\n\nd\n\nUnderlined\n===\n\ne\n'
  test('hides all up to the next of its level or above', () => {
    expect(hidden(doc, '# One')).toBe(doc.slice(5, doc.indexOf('\n\nUnderlined')))
    expect(hidden(doc, '## Two')).toBe('\n\nb\n\n### Three\n\nc')
    expect(hidden(doc, '### Three')).toBe('\n\nc')
  })
  test('that is the last hides all to the end, and one without text under it nothing', () => {
    expect(hidden(doc, '===')).toBe(undefined)
    expect(hidden(doc, 'Underlined')).toBe('\n===\n\ne')
    expect(hidden('# One\n\n# Two\n', '# One')).toBe(undefined)
    expect(hidden('# One\n\n# Two\n', '# Two')).toBe(undefined)
  })
  test('in a quote ends with the quote', () => {
    expect(hidden('> # One\n> a\n\nb\n', '> # One')).toBe('\n> a')
  })
})

test('code, quotes and items of several lines fold to their first line, and a paragraph does not', () => {
  expect(hidden('```js\na\n```\n\nb', '```js')).toBe('\na\n```')
  expect(hidden('> a\n> b\n\nc', '> a')).toBe('\n> b')
  expect(hidden('- a\n  - b\n- c\n', '- a')).toBe('\n  - b')
  expect(hidden('- a\n- c\n', '- a')).toBe(undefined)
  expect(hidden('a\nb\n', 'a')).toBe(undefined)
})
