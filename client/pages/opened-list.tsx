// The documents this browser has opened: pinned ones first, then newest first.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { words } from '../words/words.ts'
import type { Glance } from './api.ts'
import { Glances } from './glances.ts'
import { forget, type OpenedDocument, pin, readOpened, strongestKey } from './opened-documents.ts'
import { OpenedRow } from './opened-row.tsx'
import type { PageContext } from './page-context.ts'

const redrawMs = 30_000
/** A shorter list is seen at once. */
const searchFrom = 5

export function OpenedList({ context: { storage, navigate } }: { context: PageContext }): JSX.Element {
  const [opened, setOpened] = useState(() => readOpened(storage))
  const [now, setNow] = useState(Date.now)
  const [wanted, setWanted] = useState('')
  const [glances, setGlances] = useState<Glances>()
  const reread = () => setOpened(readOpened(storage))
  useEffect(() => {
    const refresh = () => {
      reread()
      setNow(Date.now())
    }
    // Once more: the document that was just left is remembered when it goes, which is after this list was first drawn.
    refresh()
    const timer = setInterval(refresh, redrawMs)
    addEventListener('storage', refresh)
    const asked = () =>
      readOpened(storage).flatMap((entry) => {
        const key = strongestKey(entry)?.key
        return key ? [{ id: entry.id, key }] : []
      })
    const looking = new Glances(asked, (link, { code }) => {
      import('./kept-text.ts').then(({ endAccess }) => endAccess(storage, link, code)).catch(() => undefined)
    })
    setGlances(looking)
    return () => {
      clearInterval(timer)
      removeEventListener('storage', refresh)
      looking.close()
    }
  }, [storage])
  const seen = glances?.all.value
  const shown = opened.filter((entry) => fits(entry, seen?.get(entry.id), wanted))
  const say = words().home
  return (
    <section class="opened" aria-labelledby="opened-title">
      <div class="opened-head">
        <h2 id="opened-title">{words().common.yourDocuments}</h2>
        {opened.length >= searchFrom && (
          <input
            type="search"
            class="input"
            placeholder={say.search}
            aria-label={say.search}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        )}
      </div>
      {opened.length === 0 && (
        <div class="opened-empty">
          <p>{say.empty}</p>
          <ol>
            {say.emptySteps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      )}
      {opened.length > 0 && glances?.isUnanswered.value && (
        <p class="opened-offline" role="status">
          {say.offline}
        </p>
      )}
      {opened.length > 0 && shown.length === 0 && <p class="opened-empty">{say.noneFound}</p>}
      {shown.length > 0 && (
        <ul>
          {shown.map((entry) => (
            <OpenedRow
              key={entry.id}
              entry={entry}
              glance={seen?.get(entry.id)}
              now={now}
              navigate={navigate}
              onPin={() => {
                pin(storage, entry.id, !entry.pinned)
                reread()
              }}
              onForget={() => {
                forget(storage, entry.id)
                // Where the browser stores nothing there is nothing to forget.
                import('../sync/forget-text.ts').then(({ forgetText }) => forgetText(entry.id)).catch(() => undefined)
                reread()
              }}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

/** All typed words stand in its title, or in the names of who is in it. */
function fits({ title }: OpenedDocument, glance: Glance | undefined, wanted: string): boolean {
  const there = glance?.kind === 'there' ? glance : undefined
  const all = [title, there?.title, ...(there?.faces.map(({ name }) => name) ?? [])].join('\n').toLocaleLowerCase()
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
