// Which faults there are, what their number means, and how a list of them is read. Pure.
import { UsageError } from '../usage-error.ts'

/** Who can do it: `network` and `people` to any server, `server` only to one that the tool started itself. */
export type FaultScope = 'network' | 'people' | 'server'

/** What a fault's number counts. Rates are per client and minute, `times` for the whole run per minute. */
type FaultUnit = 'rate' | 'times' | 'ms' | 'bytes' | 'count'

type Fault = { scope: FaultScope; unit: FaultUnit; by: number; help: string }

export const faultTable = {
  cuts: { scope: 'network', unit: 'rate', by: 1, help: 'connections reset' },
  halfopen: { scope: 'network', unit: 'rate', by: 0.3, help: 'connections fall silent both ways for 1 to 20 s' },
  delay: { scope: 'network', unit: 'ms', by: 20, help: 'each way, up to twice as much, another for each client' },
  reorder: { scope: 'network', unit: 'ms', by: 60, help: 'delays that keep changing: edits overtake each other' },
  throttle: { scope: 'network', unit: 'bytes', by: 8_192, help: 'no more than that, for one client after another' },
  acks: { scope: 'network', unit: 'rate', by: 0.5, help: 'edits arrive, their answers are lost with the connection' },
  broadcasts: { scope: 'network', unit: 'rate', by: 0.5, help: "somebody else's edit is lost on its way to a client" },
  deletions: { scope: 'network', unit: 'rate', by: 0.5, help: 'the same with a deletion, which no state vector shows' },
  slow: { scope: 'network', unit: 'rate', by: 0.2, help: 'a client stops reading for 2 to 12 s' },
  clock: { scope: 'people', unit: 'rate', by: 0.5, help: "a client's clock jumps by up to a day" },
  waves: { scope: 'people', unit: 'times', by: 3, help: 'a third of the clients leaves and comes back' },
  cold: { scope: 'people', unit: 'times', by: 2, help: 'twenty open a document at once that nobody has open' },
  hostile: { scope: 'people', unit: 'count', by: 2, help: 'hostile clients in the same document' },
  kill: { scope: 'server', unit: 'times', by: 1, help: 'kill -9, and started again' },
  term: { scope: 'server', unit: 'times', by: 1, help: 'SIGTERM, and started again' },
  disk: { scope: 'server', unit: 'times', by: 1, help: 'the disk is full for 1 to 3 s (Linux, with prlimit)' },
  readonly: { scope: 'server', unit: 'times', by: 1, help: 'started on a folder that it may not write' },
  corrupt: { scope: 'server', unit: 'count', by: 1, help: 'a byte on disk is turned, on another server and folder' },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faultTable
export const faultNames = Object.keys(faultTable) as FaultName[]

/** The faults of a run with their numbers; those that are absent do not happen. */
export type FaultSettings = Readonly<Partial<Record<FaultName, number>>>

/** No number of any fault is larger. */
const numberMax = 1_000_000

/**
 * Reads `cuts=0.2,delay=50ms,kill`, `all`, `none`; later entries override earlier ones, and 0 turns one off. `mayHarm`:
 * whether the server is the tool's own; `all` then has those of the server as well. Throws UsageError.
 */
export function parseFaults(list: string, mayHarm: boolean): FaultSettings {
  const settings: Partial<Record<FaultName, number>> = {}
  for (const entry of list.split(',').map((part) => part.trim())) {
    if (entry === '' || entry === 'none') continue
    if (entry === 'all') {
      for (const name of faultNames) if (mayHarm || isHarmless(name)) settings[name] = faultTable[name].by
      continue
    }
    const [name, value, ...rest] = entry.split('=')
    if (!isFaultName(name) || rest.length > 0) throw new UsageError(unknownFault(name ?? ''))
    const number = value === undefined ? faultTable[name].by : parseNumber(name, value)
    if (number > 0 && !mayHarm && !isHarmless(name)) {
      throw new UsageError(`--faults: ${name} is only for a server that the tool starts itself. Leave out --url.`)
    }
    if (number === 0) delete settings[name]
    else settings[name] = number
  }
  return settings
}

const isHarmless = (name: FaultName) => faultTable[name].scope !== 'server'
const isFaultName = (name: string | undefined): name is FaultName =>
  name !== undefined && Object.hasOwn(faultTable, name)
const unknownFault = (name: string) =>
  `--faults: there is no fault "${name}". There are: ${faultNames.join(', ')}; and all, none.`

const units: Readonly<Record<FaultUnit, Readonly<Record<string, number>>>> = {
  rate: { '': 1, '/min': 1 },
  times: { '': 1, '/min': 1 },
  count: { '': 1 },
  ms: { '': 1, ms: 1, s: 1_000 },
  bytes: { '': 1, B: 1, kB: 1_024 },
}

function parseNumber(name: FaultName, value: string): number {
  const { unit } = faultTable[name]
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?)(\D*)$/.exec(value) ?? []
  const factor = units[unit][suffix]
  const number = Number(digits) * (factor ?? Number.NaN)
  const isWhole = unit === 'rate' || unit === 'times' || Number.isInteger(number)
  if (digits === '' || !Number.isFinite(number) || number > numberMax || !isWhole) {
    throw new UsageError(`--faults: "${value}" is no number for ${name}. For example: ${name}=${showNumber(name)}`)
  }
  return number
}

/** A fault's number with its unit, as it may be given. */
function showNumber(name: FaultName, number: number = faultTable[name].by): string {
  const { unit } = faultTable[name]
  if (unit === 'ms') return `${number}ms`
  if (unit === 'bytes') return number % 1_024 === 0 ? `${number / 1_024}kB` : `${number}`
  return String(number)
}

/** The settings as a list that `parseFaults` reads. */
export function showFaults(settings: FaultSettings): string {
  const entries = faultNames.flatMap((name) => {
    const number = settings[name]
    return number === undefined ? [] : [`${name}=${showNumber(name, number)}`]
  })
  return entries.length === 0 ? 'none' : entries.join(',')
}

const counts: Readonly<Record<FaultUnit, string>> = {
  rate: 'per client and minute',
  times: 'a minute',
  ms: '',
  bytes: 'a second',
  count: '',
}

/** What a run had of a fault with that number: how often it happened, or of what lasts, how much it was. */
export function faultInWords(name: FaultName, number: number, times: number): string {
  const { unit, help } = faultTable[name]
  if (unit === 'rate' || unit === 'times') return `${times} × ${help}`
  if (unit === 'count') return `${number} × ${help}`
  return `${`${showNumber(name, number)} ${counts[unit]}`.trim()}, ${help}`
}

/** The table of --help: what can be given, what its number counts, what happens. */
export function faultHelp(): string {
  const given = (name: FaultName) => `${name}=${showNumber(name)}`
  const counted = (name: FaultName) => counts[faultTable[name].unit]
  const widthOf = (column: (name: FaultName) => string) =>
    2 + Math.max(...faultNames.map((name) => column(name).length))
  const [givenWidth, countedWidth] = [widthOf(given), widthOf(counted)]
  const line = (name: FaultName) =>
    `  ${given(name).padEnd(givenWidth)}${counted(name).padEnd(countedWidth)}${faultTable[name].help}`
  const of = (scope: FaultScope) => faultNames.filter((name) => faultTable[name].scope === scope).map(line)
  return [
    'The network:',
    ...of('network'),
    'The people:',
    ...of('people'),
    "The tool's own server:",
    ...of('server'),
  ].join('\n')
}
