// Renders previews beside the page. Whoever started it gives it a time, and ends it when that is over.
import { MarkdownText } from './blocks.ts'
import type { RenderAnswer, RenderRequest } from './messages.ts'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<RenderRequest>) => void) | null
  postMessage(answer: RenderAnswer): void
}

scope.onmessage = async ({ data }) => {
  try {
    const text = new MarkdownText(data)
    const { code } = text
    // The colours are the larger part of the work's code: a text without code never loads them.
    const colour = code.length === 0 ? () => undefined : await (await import('./code-colours.ts')).loadColours(code)
    scope.postMessage({ n: data.n, rendered: text.render(colour) })
  } catch (error) {
    scope.postMessage({ n: data.n, failed: String(error) })
  }
}
