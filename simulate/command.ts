// `scriptorium simulate`: simulated people and injected faults against a real server, and a verdict.
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeEvidence } from './evidence-folder.ts'
import { parseSimulate, type SimulateCommand, simulateHelp } from './options.ts'
import { Progress } from './progress.ts'
import { reportHtml } from './report/page.ts'
import { runRecord } from './report/record.ts'
import { type Outcome, type RunTools, runSimulation } from './run.ts'
import { UsageError } from './usage-error.ts'
import { verdictLines } from './words.ts'

const exitGood = 0
const exitBad = 1
const exitUsage = 2

/** For tests: another server than the one beside this file, and what goes wrong with it. */
export type SimulateTools = Partial<Pick<RunTools, 'main' | 'startServer' | 'meddle' | 'patienceMs'>>

/** Runs the command; resolves with its exit code: 0 converged and nothing lost, 1 not, 2 usage or nothing to test. */
export async function simulate(args: readonly string[], tools: SimulateTools = {}): Promise<number> {
  try {
    const command = parseSimulate(args, () => Date.now() % 2 ** 31)
    if (command.kind === 'run') return await run(command, tools)
    console.log(simulateHelp())
    return exitGood
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    return exitUsage
  }
}

async function run({ options }: SimulateCommand & { kind: 'run' }, tools: SimulateTools): Promise<number> {
  await assertWritable('report', options.report)
  await assertWritable('json', options.json)
  const progress = new Progress(process.stdout)
  const asked = whenInterrupted(() => progress.say('Stopping early; the verdict follows. Once more ends at once.'))
  try {
    const outcome = await runSimulation(options, {
      main: fileURLToPath(new URL('../server/main.js', import.meta.url)),
      ...tools,
      whenAsked: asked.promise,
      say: (what) => progress.say(what),
      onSecond: (second, share) => progress.second(second, share),
    })
    await write(outcome)
    const { isGood } = outcome.verdict
    const evidence = isGood ? undefined : await keepEvidence(options.evidence, outcome, progress)
    for (const line of verdictLines(outcome, evidence)) progress.say(line)
    return isGood ? exitGood : exitBad
  } finally {
    asked.stop()
  }
}

/** Before the run: nobody wants to wait for a page that then cannot be written. Throws UsageError. */
async function assertWritable(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined) return
  const there = await stat(file).catch(() => undefined)
  if (there?.isDirectory()) throw new UsageError(`--${flag}: ${file} is a folder. Name a file.`)
  try {
    await access(there === undefined ? dirname(file) : file, constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(`--${flag}: ${file} cannot be written (${code}).`, { cause })
  }
}

async function write(outcome: Outcome): Promise<void> {
  const { report, json } = outcome.scene.options
  const record = runRecord(outcome)
  if (json !== undefined) await writeFile(json, `${JSON.stringify(record, undefined, 2)}\n`)
  if (report !== undefined) await writeFile(report, reportHtml(record))
}

/** The folder; `undefined` when it cannot be written: the verdict is worth more. */
async function keepEvidence(folder: string, outcome: Outcome, progress: Progress): Promise<string | undefined> {
  try {
    await writeEvidence(folder, outcome)
    return folder
  } catch (error) {
    progress.say(`What everybody held could not be kept in ${folder}: ${(error as Error).message}`)
    return undefined
  }
}

/** Ctrl-C once asks for the verdict; twice ends the process. */
function whenInterrupted(said: () => void): { promise: Promise<void>; stop(): void } {
  let asks = 0
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  const onSignal = () => {
    if (++asks > 1) process.exit(130)
    said()
    resolve()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    promise,
    stop() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
