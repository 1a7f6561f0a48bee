import { expect, test } from 'vitest'
import { TokenBucket } from '../../server/token-bucket.ts'
import { FakeClock } from '../harness/fake-clock.ts'

test('a full bucket gives its burst at once, then what refills', () => {
  const clock = new FakeClock()
  const bucket = new TokenBucket(clock, 125, 5)
  for (let i = 0; i < 5; i++) expect(bucket.take()).toBe(0)
  expect(bucket.take()).toBe(8)
  clock.advance(7)
  expect(bucket.take()).toBe(1)
  clock.advance(1)
  expect(bucket.take()).toBe(0)
  expect(bucket.take()).toBe(8)
})

test('a refused take costs nothing, and the bucket never holds more than its burst', () => {
  const clock = new FakeClock()
  const bucket = new TokenBucket(clock, 10, 5)
  for (let i = 0; i < 100; i++) bucket.take(6)
  expect(bucket.take(5)).toBe(0)
  clock.advance(1_000_000)
  expect(bucket.take(5)).toBe(0)
  expect(bucket.take(1)).toBe(100)
})

test('what is more than the burst is refused, also by a full bucket', () => {
  const bucket = new TokenBucket(new FakeClock(), 10, 5)
  expect(bucket.take(1_000)).toBeGreaterThan(0)
  expect(bucket.take(5)).toBe(0)
  expect(bucket.take(1_000)).toBe(500)
})
