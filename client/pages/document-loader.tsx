// Loads the part of the page that knows documents (editor, Yjs, socket) when the first document is opened.
import type { FunctionComponent, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { FullState } from '../ui/full-state.tsx'
import { OfflineIcon } from '../ui/icons.tsx'
import { words } from '../words/words.ts'
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
    title={words().address.editorMissing}
    actions={
      <button type="button" class="button primary" onClick={() => location.reload()}>
        {words().common.reload}
      </button>
    }
  >
    <p>{words().address.editorMissingDetail}</p>
  </FullState>
)
