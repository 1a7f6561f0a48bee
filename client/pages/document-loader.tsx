// Loads the part of the page that knows documents (editor, Yjs, socket) when the first document is opened.
import type { FunctionComponent, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { FullState } from '../ui/full-state.tsx'
import { OfflineIcon } from '../ui/icons.tsx'
import { DocumentSkeleton } from './document-skeleton.tsx'
import type { DocumentPageProps } from './page-context.ts'

type Loaded = { Page: FunctionComponent<DocumentPageProps> } | 'loading' | 'failed'

export function DocumentLoader(props: DocumentPageProps): JSX.Element {
  const [loaded, setLoaded] = useState<Loaded>('loading')
  useEffect(() => {
    let isCurrent = true
    import('./document-page.tsx').then(
      ({ DocumentPage }) => isCurrent && setLoaded({ Page: DocumentPage }),
      () => isCurrent && setLoaded('failed'),
    )
    return () => {
      isCurrent = false
    }
  }, [])
  if (loaded === 'loading') return <DocumentSkeleton />
  if (loaded === 'failed') return <LoadFailed />
  return <loaded.Page {...props} />
}

const LoadFailed = () => (
  <FullState
    icon={<OfflineIcon size={28} />}
    title="The editor could not be loaded"
    actions={
      <button type="button" class="button primary" onClick={() => location.reload()}>
        Reload
      </button>
    }
  >
    <p>The server cannot be reached, or it was just updated. Nothing you wrote is lost: it stays in this browser.</p>
  </FullState>
)
