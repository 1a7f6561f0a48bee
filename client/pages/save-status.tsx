// The save state, in one fixed place at every width, and the card behind it that says more.
import type { JSX } from 'preact'
import { CopyButton } from '../ui/copy-button.tsx'
import { AlertIcon, CheckIcon, EyeIcon, OfflineIcon, ReloadIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { clockTime } from '../ui/relative-time.ts'
import type { DocumentSession } from './document-session.ts'
import { type SaveWords, saveWords } from './save-words.ts'

export function SaveStatus({ session }: { session: DocumentSession }): JSX.Element {
  const state = session.saveState.value
  const words = saveWords(state, session.isJoined.value, session.role.value === 'view')
  const needsReload = state.kind === 'refused' && state.refusal.code === 'protocol-mismatch'
  return (
    <Menu
      id="save-menu"
      className="save-card"
      align="start"
      label={`Save state: ${words.short}`}
      buttonClass={`save-status ${words.tone}`}
      button={
        <>
          <ToneIcon tone={needsReload ? 'reload' : words.tone} />
          <span class="save-words">{words.short}</span>
        </>
      }
    >
      {() => (
        <>
          <h2>{words.short}</h2>
          <p class="hint">{words.detail}</p>
          <Unsaved session={session} />
          <div class="row">
            {needsReload && (
              <button type="button" class="button primary small" onClick={() => location.reload()}>
                Reload
              </button>
            )}
            <CopyButton className="button small" label="Copy text" text={() => session.text.toString()} />
          </div>
        </>
      )}
    </Menu>
  )
}

function Unsaved({ session }: { session: DocumentSession }): JSX.Element | null {
  const { unsavedCount, unsavedSince } = session.provider
  if (unsavedCount === 0) return null
  return (
    <dl class="facts">
      <dt>Not yet on the server</dt>
      <dd>
        {unsavedCount} {unsavedCount === 1 ? 'change' : 'changes'}
      </dd>
      {unsavedSince !== undefined && (
        <>
          <dt>Since</dt>
          <dd>{clockTime(unsavedSince, Date.now())}</dd>
        </>
      )}
    </dl>
  )
}

function ToneIcon({ tone }: { tone: SaveWords['tone'] | 'reload' }): JSX.Element {
  switch (tone) {
    case 'good':
      return <CheckIcon size={14} />
    case 'busy':
      return <span class="busy-dot" aria-hidden="true" />
    case 'offline':
      return <OfflineIcon size={14} />
    case 'reading':
      return <EyeIcon size={14} />
    case 'bad':
      return <AlertIcon size={14} />
    case 'reload':
      return <ReloadIcon size={14} />
  }
}
