// A vitest reporter for machines: at the end one line, "12 passed, 0 failed", alone. With SUMMARY_FILE set the line goes into
// that file instead, for who prints it later. A file that cannot be loaded and an error outside of a test count as failed.
import { writeFileSync } from 'node:fs'
import process from 'node:process'

/** Counts of vitest's test modules; a test that did not run is neither passed nor failed. */
function summarize(modules, unhandledErrors) {
  const counts = { passed: 0, failed: unhandledErrors.length }
  for (const module of modules) {
    const states = [...module.children.allTests()].map((test) => test.result().state)
    const failed = states.filter((state) => state === 'failed').length
    counts.passed += states.filter((state) => state === 'passed').length
    counts.failed += failed === 0 && module.state() === 'failed' ? 1 : failed
  }
  return counts
}

export default class CiReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const { passed, failed } = summarize(modules, unhandledErrors)
    const line = `${passed} passed, ${failed} failed\n`
    if (process.env.SUMMARY_FILE) writeFileSync(process.env.SUMMARY_FILE, line)
    else process.stdout.write(line)
    if (passed + failed === 0) process.exitCode = 1
  }
}
