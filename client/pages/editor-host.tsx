// Where the editor stands in the page, for as long as its session does.
import { effect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { openEditor } from '../editor/editor.ts'
import type { DocumentSession } from './document-session.ts'

export function EditorHost({ session }: { session: DocumentSession }): JSX.Element {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    const editor = openEditor({
      parent,
      text: session.text,
      awareness: session.provider.awareness,
      isReadOnly: isReadOnly(session),
      onFirstLine: (line) => {
        session.firstLine.value = line
      },
    })
    const stop = effect(() => editor.setReadOnly(isReadOnly(session)))
    // On a small screen the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches && !isReadOnly(session)) editor.focus()
    return () => {
      stop()
      editor.close()
    }
  }, [session])
  return <div class="editor" ref={host} />
}

/** Without an answer of the server yet, text kept by the browser may be written on: it was writable before. */
const isReadOnly = (session: DocumentSession): boolean =>
  session.role.value === 'view' || session.status.value === 'refused'
