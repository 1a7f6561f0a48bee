// A text as the blocks of its preview: each is rendered, sanitised and put in place by itself, so each is bounded. Pure.
import type { MarkdownIt, Token } from 'markdown-it'
import { limits } from '../../shared/limits.ts'
import { divide } from './divide.ts'
import type { Block, Heading, Rendered, RenderRequest } from './messages.ts'
import { makeMarkdown, type RenderEnv } from './rules.ts'

/** Colours a piece of code as HTML; `undefined` when it cannot. */
export type ColourCode = (code: string, language: string) => string | undefined

export type CodeBlock = { language: string; code: string }

export class MarkdownText {
  readonly isCut: boolean
  private readonly md: MarkdownIt = makeMarkdown()
  private readonly tokens: Token[]
  private readonly env: RenderEnv

  constructor({ text, kind, labels }: Pick<RenderRequest, 'text' | 'kind' | 'labels'>) {
    this.isCut = text.length > limits.previewTextLengthMax
    this.env = { kind, labels }
    const shown = this.isCut
      ? text.slice(0, text.lastIndexOf('\n', limits.previewTextLengthMax) + 1 || limits.previewTextLengthMax)
      : text
    this.tokens = this.md.parse(shown, this.env)
  }

  /** The code in it, for who loads what colours it. */
  get code(): CodeBlock[] {
    return this.tokens
      .filter(({ type }) => type === 'fence')
      .map(({ info, content }) => ({ language: info.trim().split(/\s+/)[0] ?? '', code: content }))
  }

  render(colour: ColourCode): Rendered {
    const headings = this.nameHeadings()
    const { escapeHtml } = this.md.utils
    this.md.renderer.rules.fence = (tokens, i) => {
      const { content, info } = tokens[i]!
      const inner = colour(content, info.trim().split(/\s+/)[0] ?? '') ?? escapeHtml(content)
      return `<pre tabindex="0"><code>${inner}</code></pre>`
    }
    this.md.renderer.rules.code_block = (tokens, i) =>
      `<pre tabindex="0"><code>${escapeHtml(tokens[i]!.content)}</code></pre>`
    const blocks: Block[] = []
    let line = 0
    for (const tokens of this.groups()) {
      line = tokens[0]?.map?.[0] ?? line
      blocks.push({ html: this.htmlOf(tokens, line), line })
    }
    return { blocks, headings, isCut: this.isCut }
  }

  private htmlOf(tokens: Token[], line: number): string {
    for (const { children } of tokens) {
      // From the beginning of its block: a line that is put in above changes no block below.
      for (const child of children ?? [])
        if (child.type === 'task')
          child.meta = { ...(child.meta as object), line: (child.meta as { line: number }).line - line }
    }
    const html = this.md.renderer.render(tokens, this.md.options, this.env)
    if (html.length <= limits.previewBlockLengthMax) return html
    // What cannot be divided and is larger than any honest paragraph stands as it was written, as far as it can.
    const written = tokens.map(({ content }) => content).join('')
    return `<pre tabindex="0"><code>${this.md.utils.escapeHtml(written.slice(0, limits.previewBlockLengthMax / 8))}…</code></pre>`
  }

  /** Tokens of the outermost elements; long lists, tables and notes in several parts. */
  private groups(): Token[][] {
    const groups: Token[][] = []
    let group: Token[] = []
    for (const token of this.tokens) {
      group.push(token)
      // What is between the notes says that it stands by itself, and does not.
      const isNote = group[0]?.type === 'footnote_block_open' && token.type !== 'footnote_block_close'
      if (isNote || token.level !== 0 || token.nesting === 1) continue
      groups.push(...divide(group))
      group = []
    }
    return group.length > 0 ? [...groups, group] : groups
  }

  private nameHeadings(): Heading[] {
    const headings: Heading[] = []
    const used = new Map<string, number>()
    this.tokens.forEach((token, i) => {
      if (token.type !== 'heading_open') return
      const text = plainText(this.tokens[i + 1]?.children ?? [])
      const slug =
        text
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]+/gu, '')
          .trim()
          .replace(/\s+/gu, '-')
          .slice(0, 100) || 'section'
      const times = used.get(slug) ?? 0
      used.set(slug, times + 1)
      const id = times === 0 ? slug : `${slug}-${times}`
      token.meta = { id }
      // Headings in quotes and lists are no parts of the document.
      if (token.level === 0)
        headings.push({ level: Number(token.tag.slice(1)), text: text.slice(0, 200), line: token.map?.[0] ?? 0, id })
    })
    return headings.slice(0, limits.outlineHeadingsMax)
  }
}

const plainText = (tokens: readonly Token[]): string =>
  tokens
    .map(({ type, content, children }) =>
      type === 'image'
        ? plainText(children ?? [])
        : type === 'text' || type === 'code_inline'
          ? content
          : type === 'softbreak'
            ? ' '
            : '',
    )
    .join('')
    .trim()
