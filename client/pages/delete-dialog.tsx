// Asks once before a document goes for everybody.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { AppError } from '../../shared/errors.ts'
import { Dialog } from '../ui/dialog.tsx'
import { words } from '../words/words.ts'
import { deleteDocument } from './api.ts'
import type { DocumentLink } from './link.ts'

/** `link`: with an owner's key. */
type DeleteProps = { title: string; link: DocumentLink; onDeleted: () => void; onClose: () => void }

export function DeleteDialog({ title, link, onDeleted, onClose }: DeleteProps): JSX.Element {
  const [isDeleting, setDeleting] = useState(false)
  const [problem, setProblem] = useState('')
  const say = words().home
  const remove = async () => {
    if (isDeleting) return
    setDeleting(true)
    try {
      await deleteDocument(link.id, link.key)
      onDeleted()
    } catch (error) {
      // Somebody else was faster: that is what was wanted.
      if (error instanceof AppError && error.code === 'deleted') return onDeleted()
      setProblem(error instanceof Error ? error.message : String(error))
      setDeleting(false)
    }
  }
  return (
    <Dialog label={say.deleteAsking(title)} onClose={onClose}>
      <h2 class="delete-title" dir="auto">
        {say.deleteAsking(title)}
      </h2>
      <p>{say.deleteHint}</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="row dialog-acts">
        <button type="button" class="button danger" aria-disabled={isDeleting} onClick={remove}>
          {say.deleteForAll}
        </button>
        <button type="button" class="button plain" autofocus onClick={onClose}>
          {say.keep}
        </button>
      </div>
    </Dialog>
  )
}
