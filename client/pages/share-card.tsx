// Links to hand out. Owners can make those they do not have, and replace one so that the old one stops working.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Key } from '../../shared/ids.ts'
import type { Role } from '../../shared/protocol.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { EyeIcon, MarkIcon } from '../ui/icons.tsx'
import type { PageStorage } from '../ui/storage.ts'
import { words } from '../words/words.ts'
import { makeLinkKey } from './api.ts'
import type { DocumentSession } from './document-session.ts'
import { pathOf } from './link.ts'
import { findOpened, remember } from './opened-documents.ts'
import '../styles/share.css'

export type ShareProps = { session: DocumentSession; storage: PageStorage }
type SharedRole = Exclude<Role, 'own'>

export function ShareCard({ session, storage }: ShareProps): JSX.Element {
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
      <h2>{words().share.title}</h2>
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
      <p class="hint">{isOwner ? words().share.ownerHint : words().share.otherHint}</p>
    </>
  )
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
  const say = words().share
  const { name, hint, copy, asking } = say[role]
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
        <p class="hint">{step === 'replaced' ? say.replaced : hint}</p>
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
          {step === 'replacing' ? say.making : say.make}
        </button>
      )}
      {step === 'asking' && (
        <div class="share-ask">
          <p>{asking}</p>
          <div class="row">
            <button type="button" class="button danger small" onClick={doReplace}>
              {say.replace}
            </button>
            <button type="button" class="button plain small" onClick={() => setStep('rest')}>
              {say.keepOld}
            </button>
          </div>
        </div>
      )}
    </section>
  )
}
