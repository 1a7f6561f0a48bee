// Why the guard says no, and the account of work it keeps while it looks. Internal to shared/guard.
import { limits } from '../limits.ts'

/**
 * `malformed`: not a Yjs v1 update, or one no encoder writes. `foreign-content`: anything but clean strings and deletions
 * in the root text. `foreign-client`: structures of an id the session does not own. `gap`: structures are missing before
 * these. `unknown-origin`: placed beside something that is not there. `unknown-deletion`: deletes what is not there.
 * `too-large`: the document would pass its limits. `too-many-clients`: as many have written in it as may. `too-much-work`:
 * applying it would hold up everybody else.
 */
export type GuardReason =
  | 'malformed'
  | 'foreign-content'
  | 'foreign-client'
  | 'gap'
  | 'unknown-origin'
  | 'unknown-deletion'
  | 'too-large'
  | 'too-many-clients'
  | 'too-much-work'

/** Thrown inside the guard only; `guard` turns it into a verdict. */
export class Refused extends Error {
  readonly reason: GuardReason

  constructor(reason: GuardReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/**
 * What applying costs in Yjs 13.6, ns, on the slow side of what was measured. A slot is one array element moved by
 * `splice`, which Yjs does in a client's whole array for every split and every merge: 0.1 to 2.2 ns, now and then 3
 * to 4, by a script that is not kept; the most while V8 marks.
 */
export const costNs = {
  struct: 1_500,
  /** Not of Yjs but of the guard: a live item is looked at for the first time. */
  visit: 3_000,
  conflictStep: 600,
  orderStep: 20,
  deletedStruct: 600,
  deleteRange: 1_000,
  movedSlot: 2.2,
} as const

/** Sums the estimated cost of applying an update; throws when it passes the limit, so that the guard stops there too. */
export class Work {
  ns = 0

  spend(ns: number): void {
    this.ns += ns
    if (this.ns > limits.guardWorkNsMax) throw new Refused('too-much-work', 'applying it would take too long')
  }
}
