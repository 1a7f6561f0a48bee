// Whole lives under a virtual clock: the real rooms, guard, commit queue, log, doors and providers in one process. One
// seed is exactly one life, so what fails here fails again. LONG=1 lives 10,000 new ones; SEED=n lives one and tells
// everything. The short form lives the same ones each time: it guards what works, and the long one hunts.
import { afterAll, describe, expect, test } from 'vitest'
import { runSeed } from '../harness/random.ts'
import { hunt, shrink } from './hunt.ts'
import { live } from './life.ts'
import { pinned } from './pinned.ts'
import { lifeOf, literalOf } from './steps.ts'

const isLong = Boolean(process.env.LONG)
const isReplay = process.env.SEED !== undefined
const lives = isReplay ? 1 : isLong ? 10_000 : 200
/** So many make one test: progress is to be seen, and a busy machine does not run out of time. */
const livesPerTest = 50

const firstSeed = isLong || isReplay ? runSeed : 1
const firsts = Array.from({ length: Math.ceil(lives / livesPerTest) }, (_, index) => firstSeed + index * livesPerTest)

describe('lives', () => {
  const start = performance.now()
  let lived = 0

  test.each(firsts)('whatever happens, all is well in the end: seeds from %i on', async (first) => {
    if (isReplay) await live(lifeOf(first), (line) => console.log(line))
    const count = Math.min(livesPerTest, lives)
    const found = await hunt(first, count)
    lived += count
    if (found === undefined) return
    const short = await shrink(found.life)
    const { problem } = await live(short)
    expect.fail(
      `[SEED=${found.life.seed}] ${found.outcome.problem}\nas short as it gets: ${problem}\n${literalOf(short)}`,
    )
  })

  afterAll(() => {
    const perMinute = Math.round((lived / (performance.now() - start)) * 60_000)
    console.log(`${lived} lives from seed ${firstSeed} on, ${perMinute} a minute`)
  })
})

describe('lives that once went wrong', () => {
  test.each(pinned)('$found', async ({ life }) => {
    expect((await live(life)).problem).toBeUndefined()
  })
})

describe('the simulation', () => {
  test('one seed is exactly one life: the same events in the same order at the same times', async () => {
    for (const seed of [1, 2, 3, 4, 5, runSeed]) {
      const first = await live(lifeOf(seed))
      expect(await live(lifeOf(seed))).toEqual(first)
      expect((await live(lifeOf(seed + 1))).digest).not.toBe(first.digest)
    }
  })
})
