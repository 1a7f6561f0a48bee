import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { type Broadcast, Fanout } from '../../server/fanout.ts'
import { limits } from '../../shared/limits.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** A fanout whose broadcasts cost `costMs`, and updates that each add one letter. */
function setUp(costMs: number) {
  const clock = new FakeClock()
  const sent: (Broadcast<string> & { at: number })[] = []
  const fanout = new Fanout<string>(clock, 0, (broadcast) => {
    sent.push({ ...broadcast, at: clock.monotonic() })
    clock.advance(costMs)
  })
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (bytes: Uint8Array) => updates.push(bytes))
  const type = () => {
    doc.getText('content').insert(0, 'x')
    return updates.at(-1)!
  }
  const textOf = () => {
    const copy = new Y.Doc()
    for (const { bytes } of sent) Y.applyUpdate(copy, bytes)
    return copy.getText('content').toString()
  }
  return { clock, sent, fanout, type, textOf }
}

test('[B5] in a quiet room a commit leaves at once', () => {
  const { fanout, sent, type, clock } = setUp(0)
  for (let seq = 1; seq <= 5; seq++) fanout.add(seq, [type()], 'ada')
  expect(sent.map(({ from, to, author, at }) => [from, to, author, at])).toEqual(
    [1, 2, 3, 4, 5].map((n) => [n, n, 'ada', 0]),
  )
  expect([fanout.sentSeq, clock.pending]).toEqual([5, 0])
})

test('[B5] the next broadcast waits fanoutPaceFactor × what the last one cost, and carries everything since', () => {
  const { fanout, sent, type, clock, textOf } = setUp(2)
  fanout.add(1, [type()], 'ada')
  expect(sent).toHaveLength(1)
  for (let seq = 2; seq <= 6; seq++) fanout.add(seq, [type()], 'ada')
  expect([sent.length, fanout.sentSeq]).toEqual([1, 1])
  clock.advance(2 * limits.fanoutPaceFactor - 0.1)
  expect(sent).toHaveLength(1)
  clock.advance(0.2)
  expect(sent.map(({ from, to, author }) => [from, to, author])).toEqual([
    [1, 1, 'ada'],
    [2, 6, 'ada'],
  ])
  expect(textOf()).toBe('xxxxxx')
})

test('[B5] however dear a broadcast was, the next waits fanoutDelayMsMax at most', () => {
  const { fanout, sent, type, clock } = setUp(1_000)
  fanout.add(1, [type()], 'ada')
  fanout.add(2, [type()], 'ada')
  clock.advance(limits.fanoutDelayMsMax)
  expect(sent).toHaveLength(2)
})

test('[B2] it has an author only when one alone wrote all of it', () => {
  const { fanout, sent, type, clock } = setUp(1)
  fanout.add(1, [type()], 'ada')
  fanout.add(2, [type()], 'ada')
  fanout.add(3, [type()], 'bob')
  fanout.add(4, [type()], 'bob')
  clock.advance(100)
  fanout.add(5, [type()], undefined)
  fanout.add(6, [type()], 'ada')
  clock.advance(100)
  expect(sent.map(({ from, to, author }) => [from, to, author])).toEqual([
    [1, 1, 'ada'],
    [2, 4, undefined],
    [5, 5, undefined],
    [6, 6, 'ada'],
  ])
})

test('flush sends what waits, close forgets it', () => {
  const { fanout, sent, type, clock } = setUp(5)
  fanout.add(1, [type()], 'ada')
  fanout.add(2, [type()], 'ada')
  fanout.flush()
  expect(sent).toHaveLength(2)
  fanout.add(3, [type()], 'ada')
  fanout.close()
  clock.advance(1_000)
  expect([sent.length, clock.pending]).toEqual([2, 0])
})
