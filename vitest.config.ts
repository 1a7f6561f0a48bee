import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: process.env.LONG ? 1_800_000 : 60_000,
    hookTimeout: 60_000,
    // Two slow cores: more workers than that only makes the timers of one test late for another.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
