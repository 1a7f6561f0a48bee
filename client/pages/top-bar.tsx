// The bar above a document: where it is, what it is called, whether it is saved, who is here, and what can be opened.
import type { JSX } from 'preact'
import type { ActionTools } from '../actions/actions.ts'
import { ChatIcon, MarkIcon, MoreIcon, PeopleIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { words } from '../words/words.ts'
import { MoreCard } from './document-parts.tsx'
import { Faces } from './faces.tsx'
import { SaveStatus } from './save-status.tsx'
import { ShareMenu } from './share-menu.tsx'
import { TitleField } from './title-field.tsx'
import { ViewSwitch } from './view-switch.tsx'

export function TopBar(tools: ActionTools): JSX.Element {
  const { context, session, view } = tools
  return (
    <header class="top-bar">
      <PageLink
        class="button plain icon home-link"
        href="/"
        navigate={context.navigate}
        label={words().common.yourDocuments}
      >
        <MarkIcon />
      </PageLink>
      <div class="top-title">
        <TitleField {...tools} />
        <SaveStatus session={session} />
      </div>
      <div class="top-tools">
        <Faces tools={tools} />
        {session.language.value === 'markdown' && session.isReady.value && <ViewSwitch view={view} />}
        {session.status.value !== 'refused' && <ShareMenu session={session} storage={context.storage} />}
        <div class="top-panels">
          <PanelButtons {...tools} />
          <Menu
            id="more-menu"
            className="more-card"
            label={words().actions.label}
            buttonClass="button plain icon"
            button={<MoreIcon />}
          >
            {(close) => <MoreCard {...tools} close={close} />}
          </Menu>
        </div>
      </div>
    </header>
  )
}

function PanelButtons({ session, view }: ActionTools): JSX.Element {
  const { people: sayPeople, chat: sayChat } = words()
  const people = session.peopleHere.value.length
  const unread = session.chat.unread.value
  const panel = view.panel.value
  return (
    <>
      <button
        type="button"
        class="button plain icon"
        aria-pressed={panel === 'people'}
        aria-label={people <= 1 ? sayPeople.onlyYou : sayPeople.count(people)}
        title={sayPeople.label}
        data-panel="people"
        onClick={() => view.toggle('people')}
      >
        <PeopleIcon />
        {people > 1 && <span class="badge count">{people}</span>}
      </button>
      <button
        type="button"
        class="button plain icon"
        aria-pressed={panel === 'chat'}
        aria-label={unread > 0 ? sayChat.unread(unread) : sayChat.label}
        title={sayChat.label}
        data-panel="chat"
        onClick={() => view.toggle('chat')}
      >
        <ChatIcon />
        {unread > 0 && <span class="badge">{unread > 99 ? '99+' : unread}</span>}
      </button>
    </>
  )
}
