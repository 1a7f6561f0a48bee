// A text as a file or on the clipboard: as it is written, or as the web page that its preview shows.
import type { Block } from '../preview/messages.ts'
import { Renderer } from '../preview/renderer.ts'
import { sanitise } from '../preview/sanitise.ts'
import { copyText, downloadText, fileNameOf } from '../ui/copy.ts'

type Wanted = { title: string; text: string; ending: 'md' | 'txt' | 'html' }

const types = { md: 'text/markdown', txt: 'text/plain', html: 'text/html' } as const

/** Rejects when a page was wanted and could not be made. */
export async function download({ title, text, ending }: Wanted): Promise<void> {
  const content = ending === 'html' ? pageOf(title, await render(text)) : text
  downloadText(content, fileNameOf(title, ending), types[ending])
}

/** False when the browser does not let the page copy. Rejects when the text could not be rendered. */
export async function copy({ text, kind }: { text: string; kind: 'markdown' | 'html' }): Promise<boolean> {
  if (kind === 'markdown') return copyText(text)
  const html = render(text)
  return (await copyByClipboard(html, text)) || copyByEvent(await html, text)
}

/** Asked before the page is made, while the press of the person still counts: the browser waits for it. */
async function copyByClipboard(html: Promise<string>, text: string): Promise<boolean> {
  if (!navigator.clipboard || typeof ClipboardItem === 'undefined') return false
  try {
    const item = new ClipboardItem({
      'text/html': html.then((it) => new Blob([it], { type: 'text/html' })),
      'text/plain': new Blob([text], { type: 'text/plain' }),
    })
    await navigator.clipboard.write([item])
    return true
  } catch {
    // Refused, or there is no page to copy, which the caller finds out: the old way may still work.
    return false
  }
}

function copyByEvent(html: string, text: string): boolean {
  let isTaken = false
  const take = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData?.setData('text/html', html)
    event.clipboardData?.setData('text/plain', text)
    isTaken = true
  }
  document.addEventListener('copy', take, { capture: true })
  try {
    document.execCommand('copy')
  } finally {
    document.removeEventListener('copy', take, { capture: true })
  }
  return isTaken
}

/** Sanitised HTML of the whole text, as far as a preview goes. */
async function render(text: string): Promise<string> {
  const renderer = new Renderer()
  try {
    const { blocks } = await renderer.render(text, 'file')
    return await sanitised(blocks)
  } finally {
    renderer.close()
  }
}

const sliceMs = 6

/** A few milliseconds' worth at a time: one can write while a long text is made into a page. */
async function sanitised(blocks: readonly Block[]): Promise<string> {
  const parts: string[] = []
  let until = performance.now() + sliceMs
  for (const { html } of blocks) {
    if (performance.now() > until) {
      await nextTask()
      until = performance.now() + sliceMs
    }
    const host = document.createElement('div')
    host.append(sanitise(html))
    for (const box of host.querySelectorAll('input')) box.setAttribute('disabled', '')
    parts.push(host.innerHTML)
  }
  return parts.join('')
}

/** Not by a timer: who looks at another tab meanwhile would wait for a second each time. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

const style = `body{max-width:42rem;margin:3rem auto;padding:0 1.5rem;font:1rem/1.6 system-ui,sans-serif;color:#222}
pre{padding:1rem;overflow:auto;background:#f5f5f3;border-radius:.5rem}code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9em}
blockquote{margin-inline:0;padding-inline-start:1rem;border-inline-start:3px solid #ddd;color:#555}
table{border-collapse:collapse}th,td{padding:.35rem .75rem;border:1px solid #ddd}img{max-width:100%}
.align-center{text-align:center}.align-right{text-align:end}.task{list-style:none}`

/** One file that needs nothing else, and asks for nothing. */
function pageOf(title: string, html: string): string {
  const name = title.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
  return `<!doctype html>
<html lang="${document.documentElement.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>
${style}
</style>
</head>
<body>
${html}
</body>
</html>
`
}
