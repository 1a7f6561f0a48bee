// Presence between the server's lists and a y-protocols Awareness, so that other Yjs bindings work with it as it is.
// Who is here is the server's word: nothing is renewed on the wire, and who it lists does not expire here.
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PersonEntry, Position, PresenceChanges, PresenceEntry, PresenceState } from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'

/**
 * What the page's own awareness state may hold. `cursor`: as y-codemirror.next and others write it (RelativePosition JSON);
 * `following`: a client id.
 */
type LocalState = {
  cursor?: { anchor: unknown; head: unknown } | null
  idle?: boolean
  following?: ClientId
  noFollow?: boolean
}

/** Awareness forgets who was not renewed for 30 s: renewing three times in that time leaves room for a late timer. */
const renewMs = 10_000

export type PeopleChanged = (
  people: readonly PersonEntry[],
  changes: { joined: PersonEntry[]; left: PersonEntry[] },
) => void

export class Presence {
  private readonly awareness: Awareness
  private readonly clock: Clock
  private readonly send: (state: PresenceState) => void
  private readonly changed: PeopleChanged
  private people = new Map<ClientId, PersonEntry>()
  private states = new Map<ClientId, PresenceState>()
  private live = false
  private lastSent = ''
  private cancelSend: (() => void) | undefined
  private cancelRenew: () => void = () => undefined

  /** `send` is called at most every `limits.presenceIntervalMs`, only while live and only with what changed. */
  constructor(awareness: Awareness, clock: Clock, send: (state: PresenceState) => void, changed: PeopleChanged) {
    this.awareness = awareness
    this.clock = clock
    this.send = send
    this.changed = changed
    awareness.on('change', this.onLocal)
    this.renew()
  }

  get list(): readonly PersonEntry[] {
    return [...this.people.values()]
  }

  /** Who holds this id; without a personId before the first join. */
  personOf(id: ClientId | undefined): Pick<PersonEntry, 'personId'> {
    return { personId: (id && this.people.get(id)?.personId) ?? ('' as PersonId) }
  }

  /** Awareness takes its id once, from the document: it has to be moved when another is granted. */
  setClientId(id: ClientId): void {
    const { awareness } = this
    const before = awareness.clientID
    if (before === id) return
    const state = awareness.getLocalState()
    awareness.setLocalState(null)
    awareness.meta.delete(before)
    awareness.clientID = id
    if (state !== null) awareness.setLocalState(state)
  }

  /** A join answer: the whole room. What this session shows has to be told again. */
  reset(people: readonly PersonEntry[], presence: readonly PresenceEntry[]): void {
    const before = this.people
    this.people = new Map(people.map((person) => [person.clientId, person]))
    this.states = new Map(presence)
    this.live = true
    this.feed([...before.keys(), ...this.people.keys()])
    this.tell(before)
    this.lastSent = ''
    this.sendSoon()
  }

  apply({ joined = [], changed = [], left = [], states = [] }: PresenceChanges): void {
    const before = new Map(this.people)
    for (const id of left) {
      this.people.delete(id)
      this.states.delete(id)
    }
    for (const person of [...joined, ...changed]) this.people.set(person.clientId, person)
    for (const [id, state] of states) if (this.people.has(id)) this.states.set(id, state)
    const named = [...joined, ...changed].map((person) => person.clientId)
    this.feed([...left, ...named, ...states.map(([id]) => id)])
    if (named.length + left.length > 0) this.tell(before)
  }

  /** Not connected: nobody can be seen. The list of people stays until the server tells the next one. */
  offline(): void {
    this.live = false
    this.states.clear()
    this.feed([...this.awareness.states.keys()] as ClientId[], new Map())
  }

  destroy(): void {
    this.awareness.off('change', this.onLocal)
    this.cancelRenew()
    this.cancelSend?.()
  }

