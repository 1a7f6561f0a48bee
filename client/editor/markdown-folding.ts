// What can be folded in Markdown: a heading with all that stands under it, and blocks of several lines.
import { foldNodeProp, foldService, syntaxTree } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import type { MarkdownConfig } from '@lezer/markdown'

type Range = { from: number; to: number }

/** 1–6, or `undefined` for what is no heading. */
const levelOf = (nodeName: string): number | undefined => {
  const found = /^(?:ATX|Setext)Heading([1-6])$/.exec(nodeName)
  return found === null ? undefined : Number(found[1])
}

/** Behind a heading's line to the end of its section: the next heading of its level or above. */
export const sections: Extension = foldService.of((state, lineStart, lineEnd): Range | null => {
  let heading = syntaxTree(state).resolveInner(lineEnd, -1)
  while (heading.parent !== null && levelOf(heading.name) === undefined) heading = heading.parent
  const level = levelOf(heading.name)
  if (level === undefined || heading.from < lineStart) return null
  let last = heading
  for (let next = heading.nextSibling; next !== null; next = next.nextSibling) {
    if ((levelOf(next.name) ?? Number.POSITIVE_INFINITY) <= level) break
    last = next
  }
  return last.to > lineEnd ? { from: lineEnd, to: last.to } : null
})

/** All but the first line of them. */
export const blocks: MarkdownConfig = {
  props: [
    foldNodeProp.add({
      'FencedCode Blockquote ListItem': ({ from, to }, state) => ({ from: state.doc.lineAt(from).to, to }),
    }),
  ],
}
