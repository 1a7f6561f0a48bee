// The save state, in one fixed place at every width, and the card behind it that says more.
import type { JSX } from 'preact'
import { AlertIcon, CheckIcon, EyeIcon, OfflineIcon, ReloadIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import { type SaveWords, saveWords } from './save-words.ts'

export const SaveCard = onDemand(() => import('./save-card.tsx').then((it) => it.SaveCard))

export function SaveStatus({ session }: { session: DocumentSession }): JSX.Element {
  const state = session.saveState.value
  const said = saveWords(state, session.saveView)
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
      {() => <SaveCard session={session} said={said} needsReload={needsReload} />}
    </Menu>
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
