import { expect, test } from 'vitest'
import { Download } from '../../server/socket/download.ts'
import { limits } from '../../shared/limits.ts'
import type { SliceHeader } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

function setUp(length: number) {
  const clock = new FakeClock()
  const sent: { header: SliceHeader; bytes: Uint8Array; answer: () => void }[] = []
  let stalls = 0
  const bytes = Uint8Array.from({ length }, (_, i) => i & 255)
  const download = new Download({
    id: 7,
    bytes,
    clock,
    send: (header, slice, answer) => sent.push({ header, bytes: slice, answer }),
    onStall: () => stalls++,
  })
  download.advance()
  return { clock, sent, bytes, download, stalls: () => stalls }
}

test('[J9] at most slicesInFlightMax are unanswered, and together they are the whole', () => {
  const { clock, sent, bytes, download } = setUp(5 * limits.sliceBytes + 1)
  for (let i = 0; i < 6; i++) {
    expect(sent.length).toBe(Math.min(6, i + limits.slicesInFlightMax))
    expect(download.isUnderWay).toBe(true)
    sent[i]!.answer()
    sent[i]!.answer()
  }
  expect(Buffer.concat(sent.map((slice) => slice.bytes)).equals(bytes)).toBe(true)
  expect(sent.map(({ header }) => header.offset)).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * limits.sliceBytes))
  expect([download.isUnderWay, clock.pending]).toEqual([false, 0])
})

test('[J9] it is bounded by progress, not by total time', () => {
  const { clock, sent, stalls } = setUp(10 * limits.sliceBytes)
  for (let i = 0; i < 9; i++) {
    clock.advance(limits.transferStallMs - 1)
    sent[i]!.answer()
  }
  expect(stalls()).toBe(0)
  clock.advance(limits.transferStallMs)
  expect(stalls()).toBe(1)
  sent[9]!.answer()
  clock.advance(limits.transferStallMs * 2)
  expect([stalls(), clock.pending]).toEqual([1, 0])
})

test('stopped it sends no more, whatever is answered', () => {
  const { clock, sent, download, stalls } = setUp(10 * limits.sliceBytes)
  download.stop()
  for (const { answer } of [...sent]) answer()
  clock.advance(limits.transferStallMs * 2)
  expect([sent.length, stalls(), clock.pending]).toEqual([limits.slicesInFlightMax, 0, 0])
})
