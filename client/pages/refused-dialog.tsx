// The server will not take this text. What happened, what is safe, and what can be done.
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { ErrorCode } from '../../shared/errors.ts'
import { downloadText, fileNameOf } from '../ui/copy.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import type { DocumentSession } from './document-session.ts'

type RefusedProps = { session: DocumentSession; onStartOver: () => void }

/** A document that can be opened again as the server has it. */
const canStartOver = (code: ErrorCode) => code !== 'forbidden' && code !== 'not-found' && code !== 'protocol-mismatch'

const headlines: Partial<Record<ErrorCode, string>> = {
  forbidden: 'Your access has ended',
  'not-found': 'This document is gone',
  'too-large': 'The document is full',
  invalid: 'The server refused an edit',
  'lineage-changed': 'The document was replaced',
  diverged: 'Your text and the server’s differ',
  'protocol-mismatch': 'Reload needed',
}

export function RefusedDialog({ session, onStartOver }: RefusedProps): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null)
  const refused = session.refusal.value
  useEffect(() => {
    if (refused !== undefined) dialog.current?.showModal()
  }, [refused])
  if (refused === undefined) return null
  const { refusal, localText } = refused
  const isReload = refusal.code === 'protocol-mismatch'
  const hasUnsaved = session.provider.unsavedCount > 0
  return (
    <dialog class="card" ref={dialog} aria-labelledby="refused-title">
      <h2 id="refused-title">{headlines[refusal.code] ?? 'Your changes cannot be saved'}</h2>
      <p>{isReload ? 'The server was updated, and this page is older than it.' : refusal.message}</p>
      <p class="safe">
        {session.role.value === 'view'
          ? 'The text as you saw it last stays in this tab, and can be read and copied.'
          : hasUnsaved || !isReload
            ? 'Nothing is lost: the text as you see it stays in this tab, and it can be read and copied. It just cannot be changed here any more.'
            : 'Nothing is lost: everything you wrote is on the server.'}
      </p>
      <div class="dialog-actions">
        {canStartOver(refusal.code) && (
          <button type="button" class="button primary" onClick={onStartOver}>
            Open the server’s version
          </button>
        )}
        {isReload && (
          <button type="button" class="button primary" onClick={() => location.reload()}>
            Reload
          </button>
        )}
        <CopyButton label={session.role.value === 'view' ? 'Copy text' : 'Copy my text'} text={() => localText} />
        <button type="button" class="button" onClick={() => downloadText(localText, fileNameOf(session.title.value))}>
          {session.role.value === 'view' ? 'Download text' : 'Download my text'}
        </button>
        <button type="button" class="button plain" onClick={() => dialog.current?.close()}>
          Read it here
        </button>
      </div>
    </dialog>
  )
}
