// The documents this browser has opened, newest first.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Role } from '../../shared/protocol.ts'
import { PageLink } from '../ui/page-link.tsx'
import { relativeTime } from '../ui/relative-time.ts'
import { pathOf } from './link.ts'
import { forget, type OpenedDocument, readOpened, strongestKey } from './opened-documents.ts'
import type { PageContext } from './page-context.ts'

const roleWords: Record<Role, string> = { own: 'Yours', edit: 'Can edit', view: 'View only' }
const redrawMs = 30_000

export function OpenedList({ context }: { context: PageContext }): JSX.Element {
  const [opened, setOpened] = useState(() => readOpened(context.storage))
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const refresh = () => {
      setOpened(readOpened(context.storage))
      setNow(Date.now())
    }
    // Once more: the document that was just left is remembered when it goes, which is after this list was first drawn.
    refresh()
    const timer = setInterval(refresh, redrawMs)
    addEventListener('storage', refresh)
    return () => {
      clearInterval(timer)
      removeEventListener('storage', refresh)
    }
  }, [context])

  return (
    <section class="opened" aria-labelledby="opened-title">
      <h2 id="opened-title">Your documents</h2>
      {opened.length === 0 ? (
        <p class="opened-empty">Documents you open appear here. Only this browser keeps the list.</p>
      ) : (
        <ul>
          {opened.map((entry) => (
            <OpenedRow
              key={entry.id}
              entry={entry}
              now={now}
              navigate={context.navigate}
              onForget={() => {
                forget(context.storage, entry.id)
                setOpened(readOpened(context.storage))
              }}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

type RowProps = { entry: OpenedDocument; now: number; navigate: (path: string) => void; onForget: () => void }

/** Forgetting an owner's key cannot be undone, so it asks once, in place. */
function OpenedRow({ entry, now, navigate, onForget }: RowProps): JSX.Element | null {
  const [isAsking, setAsking] = useState(false)
  const grant = strongestKey(entry)
  if (grant === undefined) return null
  const title = entry.title || 'Untitled'
  const isOwned = grant.role === 'own'
  return (
    <li class="opened-row">
      <PageLink class="opened-link" href={pathOf({ id: entry.id, key: grant.key })} navigate={navigate}>
        <span class={`opened-title${entry.title ? '' : ' untitled'}`} dir="auto">
          {title}
        </span>
        <span class="opened-meta">
          {roleWords[grant.role]} · {relativeTime(entry.openedAt, now)}
        </span>
      </PageLink>
      {isAsking ? (
        <span class="opened-ask">
          <button type="button" class="button small danger" autofocus onClick={onForget}>
            {isOwned ? 'Forget for good' : 'Forget it'}
          </button>
          <button type="button" class="button plain small" onClick={() => setAsking(false)}>
            Keep
          </button>
        </span>
      ) : (
        <button
          type="button"
          class="button plain small opened-forget"
          aria-label={`Forget ${title}`}
          onClick={() => setAsking(true)}
        >
          Forget
        </button>
      )}
    </li>
  )
}
