// A document that cannot be shown for now: the server is away, and this browser has not kept it.
import type { JSX } from 'preact'
import { OfflineIcon } from '../ui/icons.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { words } from '../words/words.ts'
import type { PageContext } from './page-context.ts'

export function NoCopy({ context }: { context: PageContext }): JSX.Element {
  const say = words().opening
  return (
    <div class="full-state" role="status">
      <div class="full-state-icon">
        <OfflineIcon size={28} />
      </div>
      <h1>{say.noCopy}</h1>
      <div class="full-state-text">
        <p>{say.noCopyDetail}</p>
        <p>{say.noCopyAdvice}</p>
      </div>
      <div class="row">
        <PageLink class="button" href="/" navigate={context.navigate}>
          {words().common.toDocuments}
        </PageLink>
      </div>
    </div>
  )
}
