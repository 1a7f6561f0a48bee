// How Markdown becomes HTML here: no HTML of the writer's, no address but the web's and mail's, no picture from elsewhere.
import Markdown, { type Env, type MarkdownIt, type Token } from 'markdown-it'
import footnote from 'markdown-it-footnote'
import type { RenderLabels } from './messages.ts'

export type RenderEnv = Env & { kind: 'page' | 'file'; labels: RenderLabels }

const pictureLengthMax = 1_400_000
/** A picture that stands in the text itself; of kinds that are nothing but pictures. */
const isInlinePicture = (address: string) =>
  address.length <= pictureLengthMax && /^data:image\/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=]+$/i.test(address)
const isWebAddress = (address: string) => /^(?:https?:\/\/|mailto:)/i.test(address)

export function makeMarkdown(): MarkdownIt {
  const md = new Markdown({ html: false, linkify: true, typographer: false, maxNesting: 30 })
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  md.use(footnote)
  md.validateLink = (address) => isWebAddress(address) || address.startsWith('#') || isInlinePicture(address)
  md.core.ruler.after('inline', 'tasks', ({ tokens }) => markTasks(tokens))
  const { rules } = md.renderer
  const { escapeHtml } = md.utils

  const anchor = (env: RenderEnv, to: string, inner: string, label = '') => {
    const name = label === '' ? '' : ` aria-label="${escapeHtml(label)}"`
    return env.kind === 'file'
      ? `<a href="#${escapeHtml(to)}"${name}>${inner}</a>`
      : `<a role="link" tabindex="0" data-to="${escapeHtml(to)}"${name}>${inner}</a>`
  }
  const named = (env: RenderEnv, id: string) =>
    env.kind === 'file' ? `id="${escapeHtml(id)}"` : `data-id="${escapeHtml(id)}"`

  rules.link_open = (tokens, i, _options, env) => {
    const href = String(tokens[i]?.attrGet('href') ?? '')
    if (!href.startsWith('#'))
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">`
    return anchor(env as RenderEnv, decoded(href.slice(1)), '').replace(/<\/a>$/, '')
  }
  rules.image = (tokens, i, options, env, self) => {
    const token = tokens[i]!
    const src = String(token.attrGet('src') ?? '')
    const alt = self.renderInlineAsText(token.children ?? [], options, env)
    if (isInlinePicture(src)) return `<img src="${escapeHtml(src)}" alt="${escapeHtml(alt)}">`
    const name = escapeHtml(alt === '' ? (env as RenderEnv).labels.image : `${(env as RenderEnv).labels.image}: ${alt}`)
    if (!isWebAddress(src)) return `<span class="picture">${name}</span>`
    return `<a class="picture" href="${escapeHtml(src)}" target="_blank" rel="noopener noreferrer nofollow">${name}</a>`
  }
  for (const cell of ['th_open', 'td_open'] as const) {
    rules[cell] = (tokens, i) => {
      const token = tokens[i]!
      const side = /text-align:(center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1]
      return side === undefined ? `<${token.tag}>` : `<${token.tag} class="align-${side}">`
    }
  }
  rules.heading_open = (tokens, i, _options, env) =>
    `<${tokens[i]!.tag} ${named(env as RenderEnv, String((tokens[i]!.meta as { id?: string } | null)?.id ?? ''))}>`
  rules.footnote_ref = (tokens, i, _options, env) => {
    const { id, subId } = tokens[i]!.meta as { id: number; subId: number }
    const [n, sub] = [id + 1, subId > 0 ? `-${subId}` : '']
    return `<sup class="footnote-ref" ${named(env as RenderEnv, `fnref${n}${sub}`)}>${anchor(env as RenderEnv, `fn${n}`, String(n))}</sup>`
  }
  rules.footnote_block_open = (tokens, i) => {
    const [start, goesOn] = [tokens[i]!.attrGet('start'), tokens[i]!.attrGet('class')]
    const classes = ['footnotes', ...(start === null ? [] : ['continued']), ...(goesOn === null ? [] : [goesOn])]
    return `<section class="${classes.join(' ')}"><ol${start === null ? '' : ` start="${start}"`}>`
  }
  rules.footnote_block_close = () => '</ol></section>'
  rules.footnote_open = (tokens, i, _options, env) =>
    `<li ${named(env as RenderEnv, `fn${(tokens[i]!.meta as { id: number }).id + 1}`)}>`
  rules.footnote_anchor = (tokens, i, _options, env) => {
    const { id, subId } = tokens[i]!.meta as { id: number; subId: number }
    const { labels } = env as RenderEnv
    return ` ${anchor(env as RenderEnv, `fnref${id + 1}${subId > 0 ? `-${subId}` : ''}`, '↩', labels.back)}`
  }
  rules.task = (tokens, i, _options, env) => {
    const { isDone, line } = tokens[i]!.meta as { isDone: boolean; line: number }
    const { labels } = env as RenderEnv
    return `<input type="checkbox"${isDone ? ' checked' : ''} data-task="${line}" aria-label="${escapeHtml(isDone ? labels.done : labels.open)}"> `
  }
  return md
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `- [ ] text` and `- [x] text`: the marks become a box, in items of lists only. */
function markTasks(tokens: Token[]): void {
  tokens.forEach((token, i) => {
    const [paragraph, item] = [tokens[i - 1], tokens[i - 2]]
    if (token.type !== 'inline' || paragraph?.type !== 'paragraph_open' || item?.type !== 'list_item_open') return
    const first = token.children?.[0]
    const match = first?.type === 'text' ? /^\[([ xX])\]\s+/.exec(first.content) : null
    if (first === undefined || match === null || match[1] === undefined) return
    first.content = first.content.slice(match[0].length)
    const box = new (token.constructor as new (type: string, tag: string, nesting: 0) => Token)('task', '', 0)
    box.meta = { isDone: match[1] !== ' ', line: token.map?.[0] ?? 0 }
    token.children?.unshift(box)
    item.attrJoin('class', 'task')
  })
}
