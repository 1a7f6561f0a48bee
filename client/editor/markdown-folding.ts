// What can be folded in Markdown: a heading with all that stands under it, and blocks of several lines.
import { foldNodeProp, foldService, syntaxTree } from '@codemirror/language'
import type { EditorState, Extension } from '@codemirror/state'
import type { MarkdownConfig } from '@lezer/markdown'

type Range = { from: number; to: number }
type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>

/** 1–6, or `undefined` for what is no heading. */
const levelOf = (nodeName: string): number | undefined => {
  const found = /^(?:ATX|Setext)Heading([1-6])$/.exec(nodeName)
  return found === null ? undefined : Number(found[1])
}

/** The heading that begins on this line of Markdown. */
export function headingOf(state: EditorState, line: Range): SyntaxNode | undefined {
  let node = syntaxTree(state).resolveInner(line.to, -1)
  while (node.parent !== null && levelOf(node.name) === undefined) node = node.parent
  return levelOf(node.name) === undefined || node.from < line.from ? undefined : node
}

/** Behind a heading's line to the end of its section: the next heading of its level or above. */
export const sections: Extension = foldService.of((state, from, to): Range | null => {
  const heading = headingOf(state, { from, to })
  if (heading === undefined) return null
  const level = levelOf(heading.name)!
  let last = heading
  for (let next = heading.nextSibling; next !== null; next = next.nextSibling) {
    if ((levelOf(next.name) ?? Number.POSITIVE_INFINITY) <= level) break
    last = next
  }
  return last.to > to ? { from: to, to: last.to } : null
})

/** All but the first line of them. */
export const blocks: MarkdownConfig = {
  props: [
    foldNodeProp.add({
      'FencedCode Blockquote ListItem': ({ from, to }, state) => ({ from: state.doc.lineAt(from).to, to }),
    }),
  ],
}