  private tell(before: ReadonlyMap<ClientId, PersonEntry>): void {
    const joined = this.list.filter((person) => !before.has(person.clientId))
    const left = [...before.values()].filter((person) => !this.people.has(person.clientId))
    const same =
      joined.length === 0 && left.length === 0 && this.list.every((one) => sameEntry(one, before.get(one.clientId)))
    if (!same) this.changed(this.list, { joined, left })
  }

  /** Makes the awareness states of these ids what the people and their states are, and tells its listeners. */
  private feed(ids: readonly ClientId[], people: ReadonlyMap<ClientId, PersonEntry> = this.people): void {
    const { awareness } = this
    const added: number[] = []
    const updated: number[] = []
    const removed: number[] = []
    for (const id of new Set(ids)) {
      if (id === awareness.clientID) continue
      const person = people.get(id)
      const before = awareness.states.get(id)
      if (person === undefined) {
        if (before !== undefined) removed.push(id)
        awareness.states.delete(id)
        awareness.meta.delete(id)
        continue
      }
      const state = remoteState(person, this.states.get(id))
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(state)) continue
      ;(before === undefined ? added : updated).push(id)
      awareness.states.set(id, state)
      awareness.meta.set(id, { clock: (awareness.meta.get(id)?.clock ?? 0) + 1, lastUpdated: Date.now() })
    }
    if (added.length + updated.length + removed.length === 0) return
    awareness.emit('change', [{ added, updated, removed }, this])
    awareness.emit('update', [{ added, updated, removed }, this])
  }

  private readonly onLocal = (_changes: unknown, origin: unknown): void => {
    if (origin === 'local') this.sendSoon()
  }

  /** At once when it is the first in a while, then at the interval, always with the newest. */
  private sendSoon(): void {
    if (!this.live || this.cancelSend !== undefined || !this.sendNow()) return
    this.cancelSend = this.clock.after(limits.presenceIntervalMs, () => {
      this.cancelSend = undefined
      this.sendSoon()
    })
  }

  private sendNow(): boolean {
    const state = ownState(this.awareness.getLocalState() as LocalState | null)
    const text = JSON.stringify(state)
    if (text === this.lastSent) return false
    this.lastSent = text
    this.send(state)
    return true
  }

  private renew(): void {
    this.cancelRenew = this.clock.after(renewMs, () => {
      for (const id of this.people.keys()) {
        const meta = this.awareness.meta.get(id)
        if (meta !== undefined && id !== this.awareness.clientID) meta.lastUpdated = Date.now()
      }
      this.renew()
    })
  }
}

const sameEntry = (a: PersonEntry, b: PersonEntry | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

function remoteState(person: PersonEntry, state: PresenceState | undefined): { [field: string]: unknown } {
  const { name, color, personId, role } = person
  const cursor = state?.cursor ? { anchor: toRelative(state.cursor.anchor), head: toRelative(state.cursor.head) } : null
  const { idle = false, ...more } = state ?? {}
  return { ...more, user: { name, color, personId, role }, cursor, idle }
}

function ownState(local: LocalState | null): PresenceState {
  const anchor = toPosition(local?.cursor?.anchor)
  const head = toPosition(local?.cursor?.head)
  const state: PresenceState = { cursor: anchor && head ? { anchor, head } : null, idle: local?.idle ?? local === null }
  if (local?.following) state.following = local.following
  if (local?.noFollow) state.noFollow = true
  return state
}

/** A wire position as the JSON of a Yjs RelativePosition in the root text. */
export function toRelative(position: Position): unknown {
  if (position.length === 1) return { tname: 'content', assoc: position[0] }
  const [client, clock, assoc] = position
  return { item: { client, clock }, assoc }
}

/** `undefined` for what is no position. A RelativePosition object is as good as its JSON. */
export function toPosition(relative: unknown): Position | undefined {
  if (typeof relative !== 'object' || relative === null) return undefined
  try {
    const { item, assoc } = Y.createRelativePositionFromJSON(relative)
    const side = Math.sign(assoc ?? 0)
    return item ? [item.client, item.clock, side] : [side]
  } catch {
    return undefined
  }
}
