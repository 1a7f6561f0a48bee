// Proof that the simulation sees: every deliberate bug has its place in the source, and some of them are hunted here.
// `npm run mutants` hunts all of them.
import { expect, test } from 'vitest'
import { mutants } from './mutants.ts'
import { assertOnce, load } from './mutation.mjs'

/** Found within a few lives each. */
const quick = ['acknowledges before the commit', 'forgets that somebody left']

test('every mutant changes exactly one place of the product', () => {
  for (const mutant of mutants) assertOnce(mutant)
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})

test.each(quick)('a product that %s is found out', async (name) => {
  const mutant = mutants.find((one) => one.name === name)
  const { hunt } = await load('hunt.ts', mutant)
  expect((await hunt(1, 60))?.outcome.problem).toBeDefined()
})
