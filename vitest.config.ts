// Three groups, one after the other: the tests of one group never take the CPU from another's. LONG=1 is the long form.
import { defineConfig } from 'vitest/config'

const isLong = Boolean(process.env.LONG)
const shared = {
  testTimeout: isLong ? 1_800_000 : 60_000,
  hookTimeout: isLong ? 300_000 : 60_000,
}

const files = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.{ts,tsx}`)

export default defineConfig({
  test: {
    reporters: process.env.CI ? ['default', './scripts/ci-reporter.mjs'] : ['default'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/*.test.{ts,tsx}', ...files('unit', 'contract')],
          // Two slow cores: more workers than that only makes the timers of one test late for another.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: files('integration', 'convergence', 'simulation', 'faults'),
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // A browser has many processes of its own: one file at a time, and nothing beside it.
        test: {
          ...shared,
          name: 'browser',
          include: files('browser'),
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
