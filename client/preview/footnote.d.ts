// The plugin ships no types; all the page does with it is to hand it to markdown-it.
declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it'
  export default function footnote(md: MarkdownIt): void
}
