// The save state, in one fixed place at every width, and the card behind it that says more.
import type { JSX } from 'preact'
import { CopyButton } from '../ui/copy-button.tsx'
import { AlertIcon, CheckIcon, EyeIcon, OfflineIcon, ReloadIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { clockTime } from '../ui/relative-time.ts'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import { type SaveWords, saveWords } from './save-words.ts'

export function SaveStatus({ session }: { session: DocumentSession }): JSX.Element {
  const state = session.saveState.value
  const said = saveWords(state, session.isJoined.value, session.role.value === 'view')
  const needsReload = state.kind === 'refused' && state.refusal.code === 'protocol-mismatch'
  return (
    <Menu
      id="save-menu"
      className="save-card"
      align="start"
      label={words().save.label(said.short)}
      buttonClass={`save-status ${said.tone}`}
      button={
        <>
          <ToneIcon tone={needsReload ? 'reload' : said.tone} />
          <span class="save-words">{said.short}</span>
        </>
      }
    >
      {() => (
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
      )}
    </Menu>
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
