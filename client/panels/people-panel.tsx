// Who is here, and who one is: name and colour can be changed in place.
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { personHues } from '../../shared/colors.ts'
import { limits } from '../../shared/limits.ts'
import type { Role } from '../../shared/protocol.ts'
import type { DocumentSession } from '../pages/document-session.ts'
import type { OwnPersonStore } from '../pages/own-person.ts'
import type { ShownPerson } from '../pages/people.ts'
import { Face } from '../ui/face.tsx'

const roleWords: Record<Role, string> = { own: 'Owner', edit: 'Can edit', view: 'View only' }

export function PeoplePanel({ session, person }: { session: DocumentSession; person: OwnPersonStore }): JSX.Element {
  const people = session.people.value
  const self = people.find(({ isSelf }) => isSelf)
  const others = people.filter(({ isSelf }) => !isSelf)
  return (
    <div class="panel-body">
      <OwnPersonForm person={person} role={self?.role ?? session.role.value} />
      <h3 class="panel-label">Also here</h3>
      {others.length === 0 ? (
        <p class="panel-empty">Nobody else yet. Share the link to write together.</p>
      ) : (
        <ul class="people">
          {others.map((other) => (
            <PersonRow key={other.personId} person={other} />
          ))}
        </ul>
      )}
    </div>
  )
}

function PersonRow({ person }: { person: ShownPerson }): JSX.Element {
  const { name, color, idle, role, tabs } = person
  const facts = [roleWords[role], ...(tabs > 1 ? [`${tabs} tabs`] : []), ...(idle ? ['away'] : [])]
  return (
    <li>
      <Face name={name} color={color} idle={idle} />
      <span class="person-words">
        <bdi class="person-name">{name}</bdi>
        <span class="person-facts">{facts.join(' · ')}</span>
      </span>
    </li>
  )
}

function OwnPersonForm({ person, role }: { person: OwnPersonStore; role: Role | undefined }): JSX.Element {
  const { name, color } = person.person.value
  /** What is typed and not yet taken over; else the field shows the name, wherever it was changed. */
  const [draft, setDraft] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const commit = () => {
    // From the field: the last letter may not be drawn yet.
    person.change({ name: field.current?.value ?? draft ?? name })
    setDraft(undefined)
  }
  return (
    <form
      class="own-person"
      onSubmit={(event) => {
        event.preventDefault()
        commit()
      }}
    >
      <div class="own-name">
        <Face name={draft || name} color={color} />
        <label>
          <span class="unseen">Your name</span>
          <input
            ref={field}
            class="input"
            dir="auto"
            autocomplete="nickname"
            spellcheck={false}
            maxLength={limits.nameLengthMax}
            value={draft ?? name}
            onInput={(event) => setDraft(event.currentTarget.value)}
            onBlur={commit}
          />
        </label>
      </div>
      <fieldset class="hues">
        <legend class="unseen">Your colour</legend>
        {personHues.map(({ name: hueName }, index) => (
          <label key={hueName} class={`hue-choice hue-${index}`} title={hueName}>
            <input
              class="unseen"
              type="radio"
              name="hue"
              value={index}
              checked={index === color}
              onChange={() => person.change({ color: index })}
            />
            <span class="unseen">{hueName}</span>
          </label>
        ))}
      </fieldset>
      <p class="hint">This is you{role ? ` · ${roleWords[role].toLowerCase()}` : ''}. Everybody here sees this name.</p>
    </form>
  )
}
