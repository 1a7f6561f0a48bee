// A line for one person alone, begun from wherever that person is shown.
import type { PersonId } from '../../shared/ids.ts'
import type { DocumentSession } from '../pages/document-session.ts'
import type { DocumentView } from '../pages/document-view.ts'

/** Opens the chat; what is written next is for this person. Does nothing when he is not here any more. */
export function writeTo({ people, chat }: DocumentSession, view: DocumentView, personId: PersonId): void {
  const person = people.peek().find((one) => one.personId === personId)
  if (person === undefined) return
  chat.recipient.value = { personId, name: person.name }
  view.panel.value = 'chat'
}
