// One document of the list: what it is called, who is in it, and what can be done with it.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Face } from '../ui/face.tsx'
import { PinIcon } from '../ui/icons.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { relativeTime } from '../ui/relative-time.ts'
import { words } from '../words/words.ts'
import type { Glance } from './api.ts'
import { pathOf } from './link.ts'
import { type OpenedDocument, strongestKey } from './opened-documents.ts'

const DeleteDialog = onDemand(() => import('./delete-dialog.tsx').then((it) => it.DeleteDialog))

type RowProps = {
  entry: OpenedDocument
  glance: Glance | undefined
  now: number
  navigate: (path: string) => void
  onPin: () => void
  onForget: () => void
}

/** Forgetting an owner's key cannot be undone, so it asks once, in place. */
export function OpenedRow({ entry, glance, now, navigate, onPin, onForget }: RowProps): JSX.Element | null {
  const [isAsking, setAsking] = useState<'forget' | 'delete'>()
  const [isUnsaved, setUnsaved] = useState(false)
  const grant = strongestKey(entry)
  if (grant === undefined) return null
  const say = words().home
  const title = (glance?.kind === 'there' && glance.title) || entry.title
  const shown = title || words().common.untitled
  const isOwned = grant.role === 'own'
  const isGone = glance?.kind === 'gone'
  const askToForget = () => {
    setAsking('forget')
    // Where the browser stores nothing there is nothing unsaved.
    import('../sync/forget-text.ts')
      .then(({ hasUnsavedText }) => hasUnsavedText(entry.id))
      .then(setUnsaved, () => undefined)
  }
  const facts = isGone ? (glance.code === 'forbidden' ? say.closed : say.deleted) : say.roles[grant.role]
  return (
    <li class={`opened-row${entry.pinned ? ' pinned' : ''}`}>
      <PageLink class="opened-link" href={pathOf({ id: entry.id, key: grant.key })} navigate={navigate}>
        <span class={`opened-title${title ? '' : ' untitled'}`} dir="auto">
          {shown}
        </span>
        <span class="opened-meta">
          {facts} · {relativeTime(entry.openedAt, now)}
        </span>
        {glance?.kind === 'there' && glance.people > 0 && (
          <span class="opened-people">
            {glance.faces.map(({ name, color }, index) => (
              <Face key={`${index}-${name}`} name={name} color={color} small title={name} />
            ))}
            <span>{say.hereNow(glance.people)}</span>
          </span>
        )}
      </PageLink>
      {isAsking === 'forget' ? (
        <span class="opened-ask">
          <button type="button" class="button small danger" autofocus onClick={onForget}>
            {isUnsaved ? say.forgetUnsaved : isOwned && !isGone ? say.forgetOwned : say.forgetOther}
          </button>
          <button type="button" class="button plain small" onClick={() => setAsking(undefined)}>
            {say.keep}
          </button>
        </span>
      ) : (
        <span class="opened-acts">
          <button type="button" class="button plain small" aria-label={say.forgetTitle(shown)} onClick={askToForget}>
            {say.forget}
          </button>
          {isOwned && !isGone && (
            <button
              type="button"
              class="button plain small"
              aria-label={say.deleteTitle(shown)}
              onClick={() => setAsking('delete')}
            >
              {say.delete}
            </button>
          )}
          <button
            type="button"
            class="button plain icon small"
            aria-pressed={entry.pinned === true}
            aria-label={say.pin(shown)}
            title={say.pin(shown)}
            onClick={onPin}
          >
            <PinIcon size={16} />
          </button>
        </span>
      )}
      {isAsking === 'delete' && (
        <DeleteDialog
          title={shown}
          link={{ id: entry.id, key: grant.key }}
          onDeleted={onForget}
          onClose={() => setAsking(undefined)}
        />
      )}
    </li>
  )
}
