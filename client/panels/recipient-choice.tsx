// Who a chat line is for: everybody, or one person. It never goes back to everybody by itself.
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ShownPerson } from '../pages/people.ts'
import { Face } from '../ui/face.tsx'
import { words } from '../words/words.ts'
import type { Recipient } from './chat-state.ts'

type ChoiceProps = { others: readonly ShownPerson[]; recipient: Signal<Recipient | undefined> }

export function RecipientChoice({ others, recipient }: ChoiceProps): JSX.Element {
  const say = words().chat
  const to = recipient.value
  const chosen = others.find(({ personId }) => personId === to?.personId)
  return (
    <label class="recipient">
      <span>{say.to}</span>
      {chosen && <Face name={chosen.name} color={chosen.color} tiny />}
      <select
        value={to?.personId ?? ''}
        onChange={(event) => {
          const { value } = event.currentTarget
          const person = others.find(({ personId }) => personId === value)
          recipient.value = person && { personId: person.personId, name: person.name }
        }}
      >
        <option value="">{say.everybody}</option>
        {others.map(({ personId, label }) => (
          <option key={personId} value={personId}>
            {label}
          </option>
        ))}
        {to && !chosen && <option value={to.personId}>{say.notHere(to.name)}</option>}
      </select>
    </label>
  )
}
