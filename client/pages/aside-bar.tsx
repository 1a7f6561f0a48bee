// A quiet bar above the text: something of this person's is not in the document, and can be looked at and taken.
import type { JSX } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { textDifferences } from '../sync/index.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import type { DocumentSession } from './document-session.ts'

export function AsideBar({ session }: { session: DocumentSession }): JSX.Element | null {
  const aside = session.aside.value
  const dialog = useRef<HTMLDialogElement>(null)
  const [isLooking, setLooking] = useState(false)
  if (aside === undefined || !session.isJoined.value) return null
  return (
    <section class="note-bar" aria-label="Text that is not in the document">
      <p>This is the server’s version. What you had before is kept in this browser.</p>
      <div class="row">
        <button
          type="button"
          class="button small"
          onClick={() => {
            setLooking(true)
            dialog.current?.showModal()
          }}
        >
          See what differs
        </button>
        <CopyButton className="button small" label="Copy my text" text={() => aside.text} />
        <button type="button" class="button plain small" onClick={() => session.forgetAside()}>
          Done with it
        </button>
      </div>
      <dialog class="card wide" ref={dialog} aria-labelledby="aside-title" onClose={() => setLooking(false)}>
        <h2 id="aside-title">What differs</h2>
        {isLooking && <Differences server={session.text.toString()} own={aside.text} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Close
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
  if (differences.length === 0) return <p>Nothing: both texts are the same.</p>
  return (
    <>
      <p>Lines marked + stand only in your text, lines marked − only in the server’s.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys */}
      <section class="differences" tabIndex={0} aria-label="Differences">
        {differences.slice(0, shownMax).map(({ index, removed, inserted }) => (
          <div key={index} class="difference">
            {removed !== '' && <pre class="theirs">{removed.slice(0, shownLengthMax)}</pre>}
            {inserted !== '' && <pre class="mine">{inserted.slice(0, shownLengthMax)}</pre>}
          </div>
        ))}
      </section>
      <CopyButton
        className="button small"
        label="Copy only what is mine"
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
