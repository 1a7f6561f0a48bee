// What a host can set: command-line flags, each with an environment twin. Parsed once; a wrong one is said in one line.
import { parseArgs } from 'node:util'
import { z } from 'zod'

export type Config = {
  port: number
  host: string
  dataDir: string
  /** `fsync`: acknowledged text survives power loss. `os`: it survives a killed process. */
  durability: 'fsync' | 'os'
  logLevel: string
  /** How many proxies of the host's own stand in front; 0: none, addresses are those of the connections. */
  trustedProxies: number
  /** Address under which people reach the server, e.g. https://write.example.org; for links and the origin check. */
  publicUrl: string | undefined
  /** Further origins whose pages may connect. */
  allowedOrigins: string[]
}

type Option = { flag: keyof typeof flags; env: string; help: string; fallback: string }

const flags = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  data: { type: 'string' },
  durability: { type: 'string' },
  'log-level': { type: 'string' },
  'trust-proxy': { type: 'string' },
  'public-url': { type: 'string' },
  'allowed-origins': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

const options: readonly Option[] = [
  { flag: 'port', env: 'PORT', fallback: '3000', help: 'TCP port; 0 picks a free one' },
  { flag: 'host', env: 'HOST', fallback: '0.0.0.0', help: 'address to listen on; 127.0.0.1 for this machine only' },
  { flag: 'data', env: 'DATA_DIR', fallback: './data', help: 'folder that holds the documents' },
  {
    flag: 'durability',
    env: 'DURABILITY',
    fallback: 'fsync',
    help: 'fsync: safe against power loss; os: faster, safe against crashes',
  },
  { flag: 'log-level', env: 'LOG_LEVEL', fallback: 'info', help: 'trace, debug, info, warn, error or silent' },
  { flag: 'trust-proxy', env: 'TRUST_PROXY', fallback: '0', help: 'number of own reverse proxies in front' },
  { flag: 'public-url', env: 'PUBLIC_URL', fallback: '', help: 'address under which people reach the server' },
  {
    flag: 'allowed-origins',
    env: 'ALLOWED_ORIGINS',
    fallback: '',
    help: 'further origins whose pages may connect, with commas',
  },
]

const origin = z.url({ protocol: /^https?$/ })
const schema = z.object({
  port: z.coerce.number<string>('a number from 0 to 65535').int().min(0).max(65_535),
  host: z.string().min(1),
  data: z.string().min(1),
  durability: z.enum(['fsync', 'os']),
  'log-level': z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  'trust-proxy': z.coerce.number<string>().int().min(0).max(16),
  'public-url': z.union([z.literal(''), origin]),
  'allowed-origins': z
    .string()
    .transform((list) => list.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(origin.transform((url) => new URL(url).origin))),
})

/** Commands that are not the server; each reads the arguments after its name itself. */
const tools = ['simulate', 'doctor'] as const

/** What the command line asks for. */
export type Command =
  | { kind: 'serve'; config: Config }
  /** A tool with flags of its own, which are handed on as they are. */
  | { kind: (typeof tools)[number]; args: string[] }
  | { kind: 'help' | 'version' }
  | { kind: 'wrong'; message: string }

/** Reads flags, then environment, then defaults. An empty environment variable counts as not set. */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command {
  const tool = tools.find((name) => name === args[0])
  if (tool !== undefined) return { kind: tool, args: args.slice(1) }
  let values: ReturnType<typeof parseFlags>
  try {
    values = parseFlags(args)
  } catch (error) {
    return { kind: 'wrong', message: (error instanceof Error ? error.message : String(error)).replace(/\n/g, ' ') }
  }
  if (values.values.help) return { kind: 'help' }
  if (values.values.version) return { kind: 'version' }
  const [command = 'serve', ...rest] = values.positionals
  if (command !== 'serve' || rest.length > 0)
    return { kind: 'wrong', message: `Unknown command: ${values.positionals.join(' ')}` }
  const given = Object.fromEntries(
    options.map(({ flag, env: name, fallback }) => [flag, values.values[flag] ?? (env[name] || fallback)]),
  )
  const result = schema.safeParse(given)
  if (!result.success) return { kind: 'wrong', message: explain(result.error) }
  const parsed = result.data
  return {
    kind: 'serve',
    config: {
      port: parsed.port,
      host: parsed.host,
      dataDir: parsed.data,
      durability: parsed.durability,
      logLevel: parsed['log-level'],
      trustedProxies: parsed['trust-proxy'],
      publicUrl: parsed['public-url'] === '' ? undefined : parsed['public-url'].replace(/\/+$/, ''),
      allowedOrigins: parsed['allowed-origins'],
    },
  }
}

function parseFlags(args: string[]) {
  return parseArgs({ args, options: flags, allowPositionals: true, strict: true })
}

function explain(error: z.ZodError): string {
  const issue = error.issues[0]
  const option = options.find(({ flag }) => flag === issue?.path[0])
  return `--${option?.flag ?? '?'} (${option?.env ?? '?'}): ${issue?.message ?? 'not valid'}`
}

/** The text of --help. */
export function helpText(): string {
  const lines = options.map(({ flag, env, fallback, help }) => {
    const left = `  --${flag} <value>`.padEnd(28)
    return `${left}${help}${fallback === '' ? '' : ` (${fallback})`}\n${' '.repeat(28)}environment: ${env}`
  })
  return [
    'Scriptorium, a collaborative document editor.',
    '',
    'Usage: scriptorium [serve] [options]',
    '       scriptorium simulate --help    simulated people and injected faults against a server',
    '       scriptorium doctor --help      checks and repairs a data folder',
    '',
    ...lines,
    '  -h, --help                  this text',
    '  --version                   the version',
  ].join('\n')
}
