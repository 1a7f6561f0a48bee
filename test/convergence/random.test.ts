// P1 by chance: many short lives of a document, on networks that cut, freeze, delay, lose and repeat. Everything that a life
// does comes from its seed; SEED runs that one alone. LONG=1 has sixty times as many.
import { afterEach, expect, test } from 'vitest'
import { runSeed, withSeed } from '../harness/random.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { RandomLife } from './random-life.ts'

/** Documents that live at the same time in one server, which is drained and started again meanwhile. */
const together = 20
const batches = process.env.LONG ? 120 : 2
const seeds = process.env.SEED === undefined ? Array.from({ length: together }, (_, i) => runSeed + i) : [runSeed]

let server: TestServer
let lives: RandomLife[] = []
afterEach(async () => {
  await Promise.all(lives.map((life) => life.end()))
  await server.close()
  lives = []
})

async function differences(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^scriptorium_digests_differed_total (\d+)/m.exec(metrics)?.[1])
}

test.each(Array.from({ length: process.env.SEED === undefined ? batches : 1 }, (_, i) => i * together))(
  'P1: once the network is quiet all copies are the same (seeds from +%i)',
  async (offset) => {
    server = await startServer()
    lives = await Promise.all(seeds.map((seed) => RandomLife.begin(seed + offset, server)))
    await Promise.all(lives.map((life) => withSeed(life.seed, () => life.act())))
    expect(await differences(), 'texts that differed at equal seq').toBe(0)
    // Half of them go on while it is away.
    const restart = server.restart()
    await Promise.all(lives.map((life, i) => (i % 2 === 0 ? withSeed(life.seed, () => life.act()) : restart)))
    await restart
    // What got lost before that came back with a join; what gets lost now has to be noticed.
    await Promise.all(lives.map((life) => withSeed(life.seed, () => life.actConnected())))
    await Promise.all(lives.map((life) => withSeed(life.seed, () => life.expectQuiet())))
    expect(await differences(), 'texts that differed at equal seq').toBe(0)
  },
)
