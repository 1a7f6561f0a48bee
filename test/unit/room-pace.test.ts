// How long a room waits after its commits, by what they took.
import { expect, test } from 'vitest'
import { RoomPace } from '../../server/room-pace.ts'
import { limits } from '../../shared/limits.ts'

test('[B5] a room whose commits all take long has a quarter of the time; one slow commit changes little', () => {
  const pace = new RoomPace()
  const { roomPaceFactor, roomPaceFactorMin, roomDelayMsMax, slowRoomDelayMsMax } = limits
  const pauses = [1, 50, 1, 50, 70, 60, 500, 500, 0].map((tookMs) => pace.pauseAfter(tookMs))
  const slow = [50, 60, 60].map((ms) => roomPaceFactorMin * ms)
  const end = [slowRoomDelayMsMax, 0]
  expect(pauses).toEqual([roomPaceFactor, roomDelayMsMax, roomPaceFactor, roomDelayMsMax, ...slow, ...end])
})
