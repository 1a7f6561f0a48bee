// Who is here, at a glance; a press on a face goes to where that person is. The people panel has them all, with names.
import type { JSX } from 'preact'
import type { ActionTools } from '../actions/actions.ts'
import { Face } from '../ui/face.tsx'
import { words } from '../words/words.ts'
import type { ShownPerson } from './people.ts'

const facesMax = 6

export function Faces({ tools }: { tools: ActionTools }): JSX.Element {
  const people = tools.session.peopleHere.value
  const shown = people.length > facesMax ? people.slice(0, facesMax) : people
  const more = people.slice(shown.length)
  return (
    <ul class="faces" aria-label={words().people.here}>
      {shown.map((person) => (
        <FaceItem key={person.personId} person={person} tools={tools} />
      ))}
      {more.length > 0 && (
        <li data-tip={more.map(({ label }) => label).join(', ')}>
          <button type="button" class="face-button" onClick={() => tools.view.toggle('people')}>
            <span class="face more" aria-hidden="true">
              +{more.length}
            </span>
            <span class="unseen">{words().people.more(more.length)}</span>
          </button>
        </li>
      )}
    </ul>
  )
}

function FaceItem({ person, tools }: { person: ShownPerson; tools: ActionTools }): JSX.Element {
  const { personId, name, color, idle, isSelf } = person
  const say = words().people
  const label = isSelf ? say.you(name) : idle ? say.away(person.label) : person.label
  const face = (
    <>
      <Face name={name} color={color} idle={idle} />
      <span class="unseen">{label}</span>
    </>
  )
  if (isSelf) return <li data-tip={label}>{face}</li>
  const { session, toasts } = tools
  const isFollowed = session.following.value?.personId === personId
  const press = () => {
    import('./follow.ts').then(
      ({ jumpTo }) => jumpTo(session, toasts, personId),
      () => session.options.events.partMissing(),
    )
  }
  return (
    <li data-tip={label}>
      <button
        type="button"
        class={`face-button${isFollowed ? ' followed' : ''}`}
        aria-pressed={isFollowed}
        onClick={press}
      >
        {face}
      </button>
    </li>
  )
}
