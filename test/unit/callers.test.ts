import { expect, test } from 'vitest'
import { networkOf } from '../../server/addresses.ts'
import { Callers } from '../../server/socket/callers.ts'
import { limits } from '../../shared/limits.ts'
import { FakeClock } from '../harness/fake-clock.ts'

test('[C4] an IPv6 site is one address, whatever it changes in its own half; IPv4 in IPv6 is IPv4', () => {
  expect(networkOf('::ffff:10.0.0.1')).toBe('10.0.0.1')
  expect(networkOf('10.0.0.1')).toBe('10.0.0.1')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(networkOf('2001:0DB8:1:2::9')).toBe('2001:db8:1:2::/64')
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
  expect(networkOf('unknown')).toBe('unknown')
})

test('an address that took too much time waits, and hanging up does not settle it', () => {
  const clock = new FakeClock()
  const callers = new Callers(clock)
  const hangUp = callers.add('a')
  const spend = (ms: number) => callers.sharesOf('a').work.run(limits.freeWorkMs, () => clock.advance(ms))
  spend(limits.workMsBurst + limits.freeWorkMs + 500)
  expect(() => spend(1)).toThrow(expect.objectContaining({ code: 'rate-limited' }))
  hangUp()
  callers.add('a')
  expect(() => spend(1)).toThrow(expect.objectContaining({ code: 'rate-limited' }))
  expect(() => callers.sharesOf('b').work.assertPaid()).not.toThrow()
  clock.advance(((limits.workMsBurst + 1_000) / limits.workMsPerSecond) * 1_000)
  expect(() => spend(1)).not.toThrow()
})

test('what is cheap is free, and an address that left and owes nothing is forgotten', () => {
  const clock = new FakeClock()
  const callers = new Callers(clock)
  const hangUp = callers.add('a')
  for (let i = 0; i < 100_000; i++) callers.sharesOf('a').work.run(limits.freeWorkMs, () => clock.advance(0.2))
  expect(callers.sharesOf('a').work.isUntouched).toBe(true)
  const shares = callers.sharesOf('a')
  hangUp()
  expect(callers.sharesOf('a')).not.toBe(shares)
  expect(clock.pending).toBe(0)
})
