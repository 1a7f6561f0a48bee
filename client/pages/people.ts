// Sessions as people: tabs of one browser are one person. Pure.
import type { ClientId, PersonId } from '../../shared/ids.ts'
import type { PersonEntry, Role } from '../../shared/protocol.ts'

/** A person in the room as the page shows one. `idle`: all tabs are. */
export type ShownPerson = {
  personId: PersonId
  name: string
  color: number
  role: Role
  isSelf: boolean
  tabs: number
  idle: boolean
}

/** Own person first, then in order of arrival. The strongest role of a person's tabs counts, and the newest name. */
export function groupPeople(
  entries: readonly PersonEntry[],
  ownClientId: ClientId | undefined,
  idle: ReadonlySet<number>,
): ShownPerson[] {
  const ownPersonId = entries.find(({ clientId }) => clientId === ownClientId)?.personId
  const people = new Map<PersonId, ShownPerson>()
  for (const { personId, clientId, name, color, role } of entries) {
    const known = people.get(personId)
    const isIdle = idle.has(clientId) && clientId !== ownClientId
    people.set(personId, {
      personId,
      name,
      color,
      role: known === undefined ? role : stronger(known.role, role),
      isSelf: personId === ownPersonId,
      tabs: (known?.tabs ?? 0) + 1,
      idle: isIdle && (known?.idle ?? true),
    })
  }
  return [...people.values()].sort((a, b) => Number(b.isSelf) - Number(a.isSelf))
}

const strength: Record<Role, number> = { own: 2, edit: 1, view: 0 }
const stronger = (a: Role, b: Role): Role => (strength[a] >= strength[b] ? a : b)
