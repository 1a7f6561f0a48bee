// Markdown, as much of it as helps reading what is written: headings, emphasis, code, links, quotes, lists, and what can be
// folded. Loaded beside the document.
import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'
import { type MarkdownConfig, parser, Strikethrough, TaskList } from '@lezer/markdown'
import { blocks, sections } from './markdown-folding.ts'

const data = defineLanguageFacet({ commentTokens: { block: { open: '<!--', close: '-->' } } })

const style = HighlightStyle.define([
  { tag: tags.heading1, fontSize: '1.75em', lineHeight: '1.3', fontWeight: '600', letterSpacing: '-0.015em' },
  { tag: tags.heading2, fontSize: '1.25em', lineHeight: '1.4', fontWeight: '600', letterSpacing: '-0.01em' },
  { tag: tags.heading, fontWeight: '600' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: tags.monospace, fontFamily: 'var(--font-code)', fontSize: '0.875em' },
  { tag: tags.quote, color: 'var(--ink-2)' },
  { tag: tags.link, color: 'var(--accent)' },
  { tag: tags.url, color: 'var(--ink-3)' },
  { tag: tags.list, color: 'inherit' },
  { tag: tags.atom, color: 'var(--accent)' },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: 'var(--ink-3)', fontWeight: '400' },
  { tag: [tags.labelName, tags.character, tags.escape, tags.comment], color: 'var(--ink-3)' },
])

/**
 * A paragraph is parsed as a whole at every key: one of a megabyte (lines without an empty one between) took 200 ms.
 * Behind this many characters, UTF-16 units, a new one begins at the next line.
 */
const paragraphLengthMax = 8_000

const shortParagraphs: MarkdownConfig = {
  parseBlock: [
    {
      name: 'ShortParagraph',
      parse: () => false,
      endLeaf: (_context, _line, leaf) => leaf.content.length > paragraphLengthMax,
    },
  ],
}

export const markdown: Extension = [
  new Language(data, parser.configure([Strikethrough, TaskList, shortParagraphs, blocks]), [], 'markdown').extension,
  sections,
  syntaxHighlighting(style),
]
