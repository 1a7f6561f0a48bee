// Addresses that lead to no document.
import type { JSX } from 'preact'
import { FullState } from '../ui/full-state.tsx'
import { ShareIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import type { PageContext } from './page-context.ts'

type Props = { context: PageContext }

const HomeLink = ({ context }: Props) => (
  <PageLink class="button primary" href="/" navigate={context.navigate}>
    Go to your documents
  </PageLink>
)

export function DamagedLink({ missing, context }: Props & { missing: 'key' | 'id' }): JSX.Element {
  return (
    <FullState icon={<ShareIcon size={28} />} title="This link is incomplete" actions={<HomeLink context={context} />}>
      {missing === 'key' ? (
        <p>
          The part behind <code>#</code> is missing: it is the key that opens the document, and some programs cut it
          off. Ask for the link again, and copy it whole.
        </p>
      ) : (
        <p>It names no document: some of it was cut off or changed. Ask for the link again, and copy it whole.</p>
      )}
    </FullState>
  )
}

export function UnknownAddress({ context }: Props): JSX.Element {
  return (
    <FullState icon={<ShareIcon size={28} />} title="There is nothing here" actions={<HomeLink context={context} />}>
      <p>Documents live at addresses that begin with /d/. Yours are listed on the first page.</p>
    </FullState>
  )
}
