// The seed of a test run; what is random comes from the simulator.
export { pause, Random } from '../../simulate/random.ts'

/** The seed of this run: SEED from the environment, else a new one. */
export const runSeed: number = process.env.SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.SEED)
if (!Number.isInteger(runSeed)) throw new Error(`SEED has to be a whole number, not ${process.env.SEED}`)

/** Runs the test; whatever it throws names the seed, to be given as SEED. */
export async function withSeed(seed: number, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    throw new Error(`[SEED=${seed}] ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}
