// Loaded before a server whose memory is measured (node --expose-gc --import collect-garbage.mjs?report=file): on SIGUSR2 it
// collects garbage, which is not what a connection costs, and writes to that file what is left.
import { writeFileSync } from 'node:fs'

const report = new URL(import.meta.url).searchParams.get('report')

process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  writeFileSync(report, JSON.stringify({ liveKB: (heapUsed + external) / 1024 }))
})
