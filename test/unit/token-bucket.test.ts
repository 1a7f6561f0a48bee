import { expect, test } from 'vitest'
import { ratesOf, TokenBucket, TokenBuckets } from '../../server/token-bucket.ts'
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

test('what is owed has to be paid, and a full bucket is one that owes nothing and lacks nothing', () => {
  const clock = new FakeClock()
  const bucket = new TokenBucket(clock, 10, 5)
  bucket.charge(7)
  expect([bucket.debtMs, bucket.isFull, bucket.take()]).toEqual([200, false, 300])
  clock.advance(200)
  expect([bucket.debtMs, bucket.isFull, bucket.take()]).toEqual([0, false, 100])
  clock.advance(500)
  expect([bucket.debtMs, bucket.isFull]).toEqual([0, true])
})

test('times that no number can hold take nothing from a burst', () => {
  const clock = new FakeClock()
  clock.advance(1e9 + 1 / 3)
  for (const perSecond of [0.3, 7, 30, 1_000 / 3, 1_000_003]) {
    const bucket = new TokenBucket(clock, perSecond, 100)
    const waits = Array.from({ length: 100 }, () => bucket.take())
    expect(waits, `${perSecond}`).toEqual(Array(100).fill(0))
    expect(bucket.take(), `${perSecond}`).toBeGreaterThan(0)
  }
})

test('buckets of one connection know nothing of each other', () => {
  const clock = new FakeClock()
  const rates = ratesOf({ chat: { perSecond: 10, burst: 2 }, joins: { perSecond: 100, burst: 1 } })
  const [buckets, others] = [new TokenBuckets(clock, rates), new TokenBuckets(clock, rates)]
  expect([buckets.take('chat', 2), buckets.take('chat'), buckets.take('joins'), buckets.take('joins')]).toEqual([
    0, 100, 0, 10,
  ])
  expect(others.take('chat', 2)).toBe(0)
  clock.advance(10)
  expect([buckets.take('joins'), buckets.take('chat')]).toEqual([0, 90])
})
