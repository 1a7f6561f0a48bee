import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ByteBudget } from '../../server/byte-budget.ts'
import { Download } from '../../server/socket/download.ts'
import { limits } from '../../shared/limits.ts'
import type { SliceHeader } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function setUp(length: number) {
  const clock = new FakeClock()
  const sent: { header: SliceHeader; bytes: Uint8Array; answer: () => void }[] = []
  const budget = new ByteBudget(limits.downloadBytesPerAddressMax)
  let stalls = 0
  const bytes = Uint8Array.from({ length }, (_, i) => i & 255)
  const download = new Download({
    id: 7,
    bytes,
    clock,
    budget,
    send: (header, slice, answer) => sent.push({ header, bytes: slice, answer }),
    onStall: () => stalls++,
  })
  download.advance()
  return { clock, budget, sent, bytes, download, stalls: () => stalls }
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

test('[J9] what is on its way is counted until it has arrived, stalled or was stopped; what is too much is busy', () => {
  const arrived = setUp(10)
  expect(arrived.budget.bytes).toBe(10)
  arrived.sent[0]!.answer()
  expect(arrived.budget.bytes).toBe(0)
  const stalled = setUp(10)
  stalled.clock.advance(limits.transferStallMs)
  expect(stalled.budget.bytes).toBe(0)
  const stopped = setUp(10)
  stopped.download.stop()
  stopped.download.stop()
  expect(stopped.budget.bytes).toBe(0)
  const small = new ByteBudget(9, new ByteBudget(100))
  const nothing = () => undefined
  const init = {
    id: 1,
    bytes: new Uint8Array(10),
    clock: new FakeClock(),
    budget: small,
    send: nothing,
    onStall: nothing,
  }
  expect(() => new Download(init)).toThrow(expect.objectContaining({ code: 'busy' }))
})

test('a part of a budget never takes more than the whole has, and counts nothing then', () => {
  const whole = new ByteBudget(10)
  const [a, b] = [new ByteBudget(8, whole), new ByteBudget(8, whole)]
  a.take(8)
  expect(() => b.take(3)).toThrow(expect.objectContaining({ code: 'busy' }))
  expect([b.bytes, whole.bytes]).toEqual([0, 8])
  a.giveBack(8)
  b.take(3)
  expect([a.bytes, whole.bytes]).toEqual([0, 3])
})

test('once it is over, it keeps nothing of the state', async () => {
  const finished = () => {
    const { sent, bytes, download } = setUp(limits.sliceBytes)
    sent[0]!.answer()
    return { download, bytes: new WeakRef(bytes) }
  }
  const { download, bytes } = finished()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(bytes.deref()).toBeUndefined()
  expect(download.isUnderWay).toBe(false)
})
