// What the command line of `scriptorium simulate` asks for. Pure but for the defaults that are random.
import { parseArgs } from 'node:util'
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../shared/ids.ts'
import { type FaultSettings, faultHelp, parseFaults, showFaults } from './faults/fault-list.ts'
import { UsageError } from './usage-error.ts'

export type Workload = 'typing' | 'paste' | 'mixed' | { trace: string }
export type TransportChoice = 'websocket' | 'polling' | 'mixed'

/** A server that somebody else runs. Without a document the tool makes one there. */
export type ForeignServer = { origin: string; document: { id: DocumentId; key: Key } | undefined }

export type SimulateOptions = {
  /** `undefined`: the tool starts its own, on a temporary folder. */
  server: ForeignServer | undefined
  clients: number
  seconds: number
  seed: number
  workload: Workload
  /** Edits a second of one client. */
  rate: number
  transport: TransportChoice
  faults: FaultSettings
  report: string | undefined
  json: string | undefined
  /** Folder for what a failure leaves behind. */
  evidence: string
}

export type SimulateCommand = { kind: 'run'; options: SimulateOptions } | { kind: 'help' }

const bounds = { clients: [1, 1_000], seconds: [1, 86_400], seed: [0, 2 ** 31 - 1], rate: [0.01, 60] } as const
const fallbacks = { clients: 20, clientsOfTrace: 4, seconds: 30, rate: 5 }

const flags = {
  url: { type: 'string' },
  clients: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  workload: { type: 'string', default: 'mixed' },
  rate: { type: 'string' },
  transport: { type: 'string', default: 'mixed' },
  faults: { type: 'string', default: 'all' },
  report: { type: 'string' },
  json: { type: 'string' },
  evidence: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Throws UsageError with one line that says what is wrong. `randomSeed`: for a run that names none. */
export function parseSimulate(args: readonly string[], randomSeed: () => number): SimulateCommand {
  const values = readFlags(args)
  if (values.help) return { kind: 'help' }
  const workload = parseWorkload(values.workload)
  const server = values.url === undefined ? undefined : parseUrl(values.url)
  const seed = numberOf('seed', values.seed, undefined, true) ?? randomSeed()
  const clients = typeof workload === 'string' ? fallbacks.clients : fallbacks.clientsOfTrace
  return {
    kind: 'run',
    options: {
      server,
      clients: numberOf('clients', values.clients, clients, true),
      seconds: numberOf('seconds', values.seconds, fallbacks.seconds, false),
      seed,
      workload,
      rate: numberOf('rate', values.rate, fallbacks.rate, false),
      transport: oneOf('transport', values.transport, ['websocket', 'polling', 'mixed']),
      faults: parseFaults(values.faults, server === undefined),
      report: fileOf('report', values.report),
      json: fileOf('json', values.json),
      evidence: fileOf('evidence', values.evidence) ?? `scriptorium-simulate-${seed}`,
    },
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${said.split(/\n|\.(?: |$)/)[0]}. See: scriptorium simulate --help`)
  }
}

function numberOf(flag: keyof typeof bounds, value: string | undefined, fallback: number, isWhole: boolean): number
function numberOf(
  flag: keyof typeof bounds,
  value: string | undefined,
  fallback: undefined,
  isWhole: boolean,
): number | undefined
function numberOf(
  flag: keyof typeof bounds,
  value: string | undefined,
  fallback: number | undefined,
  isWhole: boolean,
) {
  if (value === undefined) return fallback
  const [least, most] = bounds[flag]
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least && number <= most) || (isWhole && !Number.isInteger(number))) {
    throw new UsageError(`--${flag}: "${value}" is no ${isWhole ? 'whole ' : ''}number from ${least} to ${most}.`)
  }
  return number
}

function oneOf<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw new UsageError(`--${flag}: "${value}" is none of ${choices.join(', ')}.`)
  return choice
}

function fileOf(flag: string, value: string | undefined): string | undefined {
  if (value === '') throw new UsageError(`--${flag}: name a file.`)
  return value
}

function parseWorkload(value: string): Workload {
  if (!value.startsWith('trace=')) {
    const choices = ['typing', 'paste', 'mixed'] as const
    const choice = choices.find((one) => one === value)
    if (choice === undefined)
      throw new UsageError(`--workload: "${value}" is none of ${choices.join(', ')}, trace=FILE.`)
    return choice
  }
  const trace = value.slice('trace='.length)
  if (trace === '') throw new UsageError('--workload: name the file of the trace: trace=FILE.')
  return { trace }
}

/** The link of a document, or the bare address of a server. */
function parseUrl(value: string): ForeignServer {
  let url: URL
  try {
    url = new URL(value)
  } catch {
    throw new UsageError(`--url: "${value}" is no address. It looks like http://localhost:3000/d/<id>#<key>.`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError('--url: the address begins with http:// or https://.')
  }
  const { origin } = url
  if (url.pathname === '/' && url.hash === '') return { origin, document: undefined }
  const id = parseDocumentId(/^\/d\/([^/]+)$/.exec(url.pathname)?.[1])
  if (id === undefined) {
    throw new UsageError('--url: that is no link of a document. It looks like http://localhost:3000/d/<id>#<key>.')
  }
  const key = parseKey(url.hash.slice(1))
  if (key === undefined)
    throw new UsageError('--url: the link has no key: it is what stands behind the #. Quote the link.')
  return { origin, document: { id, key } }
}

/** The command that runs the same again. The key of a document is not repeated. */
export function replayCommand(options: SimulateOptions): string {
  const { server, clients, seconds, seed, workload, rate, transport, faults } = options
  const url = server?.document === undefined ? server?.origin : `${server.origin}/d/${server.document.id}#<key>`
  return [
    'npx scriptorium simulate',
    ...(url === undefined ? [] : [`--url '${url}'`]),
    `--clients ${clients} --seconds ${seconds} --seed ${seed}`,
    `--workload ${typeof workload === 'string' ? workload : `'trace=${workload.trace}'`}`,
    `--rate ${rate} --transport ${transport} --faults ${showFaults(faults)}`,
  ].join(' ')
}

export const simulateHelp =
  (): string => `Simulated people and injected faults against a Scriptorium server, and a verdict.

Usage: scriptorium simulate [options]

Without --url it starts a server of its own on a temporary folder, and may do anything to it.

  --url <link>          a document's edit link on a running server: 'http://host:3000/d/<id>#<key>'; use a document made
                        for the purpose. Or the server's address alone: then a document is made there
  --clients <number>    simulated people (${fallbacks.clients}; with a trace ${fallbacks.clientsOfTrace})
  --seconds <number>    how long they work (${fallbacks.seconds}); healing and judging come on top
  --seed <number>       repeats the choices of a run (a new one each time)
  --workload <kind>     typing, paste, mixed, or trace=FILE: a recorded session, .json or .json.gz (mixed)
  --rate <number>       edits a second of each client (${fallbacks.rate})
  --transport <kind>    websocket, polling, or mixed: one of each and those that choose as browsers do (mixed)
  --faults <list>       like cuts=0.2,delay=50ms,kill; or all, none; later entries win, 0 turns one off (all)
  --report <file.html>  a page with the verdict and charts, in one file
  --json <file>         the same for programs
  --evidence <folder>   what a failure leaves behind (./scriptorium-simulate-<seed>)
  -h, --help            this text

Faults, and their numbers when none are given:

${faultHelp()}

Exit code: 0 converged and nothing lost, 1 not, 2 the command was wrong or there was nothing to test.`
