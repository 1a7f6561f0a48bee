// Links to hand out. Owners can make those they do not have, and replace one so that the old one stops working.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Key } from '../../shared/ids.ts'
import type { Role } from '../../shared/protocol.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { EyeIcon, MarkIcon, ShareIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import type { PageStorage } from '../ui/storage.ts'
import { makeLinkKey } from './api.ts'
import type { DocumentSession } from './document-session.ts'
import { pathOf } from './link.ts'
import { findOpened, remember } from './opened-documents.ts'

type ShareProps = { session: DocumentSession; storage: PageStorage }
type SharedRole = Exclude<Role, 'own'>

export function ShareMenu(props: ShareProps): JSX.Element {
  return (
    <Menu
      id="share-menu"
      className="share-card"
      label="Share"
      buttonClass="button primary share-button"
      button={
        <>
          <ShareIcon size={18} />
          <span class="share-word">Share</span>
        </>
      }
    >
      {() => <ShareCard {...props} />}
    </Menu>
  )
}

function ShareCard({ session, storage }: ShareProps): JSX.Element {
  const [problem, setProblem] = useState('')
  const { link } = session.options
  const role = session.role.value
  const known = findOpened(storage, link.id)?.keys ?? {}
  const keys: Partial<Record<Role, Key>> = role === undefined ? known : { ...known, [role]: link.key }
  const isOwner = role === 'own'

  const make = async (wanted: SharedRole, revoke: boolean): Promise<Key> => {
    const key = await makeLinkKey(link.id, link.key, wanted, revoke)
    remember(storage, { id: link.id, keys: { [wanted]: key } })
    return key
  }
  const urlOf = async (wanted: SharedRole): Promise<string> => {
    setProblem('')
    const key = findOpened(storage, link.id)?.keys[wanted] ?? keys[wanted] ?? (await make(wanted, false))
    return location.origin + pathOf({ id: link.id, key })
  }
  const tell = (error: unknown) => setProblem(error instanceof Error ? error.message : String(error))
  const offered = (['edit', 'view'] as const).filter((wanted) => isOwner || keys[wanted] !== undefined)

  return (
    <>
      <h2>Share this document</h2>
      {offered.map((wanted) => (
        <ShareRow
          key={wanted}
          role={wanted}
          url={() => urlOf(wanted)}
          replace={isOwner ? () => make(wanted, true) : undefined}
          onProblem={tell}
        />
      ))}
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="hint">
        {isOwner
          ? 'Keep the address in your address bar to yourself: it makes whoever has it an owner, too.'
          : 'You can pass on the link you came with. Other links come from the document’s owner.'}
      </p>
    </>
  )
}

const words: Record<SharedRole, { name: string; hint: string; copy: string }> = {
  edit: { name: 'Edit link', hint: 'Whoever has it can read and write.', copy: 'Copy edit link' },
  view: { name: 'View link', hint: 'Whoever has it can read along.', copy: 'Copy view link' },
}

type RowProps = {
  role: SharedRole
  url: () => Promise<string>
  /** Owners only: makes a new link, and the old one stops working. */
  replace: (() => Promise<unknown>) | undefined
  onProblem: (error: unknown) => void
}

function ShareRow({ role, url, replace, onProblem }: RowProps): JSX.Element {
  const [step, setStep] = useState<'rest' | 'asking' | 'replacing' | 'replaced'>('rest')
  const { name, hint, copy } = words[role]
  const doReplace = async () => {
    setStep('replacing')
    try {
      await replace?.()
      setStep('replaced')
    } catch (error) {
      onProblem(error)
      setStep('rest')
    }
  }
  return (
    <section class="share-row">
      <div class="share-name">
        <h3>
          {role === 'view' ? <EyeIcon size={16} /> : <MarkIcon size={16} />}
          {name}
        </h3>
        <p class="hint">{step === 'replaced' ? 'This is a new link. The old one no longer works.' : hint}</p>
      </div>
      <div class="share-copy">
        <CopyButton className="button small" label={copy} text={url} onError={onProblem} />
      </div>
      {replace && step !== 'asking' && (
        <button
          type="button"
          class="text-button"
          aria-disabled={step === 'replacing'}
          onClick={() => step !== 'replacing' && setStep('asking')}
        >
          {step === 'replacing' ? 'Making a new link…' : 'Make a new link'}
        </button>
      )}
      {step === 'asking' && (
        <div class="share-ask">
          <p>The old {name.toLowerCase()} stops working at once, also for those who use it now.</p>
          <div class="row">
            <button type="button" class="button danger small" onClick={doReplace}>
              Replace it
            </button>
            <button type="button" class="button plain small" onClick={() => setStep('rest')}>
              Keep the old one
            </button>
          </div>
        </div>
      )}
    </section>
  )
}
