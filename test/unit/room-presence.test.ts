import { expect, test } from 'vitest'
import { RoomPresence, withoutOwn } from '../../server/room-presence.ts'
import { Session } from '../../server/session.ts'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PresenceChanges, PresenceState } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

const nothing = () => undefined
const session = (id: number, name = `n${id}`) =>
  new Session({
    peer: { presence: nothing, resync: nothing, close: nothing, setLive: nothing },
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
  return { clock, sent, presence: new RoomPresence(clock, (changes) => sent.push(changes)) }
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

test('what concerns only the author is nothing for him', () => {
  const [ada, bob] = [session(1), session(2)]
  expect(withoutOwn({ joined: [ada.entry], states: [[1 as ClientId, at(1)]] }, ada.clientId)).toBeUndefined()
  expect(withoutOwn({ joined: [ada.entry, bob.entry], left: [3 as ClientId] }, ada.clientId)).toEqual({
    joined: [bob.entry],
    left: [3],
  })
})
