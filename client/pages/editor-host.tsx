// Where the editor stands in the page, for as long as its session does.
import type { Extension } from '@codemirror/state'
import { effect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { openEditor } from '../editor/editor.ts'
import type { SettingsStore } from '../ui/settings.ts'
import { DocumentLanguage, late } from './document-language.ts'
import type { DocumentSession } from './document-session.ts'
import { labelsOfClients } from './people.ts'

export function EditorHost({ session, settings }: { session: DocumentSession; settings: SettingsStore }): JSX.Element {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    let end: (() => void) | undefined
    let isOver = false
    const language = new DocumentLanguage(session)
    // Text without its colours and keys for a blink would flicker: it waits for them, but not for long.
    const waiting = Promise.all([language.firstOrSoon(), Promise.race([writing(), late([])])])
    void waiting.then(([first, keys]) => {
      if (!isOver) end = open({ parent, session, settings, language }, first, keys)
    })
    return () => {
      isOver = true
      end?.()
    }
  }, [session, settings])
  return <div class={`editor${settings.now.value.othersCursors ? '' : ' without-cursors'}`} ref={host} />
}

/** The editor's keys; none when they cannot be had: what the browser itself does with keys is enough to write. */
const writing = (): Promise<Extension> => import('../editor/writing.ts').then((it) => it.writing).catch(() => [])

type Place = { parent: HTMLElement; session: DocumentSession; settings: SettingsStore; language: DocumentLanguage }

function open({ parent, session, settings, language }: Place, first: Extension, keys: Extension): () => void {
  const editor = openEditor({
    parent,
    text: session.text,
    awareness: session.provider.awareness,
    isReadOnly: isReadOnly(session),
    language: first,
    writing: keys,
    settings: settings.now.peek(),
    onFirstLine: (line) => {
      session.firstLine.value = line
    },
    onMissing: () => session.options.events.partMissing(),
  })
  session.editor.value = editor
  const ends = [
    effect(() => editor.setReadOnly(isReadOnly(session))),
    effect(() => editor.setSettings(settings.now.value)),
    effect(() => editor.setCursorNames(labelsOfClients(session.provider.people, session.people.value))),
    language.follow((extension) => editor.setLanguage(extension)),
  ]
  if (Array.isArray(keys) && keys.length === 0) {
    void writing().then((late) => session.editor.peek() === editor && editor.setWriting(late))
  }
  // On a small screen the keyboard would cover what one came to read.
  if (matchMedia('(pointer: fine)').matches && !isReadOnly(session)) editor.focus()
  return () => {
    session.editor.value = undefined
    for (const end of ends) end()
    editor.close()
  }
}

/** Without an answer of the server yet, text kept by the browser may be written on: it was writable before. */
const isReadOnly = (session: DocumentSession): boolean =>
  session.role.value === 'view' || session.status.value === 'refused'
