// A document as one sees and writes it.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ChatPanel } from '../panels/chat-panel.tsx'
import { PeoplePanel } from '../panels/people-panel.tsx'
import { SidePanel } from '../panels/side-panel.tsx'
import { Announcements, Announcer } from '../ui/announcer.tsx'
import { ToastList, Toasts } from '../ui/toasts.tsx'
import { AsideBar } from './aside-bar.tsx'
import { announceSession, guardLeaving, titleTab } from './document-effects.ts'
import { DocumentSession } from './document-session.ts'
import { DocumentSkeleton } from './document-skeleton.tsx'
import { EditorHost } from './editor-host.tsx'
import type { DocumentPageProps } from './page-context.ts'
import { RefusedAtTheDoor } from './refused-at-the-door.tsx'
import { RefusedDialog } from './refused-dialog.tsx'
import { type PanelName, TopBar } from './top-bar.tsx'
import { UsageBar } from './usage-bar.tsx'
import '../styles/document.css'
import '../styles/cards.css'
import '../styles/panels.css'
import '../styles/chat.css'

export function DocumentPage({ context, link }: DocumentPageProps): JSX.Element {
  const [session, setSession] = useState<DocumentSession>()
  const [{ announcer, toasts }] = useState(() => ({ announcer: new Announcer(), toasts: new Toasts() }))
  useEffect(() => {
    const { person, storage } = context
    const recovered = (characters: number) =>
      toasts.show(`Recovered ${characters} ${characters === 1 ? 'character' : 'characters'} typed offline`)
    setSession(new DocumentSession({ link, person, storage, events: { recovered } }))
    return () => {
      announcer.close()
      toasts.close()
    }
  }, [context, link, announcer, toasts])
  useEffect(() => {
    if (session === undefined) return
    const ends = [announceSession(session, announcer), guardLeaving(session), titleTab(session)]
    return () => {
      for (const end of ends) end()
      // After startOver the provider is closed already: closing it again does nothing.
      void session.close()
    }
  }, [session, announcer])
  if (session === undefined) return <DocumentSkeleton />
  return (
    <>
      <OpenDocument context={context} session={session} onStartOver={() => setSession(session.startOver())} />
      <ToastList toasts={toasts} />
      <Announcements announcer={announcer} />
    </>
  )
}

type OpenProps = { context: DocumentPageProps['context']; session: DocumentSession; onStartOver: () => void }

function OpenDocument({ context, session, onStartOver }: OpenProps): JSX.Element {
  const [panel, setPanel] = useState<PanelName>()
  const refused = session.refusal.value
  if (refused !== undefined && !session.isReady.value) {
    return <RefusedAtTheDoor refusal={refused.refusal} context={context} />
  }
  const closePanel = () => {
    // The focus goes back to where the panel was opened.
    document.querySelector<HTMLElement>(`[data-panel="${panel}"]`)?.focus()
    setPanel(undefined)
  }
  return (
    <div class={`document${panel ? ' with-panel' : ''}`}>
      <button type="button" class="skip-link" onClick={focusEditor}>
        Skip to the text
      </button>
      <TopBar
        context={context}
        session={session}
        panel={panel}
        onPanel={(name) => setPanel(panel === name ? undefined : name)}
      />
      <div class="work">
        <main class="sheet" id="main">
          <AsideBar session={session} />
          <UsageBar session={session} />
          {session.isReady.value ? <EditorHost session={session} /> : <Waiting session={session} />}
        </main>
        {panel === 'people' && (
          <SidePanel title="People" name="people" onClose={closePanel}>
            <PeoplePanel session={session} person={context.person} />
          </SidePanel>
        )}
        {panel === 'chat' && (
          <SidePanel title="Chat" name="chat" onClose={closePanel}>
            <ChatPanel session={session} />
          </SidePanel>
        )}
      </div>
      <RefusedDialog session={session} onStartOver={onStartOver} />
    </div>
  )
}

function Waiting({ session }: { session: DocumentSession }): JSX.Element {
  const isOffline = session.status.value === 'offline'
  const note = isOffline
    ? 'The server cannot be reached, and this browser has no copy of the document yet. The page keeps trying; check your connection.'
    : ''
  return <DocumentSkeleton inner progress={session.progress.value} note={note} />
}

/** A button, not a link to `#editor`: the part behind `#` is the document's key. */
function focusEditor(): void {
  document.getElementById('editor')?.focus()
}
