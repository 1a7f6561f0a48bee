// A quiet bar above the text: something of this person's is not in the document, and can be looked at and taken.
import type { JSX } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { textDifferences } from '../sync/index.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import '../styles/trouble.css'

export function AsideBar({ session }: { session: DocumentSession }): JSX.Element | null {
  const aside = session.aside.value
  const dialog = useRef<HTMLDialogElement>(null)
  const [isLooking, setLooking] = useState(false)
  if (aside === undefined || !session.isJoined.value) return null
  const say = words().aside
  return (
    <section class="note-bar" aria-label={say.label}>
      <p>{say.note}</p>
      <div class="row">
        <button
          type="button"
          class="button small"
          onClick={() => {
            setLooking(true)
            dialog.current?.showModal()
          }}
        >
          {say.look}
        </button>
        <CopyButton className="button small" label={say.copyMine} text={() => aside.text} />
        <button type="button" class="button plain small" onClick={() => session.forgetAside()}>
          {say.done}
        </button>
      </div>
      <dialog class="card wide" ref={dialog} aria-labelledby="aside-title" onClose={() => setLooking(false)}>
        <h2 id="aside-title">{say.title}</h2>
        {isLooking && <Differences server={session.text.toString()} own={aside.text} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {words().common.close}
          </button>
        </div>
      </dialog>
    </section>
  )
}

const shownMax = 200
/** Of each difference, so that a whole book does not stop the page; copying gives all of it. */
const shownLengthMax = 20_000

function Differences({ server, own }: { server: string; own: string }): JSX.Element {
  const differences = useMemo(() => textDifferences(server, own), [server, own])
  const say = words().aside
  if (differences.length === 0) return <p>{say.same}</p>
  return (
    <>
      <p>{say.legend}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys */}
      <section class="differences" tabIndex={0} aria-label={say.differences}>
        {differences.slice(0, shownMax).map(({ index, removed, inserted }) => (
          <div key={index} class="difference">
            {removed !== '' && <pre class="theirs">{removed.slice(0, shownLengthMax)}</pre>}
            {inserted !== '' && <pre class="mine">{inserted.slice(0, shownLengthMax)}</pre>}
          </div>
        ))}
      </section>
      <CopyButton
        className="button small"
        label={say.copyOnlyMine}
        text={() =>
          differences
            .map(({ inserted }) => inserted)
            .filter(Boolean)
            .join('\n')
        }
      />
    </>
  )
}
