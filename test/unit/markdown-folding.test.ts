// What can be folded in Markdown, and where a fold begins and ends.
import { ensureSyntaxTree, foldable, foldEffect } from '@codemirror/language'
import { EditorState, type Transaction, type TransactionSpec } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { describe, expect, test } from 'vitest'
import { foldHere } from '../../client/editor/fold-here.ts'
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

describe('the command folds, with the cursor at the |,', () => {
  /** What it hides. */
  function folded(marked: string): string | undefined {
    const doc = marked.replace('|', '')
    const state = EditorState.create({ doc, selection: { anchor: marked.indexOf('|') }, extensions: markdown })
    ensureSyntaxTree(state, doc.length, 5_000)
    const done: Transaction[] = []
    const dispatch = (spec: TransactionSpec) => done.push(state.update(spec))
    foldHere({ state, dispatch } as unknown as EditorView)
    const effect = done.flatMap(({ effects }) => effects).find((it) => it.is(foldEffect))
    return effect?.is(foldEffect) ? doc.slice(effect.value.from, effect.value.to) : undefined
  }
  test('what begins on its line', () => {
    expect(folded('# One\n\na\n\n## T|wo\n\nb\n')).toBe('\n\nb')
    expect(folded('# One\n\n- a|\n  - b\n- c\n')).toBe('\n  - b')
  })
  test('else the innermost section around it', () => {
    expect(folded('# One\n\na\n\n## Two\n\nb|\n\nc\n\n## Three\n')).toBe('\n\nb\n\nc')
    expect(folded('# One\n\n|a\n\n## Two\n\nb\n')).toBe('\n\na\n\n## Two\n\nb')
    expect(folded('# One\n\n```js\na|\n```\n')).toBe('\na\n```')
  })
  test('also from the empty lines between that section and the next', () => {
    expect(folded('# One\n\na\n\n## Two\n\nb\n|\n## Three\n\nc\n')).toBe('\n\nb')
    expect(folded('# One\n\na\n\n\n|')).toBe('\n\na')
    expect(folded('# One\n\n- a\n  - b\n\n|\n')).toBe('\n\n- a\n  - b')
  })
  test('nothing where there is nothing', () => {
    expect(folded('a\n\nb|\n\n# One\n\nc\n')).toBe(undefined)
    expect(folded('# One\n|\n# Two\n')).toBe(undefined)
  })
})
