// Presence between the server's lists and an Awareness, alone; time is the test's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Clock } from '../../client/sync/clock.ts'
import { Presence, toPosition } from '../../client/sync/presence.ts'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PersonEntry, PresenceState } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** The harness's clock with what a page adds to it. */
function pageClock(): Clock & FakeClock {
  const clock = new FakeClock()
  return Object.assign(clock, { frame: (call: () => void) => clock.after(limits.frameMs, call), random: () => 0.5 })
}

const person = (id: number, name = `P${id}`): PersonEntry => ({
  clientId: id as ClientId,
  personId: `person${id}` as PersonId,
  name,
  color: 1,
  role: 'edit',
})

describe('presence', () => {
  let clock: ReturnType<typeof pageClock>
  let awareness: Awareness
  let presence: Presence
  let sent: PresenceState[]
  let told: { joined: string[]; left: string[] }[]

  beforeEach(() => {
    vi.useFakeTimers()
    clock = pageClock()
    awareness = new Awareness(new Y.Doc())
    sent = []
    told = []
    presence = new Presence(
      awareness,
      clock,
      (state) => sent.push(state),
      (_people, { joined, left }) =>
        told.push({ joined: joined.map(({ name }) => name), left: left.map(({ name }) => name) }),
    )
  })
  afterEach(() => {
    presence.destroy()
    awareness.destroy()
    vi.useRealTimers()
  })

  const others = () => [...awareness.getStates().keys()].filter((id) => id !== awareness.clientID)

  it('[P3] sends only what changed, at most once an interval, the newest last', () => {
    awareness.setLocalStateField('idle', true)
    expect(sent).toEqual([])
    presence.reset([], [])
    expect(sent).toEqual([{ cursor: null, idle: true }])
    for (const assoc of [0, 1, -1]) {
      awareness.setLocalStateField('cursor', {
        anchor: { item: { client: 5, clock: 6 }, assoc },
        head: { tname: 'content', assoc },
      })
    }
    awareness.setLocalStateField('user', { name: 'renamed' })
    expect(sent).toHaveLength(1)
    clock.advance(limits.presenceIntervalMs)
    expect(sent.slice(1)).toEqual([{ cursor: { anchor: [5, 6, -1], head: [-1] }, idle: true }])
    clock.advance(10 * limits.presenceIntervalMs)
    expect(sent).toHaveLength(2)
  })

  it('[P1] [P4] who the server lists is in the awareness, who it says has left is not', () => {
    presence.reset([person(1), person(2)], [[1 as ClientId, { cursor: null, idle: true }]])
    expect(awareness.getStates().get(1)).toMatchObject({ user: { name: 'P1', color: 1 }, cursor: null, idle: true })
    presence.apply({ joined: [person(3)], left: [2 as ClientId], changed: [person(1, 'Ann')] })
    expect(others()).toEqual([1, 3])
    expect(awareness.getStates().get(1)).toMatchObject({ user: { name: 'Ann' }, idle: true })
    expect(told.at(-1)).toEqual({ joined: ['P3'], left: ['P2'] })
    presence.apply({ states: [[9 as ClientId, { cursor: null, idle: false }]] })
    expect(others()).toEqual([1, 3])
    presence.offline()
    expect(others()).toEqual([])
  })

  it('awareness does not expire who is still listed, however long nothing is said', () => {
    presence.reset([person(1)], [])
    for (let second = 0; second < 120; second++) {
      vi.advanceTimersByTime(1_000)
      clock.advance(1_000)
    }
    expect(others()).toEqual([1])
  })

  it('the local state follows the granted id', () => {
    awareness.setLocalState({ idle: true })
    const before = awareness.clientID
    presence.setClientId(7 as ClientId)
    expect([awareness.clientID, awareness.getLocalState(), awareness.getStates().has(before)]).toEqual([
      7,
      { idle: true },
      false,
    ])
  })

  it('what is no position is none', () => {
    for (const wrong of [null, undefined, 'x', 5]) expect(toPosition(wrong)).toBeUndefined()
  })
})
