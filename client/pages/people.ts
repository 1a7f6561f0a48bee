// Sessions as people: tabs of one browser are one person. Pure.
import type { ClientId, PersonId } from '../../shared/ids.ts'
import type { PersonEntry, Role } from '../../shared/protocol.ts'

/** A person in the room as the page shows one. `idle`: all tabs are. */
export type ShownPerson = {
  personId: PersonId
  name: string
  /** The name, numbered when others here have the same: by arrival, so that everybody counts alike. */
  label: string
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
      label: name,
      color,
      role: known === undefined ? role : stronger(known.role, role),
      isSelf: personId === ownPersonId,
      tabs: (known?.tabs ?? 0) + 1,
      idle: isIdle && (known?.idle ?? true),
    })
  }
  return withLabels([...people.values()]).sort((a, b) => Number(b.isSelf) - Number(a.isSelf))
}

/** How somebody is called here and now, for what was said under this name: his label if he is here, and still called so. */
export const labelOf = (people: readonly ShownPerson[], who: { personId: PersonId; name: string }): string =>
  people.find(({ personId, name }) => personId === who.personId && name === who.name)?.label ?? who.name

/** The label of each session's person, by client id. */
export function labelsOfClients(
  entries: readonly PersonEntry[],
  people: readonly ShownPerson[],
): ReadonlyMap<ClientId, string> {
  const labels = new Map(people.map(({ personId, label }) => [personId, label]))
  return new Map(entries.map(({ clientId, personId, name }) => [clientId, labels.get(personId) ?? name]))
}

function withLabels(people: readonly ShownPerson[]): ShownPerson[] {
  // Nobody gets a number by calling himself so.
  const names = new Set(people.map(({ name }) => lookOf(name)))
  const taken = new Set<string>()
  return people.map((person) => {
    let label = person.name
    for (let n = 2; taken.has(lookOf(label)) || (n > 2 && names.has(lookOf(label))); n++)
      label = `${person.name} (${n})`
    taken.add(lookOf(label))
    return { ...person, label }
  })
}

const lookOf = (name: string): string => name.normalize('NFKC').toLowerCase()

const strength: Record<Role, number> = { own: 2, edit: 1, view: 0 }
const stronger = (a: Role, b: Role): Role => (strength[a] >= strength[b] ? a : b)
