// The frame in the colour of whom one follows, and how to stop; and, for who is followed, by whom.
import type { JSX } from 'preact'
import { personHueIndex } from '../../shared/colors.ts'
import type { Toasts } from '../ui/toasts.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import { followers } from './followers.ts'
import type { PageContext } from './page-context.ts'
import '../styles/follow.css'

export function FollowFrame({ session }: { session: DocumentSession }): JSX.Element | null {
  const following = session.following.value
  if (following === undefined) return null
  const say = words().follow
  return (
    <div class={`follow-frame hue-${personHueIndex(following.color)}`}>
      <div class="follow-note" role="status">
        <bdi>{say.following(following.name)}</bdi>
        <span class="follow-hint">{say.hint}</span>
        <button type="button" onClick={() => session.stopFollowing()}>
          {say.stop}
        </button>
      </div>
    </div>
  )
}

type FollowedProps = { context: PageContext; toasts: Toasts }

/** Who follows one, and how not to be followed. */
export function FollowedNote({ context, toasts }: FollowedProps): JSX.Element | null {
  const [first, ...others] = followers.value
  if (first === undefined) return null
  const say = words().follow
  return (
    <div class="followed-note" role="status">
      <bdi>{others.length === 0 ? say.followedBy(first) : say.followedByMany(others.length + 1)}</bdi>
      <button
        type="button"
        class="text-button"
        onClick={() => {
          context.settings.change({ followable: false })
          toasts.show(say.declineHint)
        }}
      >
        {say.decline}
      </button>
    </div>
  )
}
