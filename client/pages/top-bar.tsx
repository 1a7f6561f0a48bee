// The bar above a document: where it is, what it is called, whether it is saved, who is here, and what can be opened.
import type { JSX } from 'preact'
import { ChatIcon, MarkIcon, PeopleIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { ThemeSwitch } from '../ui/theme-switch.tsx'
import type { DocumentSession } from './document-session.ts'
import { Faces } from './faces.tsx'
import type { PageContext } from './page-context.ts'
import { SaveStatus } from './save-status.tsx'
import { ShareMenu } from './share-menu.tsx'

export type PanelName = 'people' | 'chat'

type TopBarProps = {
  context: PageContext
  session: DocumentSession
  panel: PanelName | undefined
  onPanel: (panel: PanelName) => void
}

export function TopBar({ context, session, panel, onPanel }: TopBarProps): JSX.Element {
  const title = session.title.value
  const people = session.people.value
  const unread = session.chat.unread.value
  return (
    <header class="top-bar">
      <PageLink class="button plain icon home-link" href="/" navigate={context.navigate} label="Your documents">
        <MarkIcon />
      </PageLink>
      <div class="top-title">
        <h1 dir="auto" class={title ? '' : 'untitled'} title={title}>
          {title || 'Untitled'}
        </h1>
        <SaveStatus session={session} />
      </div>
      <div class="top-tools">
        <Faces people={people} />
        {session.status.value !== 'refused' && <ShareMenu session={session} storage={context.storage} />}
        <div class="top-panels">
          <button
            type="button"
            class="button plain icon"
            aria-pressed={panel === 'people'}
            aria-label={people.length === 1 ? 'People: only you' : `People: ${people.length}`}
            title="People"
            data-panel="people"
            onClick={() => onPanel('people')}
          >
            <PeopleIcon />
            {people.length > 1 && <span class="badge count">{people.length}</span>}
          </button>
          <button
            type="button"
            class="button plain icon"
            aria-pressed={panel === 'chat'}
            aria-label={unread > 0 ? `Chat: ${unread} unread` : 'Chat'}
            title="Chat"
            data-panel="chat"
            onClick={() => onPanel('chat')}
          >
            <ChatIcon />
            {unread > 0 && <span class="badge">{unread > 99 ? '99+' : unread}</span>}
          </button>
          <ThemeSwitch choice={context.theme} />
        </div>
      </div>
    </header>
  )
}
