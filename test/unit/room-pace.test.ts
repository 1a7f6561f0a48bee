// How long a room waits after its commits, by what they took.
import { expect, test } from 'vitest'
import { RoomPace } from '../../server/room-pace.ts'
import { limits } from '../../shared/limits.ts'

test('[B5] a room whose commits all take long has a quarter of the time; one slow commit changes little', () => {
  const pace = new RoomPace()
  const { roomPaceFactor, roomPaceFactorMin, roomDelayMsMax } = limits
  const pauses = [1, 100, 1, 100, 200, 150, 0].map((tookMs) => pace.pauseAfter(tookMs))
  const slow = [100, 150].map((ms) => roomPaceFactorMin * ms)
  expect(pauses).toEqual([roomPaceFactor, roomDelayMsMax, roomPaceFactor, roomDelayMsMax, ...slow, 0])
})
