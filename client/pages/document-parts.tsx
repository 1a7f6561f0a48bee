// The parts of a document's page that are not needed to see and write its text. They load when they are first wanted,
// and the small ones as soon as nothing else is to do: a panel must open without a network, too.
import type { JSX } from 'preact'
import type { ActionTools } from '../actions/actions.ts'
import { onDemand } from '../ui/on-demand.tsx'
import type { PanelName } from './document-view.ts'
import { HomePage } from './home-part.tsx'
import { SaveCard } from './save-status.tsx'
import { ShareCard } from './share-menu.tsx'

export const RefusedAtTheDoor = onDemand(() => import('./refused-at-the-door.tsx').then((it) => it.RefusedAtTheDoor))
export const RefusedDialog = onDemand(() => import('./refused-dialog.tsx').then((it) => it.RefusedDialog))
export const NoCopy = onDemand(() => import('./no-copy.tsx').then((it) => it.NoCopy))
export const AsideBar = onDemand(() => import('./aside-bar.tsx').then((it) => it.AsideBar))
export const StatusBar = onDemand(() => import('./status-bar.tsx').then((it) => it.StatusBar), { isQuiet: true })
export const FollowFrame = onDemand(() => import('./follow-frame.tsx').then((it) => it.FollowFrame))
export const FollowedNote = onDemand(() => import('./follow-frame.tsx').then((it) => it.FollowedNote))
export const ImportBar = onDemand(() => import('./import-bar.tsx').then((it) => it.ImportBar), { isQuiet: true })
export const PreviewPane = onDemand(() => import('../preview/preview-pane.tsx').then((it) => it.PreviewPane))
export const MoreCard = onDemand(() => import('../actions/more-card.tsx').then((it) => it.MoreCard))
export const OpenDialog = onDemand(() => import('../actions/dialogs.tsx').then((it) => it.OpenDialog))
const People = onDemand(() => import('../panels/people-panel.tsx').then((it) => it.PeoplePanel))
const Chat = onDemand(() => import('../panels/chat-panel.tsx').then((it) => it.ChatPanel))
const Outline = onDemand(() => import('../panels/outline-panel.tsx').then((it) => it.OutlinePanel))

/** In the order in which they will be wanted. */
export const smallParts = [
  Chat,
  People,
  SaveCard,
  ShareCard,
  MoreCard,
  RefusedDialog,
  OpenDialog,
  FollowFrame,
  AsideBar,
  HomePage,
]

/** The one panel that is open. */
export function OpenPanel({ name, tools }: { name: PanelName; tools: ActionTools }): JSX.Element {
  const { session, view } = tools
  const close = () => view.closePanel()
  switch (name) {
    case 'people':
      return <People tools={tools} onClose={close} />
    case 'chat':
      return <Chat tools={tools} onClose={close} />
    case 'outline':
      return <Outline session={session} view={view} onClose={close} />
  }
}
