// How often others' cursors are drawn: dear drawings seldom, quick ones at once, and while the text changes along with it.
import { expect, it } from 'vitest'
import { DrawingPace } from '../../client/editor/drawing-pace.ts'
import { limits } from '../../shared/limits.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** Draws are noted with their time; each costs so many ms. */
function pacing(costMs = 0) {
  const clock = new FakeClock()
  const drawn: number[] = []
  const draw = () => {
    drawn.push(clock.monotonic())
    pace.rest(costMs)
  }
  const pace: DrawingPace = new DrawingPace(clock, draw)
  /** Somebody moves every so many ms, for so long. */
  const moveEvery = (ms: number, forMs: number) => {
    for (let at = 0; at < forMs; at += ms) {
      pace.wait()
      clock.advance(ms)
    }
  }
  return { clock, drawn, draw, pace, moveEvery }
}

it('the first movement is drawn at once, the next ones after a rest', () => {
  const { clock, drawn, pace, moveEvery } = pacing()
  pace.wait()
  clock.advance(0)
  expect(drawn).toEqual([0])
  moveEvery(10, 1_000)
  expect(drawn.slice(0, 4)).toEqual([0, 50, 100, 150])
  expect(limits.presenceIntervalMs).toBe(50)
})

it('what costs more is drawn less often, but four times a second at the least', () => {
  const cheap = pacing(5)
  cheap.moveEvery(10, 2_000)
  expect(cheap.drawn.slice(0, 4)).toEqual([0, 100, 200, 300])
  const dear = pacing(500)
  dear.moveEvery(10, 2_000)
  expect(dear.drawn.slice(0, 4)).toEqual([0, 250, 500, 750])
})

it('while the text changes, movements go along with its drawings, rest long, and have no drawings of their own', () => {
  const { clock, drawn, pace } = pacing()
  let along = 0
  for (let key = 0; key < 50; key++) {
    pace.textChanged()
    pace.wait()
    clock.advance(16)
    if (pace.goesAlong()) {
      along++
      pace.rest(0)
    }
    clock.advance(70)
  }
  // Every second key: the next one is too early.
  expect([along, drawn]).toEqual([25, []])
})

it('nothing goes along that has not waited, or before the rest is over', () => {
  const { clock, pace } = pacing()
  expect(pace.goesAlong()).toBe(false)
  pace.rest(10)
  pace.wait()
  clock.advance(199)
  expect(pace.goesAlong()).toBe(false)
  clock.advance(1)
  expect(pace.goesAlong()).toBe(false)
})

it('a movement is shown soon although the next key does not come, and at once when the text has been quiet', () => {
  const { clock, drawn, pace } = pacing()
  pace.textChanged()
  pace.wait()
  clock.advance(80)
  expect(drawn).toEqual([80])
  clock.advance(1_000)
  pace.wait()
  clock.advance(0)
  expect(drawn).toEqual([80, 1_080])
})

it('after the end nothing is drawn', () => {
  const { clock, drawn, pace } = pacing()
  pace.wait()
  pace.stop()
  clock.advance(1_000)
  expect(drawn).toEqual([])
})
