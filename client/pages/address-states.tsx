// Addresses that lead to no document.
import type { JSX } from 'preact'
import { FullState } from '../ui/full-state.tsx'
import { ShareIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { words } from '../words/words.ts'
import type { PageContext } from './page-context.ts'

type Props = { context: PageContext }

const HomeLink = ({ context }: Props) => (
  <PageLink class="button primary" href="/" navigate={context.navigate}>
    {words().common.toDocuments}
  </PageLink>
)

export function DamagedLink({ missing, context }: Props & { missing: 'key' | 'id' }): JSX.Element {
  return (
    <FullState
      icon={<ShareIcon size={28} />}
      title={words().address.incomplete}
      actions={<HomeLink context={context} />}
    >
      <p>{missing === 'key' ? words().address.keyMissing : words().address.idMissing}</p>
    </FullState>
  )
}

export function UnknownAddress({ context }: Props): JSX.Element {
  return (
    <FullState icon={<ShareIcon size={28} />} title={words().address.unknown} actions={<HomeLink context={context} />}>
      <p>{words().address.unknownDetail}</p>
    </FullState>
  )
}
