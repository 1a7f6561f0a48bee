// Every language but Markdown: CodeMirror's own packages, each loaded when a document is first shown in it.
import { HighlightStyle, LanguageDescription, syntaxHighlighting } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import type { Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'
import type { Language } from '../../shared/settings.ts'

/** The colours of code are few and quiet: what is said in words, what is a name, what is a value, what is an aside. */
const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.definitionKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit], color: 'var(--code-value)' },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], color: 'var(--code-name)' },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.heading], color: 'var(--code-name)' },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--code-value)' },
  { tag: [tags.comment, tags.meta, tags.processingInstruction], color: 'var(--ink-3)' },
  { tag: [tags.deleted, tags.invalid], color: 'var(--danger)' },
  { tag: [tags.strong, tags.heading], fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.link, color: 'var(--accent)' },
])

/** Rejects when the package cannot be had. */
export async function loadPack(id: Language): Promise<Extension> {
  const description = LanguageDescription.matchLanguageName(languages, id, false)
  if (description === null) throw new Error(`no language package is called ${id}`)
  return [await description.load(), syntaxHighlighting(style)]
}
