import { expect, test } from 'vitest'
import { RoomPresence, withoutOwn } from '../../server/room-presence.ts'
import { Session } from '../../server/session.ts'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PresenceChanges, PresenceEntry, PresenceState } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

const nothing = () => undefined
const session = (id: number, name = `n${id}`) =>
  new Session({
    peer: { presence: nothing, chat: nothing, resync: nothing, close: nothing, setLive: nothing },
    role: 'edit',
    keyHash: 'hash',
    textOnly: false,
    person: { id: `person${id}` as PersonId, name, color: 1 },
    clientId: id as ClientId,
  })
const at = (clock: number): PresenceState => ({ cursor: { anchor: [1, clock, 0], head: [1, clock, 0] }, idle: false })

function setUp() {
  const clock = new FakeClock()
  const sent: PresenceChanges[] = []
  const sessions = new Set<Session>()
  return { clock, sent, sessions, presence: new RoomPresence(clock, sessions, (changes) => sent.push(changes)) }
}

test('[P3] the first change leaves at once, further ones together after presenceIntervalMs', () => {
  const { clock, sent, presence } = setUp()
  const [ada, bob] = [session(1), session(2)]
  presence.joined(ada)
  clock.advance(0)
  expect(sent).toEqual([{ joined: [ada.entry] }])
  presence.joined(bob)
  presence.moved(ada, at(1))
  presence.moved(ada, at(2))
  clock.advance(limits.presenceIntervalMs - 1)
  expect(sent).toHaveLength(1)
  clock.advance(1)
  expect(sent[1]).toEqual({ joined: [bob.entry], states: [[1, at(2)]] })
  clock.advance(10_000)
  expect([sent.length, clock.pending]).toEqual([2, 0])
})

test('[P4] who comes and goes within an interval is still told in left, and his state is forgotten', () => {
  const { clock, sent, presence } = setUp()
  presence.joined(session(1))
  clock.advance(0)
  const guest = session(2)
  presence.joined(guest)
  presence.moved(guest, at(1))
  presence.left(guest)
  clock.advance(limits.presenceIntervalMs)
  expect(sent[1]).toEqual({ left: [2] })
  expect(guest.presence).toBeUndefined()
})

test('[J6] who takes over an id within an interval has not left', () => {
  const { clock, sent, presence } = setUp()
  const [before, after] = [session(1, 'before'), session(1, 'after')]
  presence.joined(before)
  presence.left(before)
  presence.joined(after)
  clock.advance(0)
  expect(sent).toEqual([{ joined: [after.entry] }])
})

test('[P5] a new name is told once: with the arrival, if that was not told yet', () => {
  const { clock, sent, presence } = setUp()
  const ada = session(1)
  presence.joined(ada)
  ada.person = { ...ada.person, name: 'Ada' }
  presence.changed(ada)
  clock.advance(0)
  expect(sent).toEqual([{ joined: [expect.objectContaining({ name: 'Ada' })] }])
  presence.changed(ada)
  clock.advance(limits.presenceIntervalMs)
  expect(sent[1]).toEqual({ changed: [ada.entry] })
})

test('[P3] what rides with an update is not told again, and not sooner than it is due', () => {
  const { clock, sent, presence } = setUp()
  const ada = session(1)
  presence.joined(ada)
  clock.advance(0)
  presence.moved(ada, at(1))
  expect(presence.takeIfDue()).toBeUndefined()
  clock.advance(limits.presenceIntervalMs - 1)
  expect(presence.takeIfDue()).toBeUndefined()
  clock.advance(1)
  expect(sent).toHaveLength(2)
  clock.advance(limits.presenceIntervalMs)
  presence.moved(ada, at(2))
  expect(presence.takeIfDue()).toEqual({ states: [[1, at(2)]] })
  clock.advance(10_000)
  expect(sent).toHaveLength(2)
})

test('closing forgets what waits', () => {
  const { clock, sent, presence } = setUp()
  presence.joined(session(1))
  presence.close()
  clock.advance(1_000)
  expect([sent, clock.pending]).toEqual([[], 0])
})

