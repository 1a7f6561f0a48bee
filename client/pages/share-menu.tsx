// The button that opens the links to hand out; the card behind it loads with the first press, or before.
import type { JSX } from 'preact'
import { ShareIcon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { words } from '../words/words.ts'
import type { ShareProps } from './share-card.tsx'

export const ShareCard = onDemand<ShareProps>(() => import('./share-card.tsx').then((part) => part.ShareCard))

export function ShareMenu(props: ShareProps): JSX.Element {
  return (
    <Menu
      id="share-menu"
      className="share-card"
      label={words().share.label}
      buttonClass="button primary share-button"
      button={
        <>
          <ShareIcon size={18} />
          <span class="share-word">{words().share.label}</span>
        </>
      }
    >
      {() => <ShareCard {...props} />}
    </Menu>
  )
}
