// Who came, who went and who is called something else now, as quiet lines in the chat. By person: a second tab is no
// arrival, and a reload is no leaving. Pure.
import type { PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PersonEntry } from '../../shared/protocol.ts'

/** `afterN`: number of the last kept chat line at that time; the notice stands behind it. */
export type Notice = { personId: PersonId; name: string; at: number; afterN: number } & (
  | { kind: 'joined' | 'left' }
  | { kind: 'renamed'; newName: string }
)

/** Times are ms since epoch and come from the caller, who also calls `settle` when `nextSettleAt` has come. */
export class Notices {
  private present: Map<PersonId, string> | undefined
  private readonly leaving = new Map<PersonId, { name: string; at: number }>()

  /** The people who are here now; what is told of it at once. The first list is how it was, and no news. */
  see(people: readonly PersonEntry[], ownPersonId: PersonId | undefined, at: number, afterN: number): Notice[] {
    const now = new Map(people.map(({ personId, name }) => [personId, name]))
    const before = this.present
    this.present = now
    if (before === undefined) return []
    for (const [personId, name] of before) if (!now.has(personId)) this.leaving.set(personId, { name, at })
    const notices: Notice[] = []
    for (const [personId, name] of now) {
      if (personId === ownPersonId) continue
      const oldName = before.get(personId) ?? this.leaving.get(personId)?.name
      if (oldName !== undefined && oldName !== name) {
        notices.push({ kind: 'renamed', personId, name: oldName, newName: name, at, afterN })
      }
      if (this.leaving.delete(personId) || before.has(personId)) continue
      notices.push({ kind: 'joined', personId, name, at, afterN })
    }
    return notices
  }

  /** When somebody who left will be told as gone; `undefined` when nobody is leaving. */
  get nextSettleAt(): number | undefined {
    const times = [...this.leaving.values()].map(({ at }) => at + limits.leaveNoticeDelayMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Those who have been away long enough. */
  settle(now: number, afterN: number): Notice[] {
    const notices: Notice[] = []
    for (const [personId, { name, at }] of this.leaving) {
      if (now < at + limits.leaveNoticeDelayMs) continue
      this.leaving.delete(personId)
      notices.push({ kind: 'left', personId, name, at, afterN })
    }
    return notices
  }
}
