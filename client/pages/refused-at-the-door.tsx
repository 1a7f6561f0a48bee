// A document that could not be opened at all: the page tells why, and what to do.
import type { ComponentChildren, JSX } from 'preact'
import type { Refusal } from '../../shared/errors.ts'
import { FullState } from '../ui/full-state.tsx'
import { AlertIcon, ReloadIcon, ShareIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { refusalText, words } from '../words/words.ts'
import type { PageContext } from './page-context.ts'

export function RefusedAtTheDoor({ refusal, context }: { refusal: Refusal; context: PageContext }): JSX.Element {
  const say = words().door
  const home = (
    <PageLink class="button" href="/" navigate={context.navigate}>
      {words().common.toDocuments}
    </PageLink>
  )
  const reload = (
    <button type="button" class="button primary" onClick={() => location.reload()}>
      {words().common.reload}
    </button>
  )
  switch (refusal.code) {
    case 'forbidden':
      return state(<ShareIcon size={28} />, say.forbidden, say.forbiddenDetail, home)
    case 'not-found':
    case 'deleted':
      return state(<ShareIcon size={28} />, say.notFound, say.notFoundDetail, home)
    case 'protocol-mismatch':
      return state(<ReloadIcon size={28} />, words().save.reloadNeeded, say.outdatedDetail, reload)
    default:
      return state(
        <AlertIcon size={28} />,
        say.other,
        refusalText(refusal),
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
