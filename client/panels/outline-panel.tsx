// The headings of a Markdown text, as a way through it.
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { DocumentSession } from '../pages/document-session.ts'
import type { DocumentView } from '../pages/document-view.ts'
import type { Heading } from '../preview/messages.ts'
import { Preview } from '../preview/preview.ts'
import { words } from '../words/words.ts'
import { SidePanel } from './side-panel.tsx'
import '../styles/outline.css'

type OutlineProps = { session: DocumentSession; view: DocumentView; onClose: () => void }

export function OutlinePanel({ session, view, onClose }: OutlineProps): JSX.Element {
  const preview = Preview.of(session)
  useEffect(() => preview.use(), [preview])
  const headings = preview.rendered.value?.headings ?? []
  const top = Math.min(6, ...headings.map(({ level }) => level))
  const say = words().outline
  return (
    <SidePanel title={say.label} closeLabel={say.close} name="outline" onClose={onClose}>
      <nav class="panel-body" aria-label={say.here}>
        {headings.length === 0 ? (
          <p class="panel-empty">{say.empty}</p>
        ) : (
          <ol class="outline">
            {headings.map((heading) => (
              <li key={heading.id} class={`depth-${heading.level - top}`}>
                <button type="button" dir="auto" onClick={() => goTo(heading, session, view)}>
                  {heading.text || words().common.untitled}
                </button>
              </li>
            ))}
          </ol>
        )}
      </nav>
    </SidePanel>
  )
}

function goTo({ line, id }: Heading, session: DocumentSession, view: DocumentView): void {
  const editor = session.editor.peek()
  if (view.mode.peek() === 'read' || editor === undefined) {
    for (const place of document.querySelectorAll('.preview [data-id]')) {
      if (place.getAttribute('data-id') !== id) continue
      place.scrollIntoView({ block: 'start' })
      return
    }
    return
  }
  editor.goToLine(line + 1)
}
