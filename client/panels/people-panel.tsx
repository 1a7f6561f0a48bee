// Who is here, and who one is: name and colour can be changed in place.
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { limits } from '../../shared/limits.ts'
import type { Role } from '../../shared/protocol.ts'
import type { ActionTools } from '../actions/actions.ts'
import { follow, jumpTo } from '../pages/follow.ts'
import type { OwnPersonStore } from '../pages/own-person.ts'
import type { ShownPerson } from '../pages/people.ts'
import { Face } from '../ui/face.tsx'
import { words } from '../words/words.ts'
import { writeTo } from './private-line.ts'
import { SidePanel } from './side-panel.tsx'

type PeoplePanelProps = { tools: ActionTools; onClose: () => void }

export function PeoplePanel({ tools, onClose }: PeoplePanelProps): JSX.Element {
  const { context, session } = tools
  const people = session.peopleHere.value
  const isConnected = session.status.value === 'live'
  const self = people.find(({ isSelf }) => isSelf)
  const others = people.filter(({ isSelf }) => !isSelf)
  return (
    <SidePanel title={words().people.label} closeLabel={words().people.close} name="people" onClose={onClose}>
      <div class="panel-body">
        <OwnPersonForm person={context.person} role={self?.role ?? session.role.value} />
        <h3 class="panel-label">{words().people.alsoHere}</h3>
        {others.length === 0 ? (
          <p class="panel-empty">{isConnected ? words().people.nobody : words().people.unseen}</p>
        ) : (
          <ul class="people">
            {others.map((other) => (
              <PersonRow key={other.personId} person={other} tools={tools} />
            ))}
          </ul>
        )}
      </div>
    </SidePanel>
  )
}

type PersonRowProps = { person: ShownPerson; tools: ActionTools }

function PersonRow({ person, tools: { session, view, toasts } }: PersonRowProps): JSX.Element {
  const { personId, name, label, color, idle, role, tabs } = person
  const say = words().people
  const facts = [say.roles[role], ...(tabs > 1 ? [say.tabs(tabs)] : []), ...(idle ? [say.isAway] : [])]
  return (
    <li>
      <Face name={name} color={color} idle={idle} />
      <span class="person-words">
        <span class="person-head">
          <bdi class="person-name">{label}</bdi>
          <span class="person-facts">{facts.join(' · ')}</span>
        </span>
        <span class="person-acts">
          <Act
            word={words().follow.jump}
            label={words().follow.jumpTo(label)}
            onClick={() => {
              view.uncoverText()
              jumpTo(session, toasts, personId)
            }}
          />
          <Act
            word={words().follow.follow}
            label={words().follow.followName(label)}
            onClick={() => {
              view.uncoverText()
              follow(session, toasts, personId)
            }}
          />
          {session.role.value !== 'view' && (
            <Act
              word={words().chat.messageShort}
              label={words().chat.messagePrivately(label)}
              onClick={() => writeTo(session, view, personId)}
            />
          )}
        </span>
      </span>
    </li>
  )
}

type ActProps = { word: string; label: string; onClick: () => void }

const Act = ({ word, label, onClick }: ActProps) => (
  <button type="button" class="button plain small" aria-label={label} title={label} onClick={onClick}>
    {word}
  </button>
)

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
          <span class="unseen">{words().people.yourName}</span>
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
        <legend class="unseen">{words().people.yourColour}</legend>
        {words().people.hues.map((hueName, index) => (
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
      <p class="hint">{words().people.thisIsYou(role && words().people.roles[role])}</p>
    </form>
  )
}
