import { describe, expect, test } from 'vitest'
import { helpText, parseCommand } from '../../server/config.ts'

const configOf = (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const command = parseCommand(args, env)
  if (command.kind !== 'serve') throw new Error(JSON.stringify(command))
  return command.config
}

test('without anything there are defaults, and serve is the command', () => {
  expect(configOf([])).toEqual({
    port: 3000,
    host: '0.0.0.0',
    dataDir: './data',
    durability: 'fsync',
    logLevel: 'info',
    trustedProxies: 0,
    publicUrl: undefined,
    allowedOrigins: [],
  })
  expect(configOf(['serve'])).toEqual(configOf([]))
})

test('every flag has an environment twin; the flag wins; an empty variable counts as not set', () => {
  const env = { PORT: '1', HOST: '::1', DATA_DIR: '/d', DURABILITY: 'os', LOG_LEVEL: 'warn', TRUST_PROXY: '2' }
  expect(configOf([], env)).toMatchObject({
    port: 1,
    host: '::1',
    dataDir: '/d',
    durability: 'os',
    logLevel: 'warn',
    trustedProxies: 2,
  })
  expect(configOf(['--port', '2', '--data=/e'], env)).toMatchObject({ port: 2, dataDir: '/e', host: '::1' })
  expect(configOf([], { PORT: '', DATA_DIR: '' })).toMatchObject({ port: 3000, dataDir: './data' })
})

test('URLs lose their slash, origins are cut to origins', () => {
  expect(
    configOf(['--public-url', 'https://a.example/', '--allowed-origins', ' https://b.example/x, http://c:8080 ,']),
  ).toMatchObject({
    publicUrl: 'https://a.example',
    allowedOrigins: ['https://b.example', 'http://c:8080'],
  })
})

describe('what is wrong is said in one line that names the flag', () => {
  const wrong: [string[], NodeJS.ProcessEnv, string][] = [
    [['--port', 'x'], {}, '--port (PORT)'],
    [['--port', '65536'], {}, '--port (PORT)'],
    [['--port=-1'], {}, '--port (PORT)'],
    [['--port', '1.5'], {}, '--port (PORT)'],
    [[], { PORT: '3000x' }, '--port (PORT)'],
    [['--durability', 'maybe'], {}, '--durability'],
    [['--log-level', 'loud'], {}, '--log-level'],
    [['--trust-proxy', '-1'], {}, ''],
    [['--trust-proxy=true'], {}, '--trust-proxy'],
    [['--public-url', 'ftp://a'], {}, '--public-url'],
    [['--public-url', 'a.example'], {}, '--public-url'],
    [['--allowed-origins', 'https://a.example,nonsense'], {}, '--allowed-origins'],
    [['--nonsense'], {}, 'nonsense'],
    [['fly'], {}, 'fly'],
    [['serve', 'now'], {}, 'serve now'],
  ]
  for (const [args, env, part] of wrong) {
    test(JSON.stringify([args, env]), () => {
      const command = parseCommand(args, env)
      expect(command.kind).toBe('wrong')
      const message = command.kind === 'wrong' ? command.message : ''
      expect(message).toContain(part)
      expect(message).not.toContain('\n')
    })
  }
})

test('--help names every flag and its twin', () => {
  expect(parseCommand(['--help'], {}).kind).toBe('help')
  expect(parseCommand(['-h', '--port', 'x'], {}).kind).toBe('help')
  expect(parseCommand(['--version'], {}).kind).toBe('version')
  for (const name of [
    'PORT',
    'HOST',
    'DATA_DIR',
    'DURABILITY',
    'LOG_LEVEL',
    'TRUST_PROXY',
    'PUBLIC_URL',
    'ALLOWED_ORIGINS',
  ]) {
    expect(helpText()).toContain(name)
  }
})

test('a tool is handed everything after its name', () => {
  expect(parseCommand(['simulate', '--port', 'x', '--help'], {})).toEqual({
    kind: 'simulate',
    args: ['--port', 'x', '--help'],
  })
  expect(parseCommand(['doctor'], {})).toEqual({ kind: 'doctor', args: [] })
})
