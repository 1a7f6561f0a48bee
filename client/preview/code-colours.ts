// Code in a preview, in the colours of its language. The packages are the editor's; each loads when it is first needed.
import { LanguageDescription, type LanguageSupport } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { highlightCode, tagHighlighter, tags } from '@lezer/highlight'
import { limits } from '../../shared/limits.ts'
import type { CodeBlock, ColourCode } from './blocks.ts'

const highlighter = tagHighlighter([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.definitionKeyword], class: 'code-keyword' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted], class: 'code-string' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit], class: 'code-value' },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], class: 'code-name' },
  { tag: [tags.typeName, tags.className, tags.tagName], class: 'code-name' },
  { tag: [tags.attributeName, tags.propertyName], class: 'code-value' },
  { tag: [tags.comment, tags.meta], class: 'code-comment' },
  { tag: tags.deleted, class: 'code-deleted' },
])

const loaded = new Map<string, LanguageSupport | undefined>()
/** Different languages in one text: more are shown without colours. */
const languagesMax = 20

/** Loads what these blocks need. A language that nobody knows, or that cannot be had, stays without colours. */
export async function loadColours(blocks: readonly CodeBlock[]): Promise<ColourCode> {
  const wanted = [...new Set(blocks.map(({ language }) => language.toLowerCase()))].filter((name) =>
    /^[a-z0-9+#._-]{1,24}$/.test(name),
  )
  await Promise.all(wanted.slice(0, languagesMax).map(load))
  return colour
}

async function load(name: string): Promise<void> {
  if (loaded.has(name)) return
  const description =
    LanguageDescription.matchLanguageName(languages, name, false) ??
    languages.find(({ extensions }) => extensions.includes(name))
  loaded.set(name, await description?.load().catch(() => undefined))
}

const colour: ColourCode = (code, language) => {
  const support = loaded.get(language.toLowerCase())
  if (support === undefined || code.length > limits.previewCodeLengthMax) return undefined
  let html = ''
  highlightCode(
    code,
    support.language.parser.parse(code),
    highlighter,
    (text, classes) => {
      html += classes === '' ? asHtml(text) : `<span class="${classes}">${asHtml(text)}</span>`
    },
    () => {
      html += '\n'
    },
  )
  return html
}

const asHtml = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
