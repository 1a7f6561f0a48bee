// A document that could not be opened at all: the page tells why, and what to do.
import type { ComponentChildren, JSX } from 'preact'
import type { Refusal } from '../../shared/errors.ts'
import { FullState } from '../ui/full-state.tsx'
import { AlertIcon, ReloadIcon, ShareIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import type { PageContext } from './page-context.ts'

export function RefusedAtTheDoor({ refusal, context }: { refusal: Refusal; context: PageContext }): JSX.Element {
  const home = (
    <PageLink class="button" href="/" navigate={context.navigate}>
      Go to your documents
    </PageLink>
  )
  const reload = (
    <button type="button" class="button primary" onClick={() => location.reload()}>
      Reload
    </button>
  )
  switch (refusal.code) {
    case 'forbidden':
      return state(
        <ShareIcon size={28} />,
        'This link no longer opens the document',
        'Its owner may have replaced it, or a part of it was lost on the way. Ask for a new link.',
        home,
      )
    case 'not-found':
      return state(
        <ShareIcon size={28} />,
        'There is no such document',
        'It is not on this server: perhaps the link is of another one, or a part of it was lost on the way.',
        home,
      )
    case 'protocol-mismatch':
      return state(
        <ReloadIcon size={28} />,
        'Reload needed',
        'The server was updated, and this page is older than it. Everything you wrote is kept.',
        reload,
      )
    default:
      return state(
        <AlertIcon size={28} />,
        'The document could not be opened',
        refusal.message,
        <>
          {reload}
          {home}
        </>,
      )
  }
}

const state = (icon: ComponentChildren, title: string, text: string, actions: ComponentChildren) => (
  <FullState icon={icon} title={title} actions={actions}>
    <p>{text}</p>
  </FullState>
)
