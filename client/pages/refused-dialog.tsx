// The server will not take this text. What happened, what is safe, and what can be done.
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { ErrorCode } from '../../shared/errors.ts'
import { downloadText, fileNameOf } from '../ui/copy.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { refusalText, words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import '../styles/trouble.css'

type RefusedProps = { session: DocumentSession; onStartOver: () => void }

/** A document that can be opened again as the server has it. */
const canStartOver = (code: ErrorCode) => !['forbidden', 'not-found', 'deleted', 'protocol-mismatch'].includes(code)

export function RefusedDialog({ session, onStartOver }: RefusedProps): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null)
  const refused = session.refusal.value
  useEffect(() => {
    if (refused !== undefined) dialog.current?.showModal()
  }, [refused])
  if (refused === undefined) return null
  const say = words().refused
  const { refusal, localText } = refused
  const isReload = refusal.code === 'protocol-mismatch'
  const hasUnsaved = session.provider.unsavedCount > 0
  return (
    <dialog class="card" ref={dialog} aria-labelledby="refused-title">
      {/* It opens while somebody types: a space that was meant for the text must press no button. */}
      <h2 id="refused-title" tabIndex={-1} autofocus>
        {say.headlines[refusal.code] ?? say.other}
      </h2>
      <p>{isReload ? say.outdated : refusalText(refusal)}</p>
      <p class="safe">
        {session.role.value === 'view' ? say.safeReading : hasUnsaved || !isReload ? say.safe : say.allSaved}
      </p>
      <div class="dialog-actions">
        {canStartOver(refusal.code) && (
          <button type="button" class="button primary" onClick={onStartOver}>
            {say.startOver}
          </button>
        )}
        {isReload && (
          <button type="button" class="button primary" onClick={() => location.reload()}>
            {words().common.reload}
          </button>
        )}
        <CopyButton label={session.role.value === 'view' ? say.copyText : say.copyMine} text={() => localText} />
        <button type="button" class="button" onClick={() => downloadText(localText, fileNameOf(session.title.value))}>
          {session.role.value === 'view' ? say.download : say.downloadMine}
        </button>
        <button type="button" class="button plain" onClick={() => dialog.current?.close()}>
          {say.readHere}
        </button>
      </div>
    </dialog>
  )
}
