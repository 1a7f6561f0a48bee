// A document as one sees and writes it.
import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ActionTools } from '../actions/actions.ts'
import { languageName } from '../editor/language-names.ts'
import { Announcements, Announcer } from '../ui/announcer.tsx'
import { loadWhenIdle } from '../ui/on-demand.tsx'
import { ToastList, Toasts } from '../ui/toasts.tsx'
import { words } from '../words/words.ts'
import { announceEditsOnChoice, announceSession, guardLeaving, titleTab } from './document-effects.ts'
import { listenToKeys } from './document-keys.ts'
import { OpenDialog, OpenPanel, RefusedAtTheDoor, RefusedDialog, smallParts } from './document-parts.tsx'
import { DocumentSession } from './document-session.ts'
import { DocumentSheet } from './document-sheet.tsx'
import { DocumentSkeleton } from './document-skeleton.tsx'
import { DocumentView } from './document-view.ts'
import { watchFollowers } from './followers.ts'
import type { DocumentPageProps } from './page-context.ts'
import { tellRecovered } from './recovered-toast.ts'
import { TopBar } from './top-bar.tsx'
import '../styles/document.css'
import '../styles/cards.css'
import '../styles/panes.css'
import '../styles/print.css'
import '../styles/touch.css'

// On their way while the server is asked for the document: the editor waits for them, but not for long.
import('../editor/writing.ts').catch(() => undefined)
import('../editor/markdown.ts').catch(() => undefined)

export function DocumentPage({ context, link }: DocumentPageProps): JSX.Element {
  const [session, setSession] = useState<DocumentSession>()
  const [{ announcer, toasts }] = useState(() => ({ announcer: new Announcer(), toasts: new Toasts() }))
  const view = useMemo(() => new DocumentView(context.storage), [context])
  useEffect(() => {
    const { person, storage } = context
    const events = {
      languageChanged: (name: string, language: Parameters<typeof languageName>[0]) =>
        toasts.show(words().status.languageChanged(name, languageName(language))),
      titleChanged: (name: string, title: string) => toasts.show(words().title.changed(name, title)),
      languageMissing: () => toasts.show(words().status.notColoured),
      partMissing: () => toasts.show(words().common.partMissing),
    }
    setSession(new DocumentSession({ link, person, storage, events }))
    return () => {
      announcer.close()
      toasts.close()
    }
  }, [context, link, announcer, toasts])
  useEffect(() => {
    if (!session?.isReady.value) return
    context.usable()
    return loadWhenIdle(smallParts)
  }, [context, session, session?.isReady.value])
  useEffect(() => {
    if (session === undefined) return
    const ends = [announceSession(session, announcer), guardLeaving(session), titleTab(session)]
    ends.push(tellRecovered({ session, view, toasts }))
    ends.push(listenToKeys(view, () => session.language.peek() === 'markdown'))
    ends.push(watchFollowers(session, context.settings), announceEditsOnChoice(session, announcer, context.settings))
    return () => {
      for (const end of ends) end()
      // After startOver the provider is closed already: closing it again does nothing.
      void session.close()
    }
  }, [session, announcer, toasts, view, context])
  if (session === undefined) return <DocumentSkeleton />
  return (
    <>
      <OpenDocument tools={{ context, session, view, toasts }} onStartOver={() => setSession(session.startOver())} />
      <ToastList toasts={toasts} />
      <Announcements announcer={announcer} />
    </>
  )
}

type OpenProps = { tools: ActionTools; onStartOver: () => void }

function OpenDocument({ tools, onStartOver }: OpenProps): JSX.Element {
  const { context, session, view } = tools
  const refused = session.refusal.value
  if (refused !== undefined && !session.isReady.value) {
    return <RefusedAtTheDoor refusal={refused.refusal} context={context} />
  }
  const panel = view.panel.value
  return (
    <div class={`document${panel ? ' with-panel' : ''}`}>
      <button type="button" class="skip-link" onClick={focusEditor}>
        {words().editor.skip}
      </button>
      <TopBar {...tools} />
      <div class="work">
        <DocumentSheet tools={tools} />
        {panel && <OpenPanel name={panel} tools={tools} />}
      </div>
      {refused && <RefusedDialog session={session} onStartOver={onStartOver} />}
      {view.dialog.value && <OpenDialog {...tools} />}
    </div>
  )
}

/** A button, not a link to `#editor`: the part behind `#` is the document's key. */
function focusEditor(): void {
  document.getElementById('editor')?.focus()
}
