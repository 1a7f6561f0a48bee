// The card behind the save state: what it means, what is not saved yet, since when, and the text to take.
import type { JSX } from 'preact'
import { CopyButton } from '../ui/copy-button.tsx'
import { clockTime } from '../ui/relative-time.ts'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import type { SaveWords } from './save-words.ts'

type SaveCardProps = { session: DocumentSession; said: SaveWords; needsReload: boolean }

export function SaveCard({ session, said, needsReload }: SaveCardProps): JSX.Element {
  return (
    <>
      <h2>{said.short}</h2>
      <p class="hint">{said.detail}</p>
      <Unsaved session={session} />
      <div class="row">
        {needsReload && (
          <button type="button" class="button primary small" onClick={() => location.reload()}>
            {words().common.reload}
          </button>
        )}
        <CopyButton className="button small" label={words().save.copyText} text={() => session.text.toString()} />
      </div>
    </>
  )
}

function Unsaved({ session }: { session: DocumentSession }): JSX.Element | null {
  const { unsavedCount, unsavedSince } = session.provider
  if (unsavedCount === 0) return null
  return (
    <dl class="facts">
      <dt>{words().save.unsaved}</dt>
      <dd>{words().save.changes(unsavedCount)}</dd>
      {unsavedSince !== undefined && (
        <>
          <dt>{words().save.since}</dt>
          <dd>{clockTime(unsavedSince, Date.now())}</dd>
        </>
      )}
    </dl>
  )
}