test('its own cursor is nothing for the author; its own name is, as the server took it', () => {
  const [ada, bob] = [session(1), session(2)]
  const own: PresenceEntry = [1 as ClientId, at(1)]
  const other: PresenceEntry = [2 as ClientId, at(2)]
  expect(withoutOwn({ states: [own] }, ada.clientId)).toBeUndefined()
  expect(withoutOwn({ states: [own, other], left: [3 as ClientId] }, ada.clientId)).toEqual({
    states: [other],
    left: [3],
  })
  expect(withoutOwn({ changed: [ada.entry, bob.entry] }, ada.clientId)).toEqual({ changed: [ada.entry, bob.entry] })
})

/** Sessions in the room, whose arrival was told. */
function inTheRoom(count: number) {
  const { clock, sent, sessions, presence } = setUp()
  const all = Array.from({ length: count }, (_, i) => session(i + 1))
  for (const one of all) {
    sessions.add(one)
    presence.joined(one)
  }
  clock.advance(0)
  sent.length = 0
  /** What the others are told of it next. */
  const next = () => {
    clock.advance(limits.presenceIntervalMs)
    return sent.splice(0).at(-1)
  }
  const show = (one: Session, more: Partial<PresenceState>) =>
    presence.moved(one, { cursor: null, idle: false, ...more })
  const rest = { cursor: null, idle: false }
  const leave = (one: Session) => {
    sessions.delete(one)
    presence.left(one)
  }
  return { clock, presence, all, next, show, rest, leave }
}
const id = (n: number) => n as ClientId

test('[P6] whom a session follows is shown while that one is here, and not himself, nobody or a stranger', () => {
  const { all, next, show, rest, leave } = inTheRoom(3)
  const [ada, bob] = all as [Session, Session, Session]
  show(ada, { following: id(2) })
  expect(next()).toEqual({ states: [[1, { ...rest, following: 2 }]] })
  show(ada, { following: id(2), idle: true })
  expect(next()).toEqual({ states: [[1, { ...rest, idle: true, following: 2 }]] })
  for (const wrong of [1, 99]) {
    show(ada, { following: id(wrong) })
    expect(next()).toEqual({ states: [[1, rest]] })
  }
  show(ada, { following: id(2) })
  next()
  leave(bob)
  expect(next()).toEqual({ left: [2], states: [[1, rest]] })
  expect(ada.following).toBeUndefined()
})

test('[P6] who declines, in any of his tabs, is followed by nobody: not any more, and not anew', () => {
  const { all, next, show, rest } = inTheRoom(4)
  const [ada, bob, bobsTab, eve] = all as [Session, Session, Session, Session]
  bobsTab.person = { ...bob.person }
  show(ada, { following: id(2) })
  show(eve, { following: id(3) })
  next()
  show(bobsTab, { noFollow: true })
  expect(next()).toEqual({
    states: expect.arrayContaining([
      [1, rest],
      [3, { ...rest, noFollow: true }],
      [4, rest],
    ]),
  })
  for (const target of [2, 3]) {
    show(ada, { following: id(target) })
    expect(next()).toEqual({ states: [[1, rest]] })
  }
  show(bobsTab, {})
  show(ada, { following: id(2) })
  expect(next()?.states).toContainEqual([1, { ...rest, following: 2 }])
})

test('[P7] typing is told once, and ends by itself, by a line, and by leaving', () => {
  const { clock, presence, all, next, rest, leave } = inTheRoom(1)
  const ada = all[0]!
  presence.typing(ada)
  expect(next()).toEqual({ states: [[1, { ...rest, typing: true }]] })
  clock.advance(limits.typingMs - limits.presenceIntervalMs - 1)
  presence.typing(ada)
  expect(next()).toBeUndefined()
  clock.advance(limits.typingMs - limits.presenceIntervalMs - 1)
  expect(ada.shown?.typing).toBe(true)
  clock.advance(1)
  expect(next()).toEqual({ states: [[1, rest]] })
  presence.typing(ada)
  next()
  presence.stoppedTyping(ada)
  presence.stoppedTyping(ada)
  expect(next()).toEqual({ states: [[1, rest]] })
  presence.typing(ada)
  leave(ada)
  expect(next()).toEqual({ left: [1] })
  clock.advance(limits.typingMs * 2)
  expect([next(), clock.pending]).toEqual([undefined, 0])
})
