// The page's own keys, wherever the focus is. What they do loads with the first of them.
import { fits, type PageShortcut, pageShortcuts } from '../actions/shortcuts.ts'
import type { DocumentView } from './document-view.ts'

/** Listens until the returned function is called. */
export function listenToKeys(view: DocumentView, isMarkdown: () => boolean): () => void {
  const onKey = (event: KeyboardEvent) => {
    const found = (Object.keys(pageShortcuts) as PageShortcut[]).find((name) => fits(event, pageShortcuts[name]))
    if (found === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act(found, view, isMarkdown())
  }
  // Before the editor: its own keys never are the page's.
  addEventListener('keydown', onKey, { capture: true })
  return () => removeEventListener('keydown', onKey, { capture: true })
}

function act(name: PageShortcut, view: DocumentView, isMarkdown: boolean): void {
  switch (name) {
    case 'palette':
    case 'settings':
    case 'shortcuts':
      view.dialog.value = view.dialog.peek() === name ? undefined : name
      return
    case 'chat':
    case 'people':
      view.toggle(name)
      return
    case 'outline':
      if (isMarkdown) view.toggle('outline')
      return
    case 'preview':
      if (isMarkdown) view.show(view.mode.peek() === 'write' ? 'both' : 'write')
      return
  }
}
