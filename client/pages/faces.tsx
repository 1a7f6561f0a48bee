// Who is here, at a glance. The people panel has them all, with names.
import type { JSX } from 'preact'
import { Face } from '../ui/face.tsx'
import type { ShownPerson } from './people.ts'

const facesMax = 6

export function Faces({ people }: { people: readonly ShownPerson[] }): JSX.Element {
  const shown = people.length > facesMax ? people.slice(0, facesMax - 1) : people
  const more = people.slice(shown.length)
  return (
    <ul class="faces" aria-label="People here">
      {shown.map(({ personId, name, color, idle, isSelf }) => {
        const label = `${name}${isSelf ? ' (you)' : idle ? ' (away)' : ''}`
        return (
          <li key={personId} data-tip={label}>
            <Face name={name} color={color} idle={idle} />
            <span class="unseen">{label}</span>
          </li>
        )
      })}
      {more.length > 0 && (
        <li data-tip={more.map(({ name }) => name).join(', ')}>
          <span class="face more" aria-hidden="true">
            +{more.length}
          </span>
          <span class="unseen">and {more.length} more</span>
        </li>
      )}
    </ul>
  )
}
