import { expect, test } from 'vitest'
import { QueueWatch, type Watched } from '../../server/socket/queue-watch.ts'
import { limits } from '../../shared/limits.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** A connection with a queue of so many bytes, half in Engine.IO and half below it. */
function setUp(isTransferring = false) {
  const clock = new FakeClock()
  const watch = new QueueWatch(clock)
  const told: string[] = []
  const webSocket = { bufferedAmount: 0, terminate: () => told.push('terminated') }
  const conn = {
    writeBuffer: [] as { data?: unknown }[],
    transport: { writable: true, socket: webSocket },
    close: (discard: boolean) => told.push(discard ? 'closed' : 'closed politely'),
  }
  const watched = {
    socket: { conn },
    isTransferring,
    stale: () => told.push('stale'),
    drained: () => told.push('drained'),
  }
  watch.add(watched as unknown as Watched)
  const look = (bytes: number) => {
    const half = Math.floor(bytes / 2)
    conn.writeBuffer = half === 0 ? [] : [{ data: new Uint8Array(half) }, {}]
    webSocket.bufferedAmount = bytes - half
    clock.advance(limits.queueSampleMs)
    return told.splice(0)
  }
  return { clock, watch, look, watched }
}

test('[B8] over staleQueueBytes it is stale, once; drained it is told so, once', () => {
  const { look } = setUp()
  expect(look(limits.staleQueueBytes)).toEqual([])
  expect(look(limits.staleQueueBytes + 2)).toEqual(['stale'])
  expect(look(limits.staleQueueBytes + 2)).toEqual([])
  expect(look(10)).toEqual([])
  expect(look(0)).toEqual(['drained'])
  expect(look(0)).toEqual([])
})

test('[B8] over closeQueueBytes, or after staleMsMax, it is cut off with all that is queued', () => {
  const full = setUp()
  full.look(limits.staleQueueBytes + 2)
  expect(full.look(limits.closeQueueBytes + 2)).toEqual(['closed', 'terminated'])
  const late = setUp()
  late.look(limits.staleQueueBytes + 2)
  const all: string[] = []
  for (let ms = 0; ms <= limits.staleMsMax; ms += limits.queueSampleMs) all.push(...late.look(100))
  expect(all).toEqual(['closed', 'terminated'])
})

test('[J9] the slices of a transfer are no slow reader’s queue', () => {
  const { look } = setUp(true)
  const slices = limits.slicesInFlightMax * limits.sliceBytes
  expect(look(slices + limits.staleQueueBytes)).toEqual([])
  expect(look(slices + limits.staleQueueBytes + 2)).toEqual(['stale'])
})

test('who is gone is not looked at, and a closed watch looks at nobody', () => {
  const { clock, watch, look, watched } = setUp()
  look(limits.staleQueueBytes + 2)
  watch.delete(watched as unknown as Watched)
  expect(look(limits.closeQueueBytes * 2)).toEqual([])
  watch.close()
  expect(clock.pending).toBe(0)
})
