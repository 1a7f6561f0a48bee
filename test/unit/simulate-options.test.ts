import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { faultNames, faultTable, parseFaults, showFaults } from '../../simulate/faults/fault-list.ts'
import { parseSimulate, replayCommand, simulateHelp } from '../../simulate/options.ts'
import { readTrace } from '../../simulate/trace/trace.ts'
import { UsageError } from '../../simulate/usage-error.ts'

const id = 'AAAAAAAAAAAAAAAA'
const key = 'B'.repeat(22)
const link = `http://host:3000/d/${id}#${key}`

const optionsOf = (...args: string[]) => {
  const command = parseSimulate(args, () => 7)
  if (command.kind !== 'run') throw new Error('no run')
  return command.options
}

test('without anything: a server of its own, twenty people for half a minute, every fault', () => {
  const options = optionsOf()
  expect(options).toMatchObject({ server: undefined, clients: 20, seconds: 30, rate: 5, seed: 7, workload: 'mixed' })
  expect(Object.keys(options.faults).sort()).toEqual([...faultNames].sort())
})

test('a link names server, document and key; an address alone only the server', () => {
  expect(optionsOf('--url', link).server).toEqual({ origin: 'http://host:3000', document: { id, key } })
  expect(optionsOf('--url', 'https://a.example/').server).toEqual({ origin: 'https://a.example', document: undefined })
})

test('against a server of somebody else, all means all that cannot harm it', () => {
  const { faults } = optionsOf('--url', link)
  expect(faults.cuts).toBeGreaterThan(0)
  for (const name of ['kill', 'term', 'disk', 'readonly', 'corrupt'] as const) expect(faults[name]).toBeUndefined()
})

test('faults have numbers with units; later entries win, and 0 turns one off', () => {
  expect(parseFaults('cuts=0.2, delay=50ms,kill', true)).toEqual({ cuts: 0.2, delay: 50, kill: 1 })
  expect(parseFaults('delay=2s,throttle=4kB', true)).toEqual({ delay: 2_000, throttle: 4_096 })
  expect(parseFaults('none', true)).toEqual({})
  const most = parseFaults('all,kill=0,cuts=9', true)
  expect([most.kill, most.cuts]).toEqual([undefined, 9])
})

test('the list of a run can be given again, and the command that repeats it has no key in it', () => {
  const all = parseFaults('all', true)
  expect(parseFaults(showFaults(all), true)).toEqual(all)
  const again = replayCommand(optionsOf('--url', link, '--seed', '12', '--faults', 'cuts=3'))
  expect(again).toContain('--seed 12')
  expect(again).toContain('cuts=3')
  expect(again).not.toContain(key)
})

test('the help names every flag and every fault', () => {
  for (const name of faultNames) expect(simulateHelp()).toContain(`${name}=`)
  for (const flag of ['url', 'clients', 'seconds', 'seed', 'workload', 'rate', 'transport', 'faults', 'report', 'json'])
    expect(simulateHelp()).toContain(`--${flag} `)
})

test('the table of faults stands in columns, however long a name and its number are', () => {
  const lines = simulateHelp().split('\n')
  const rows = faultNames.map((name) => lines.find((line) => line.startsWith(`  ${name}=`))!)
  const placeOf = (words: string) => new Set(rows.filter((row) => row.includes(words)).map((row) => row.indexOf(words)))
  expect(placeOf('per client and minute').size).toBe(1)
  expect(new Set(rows.map((row, i) => row.indexOf(`  ${faultTable[faultNames[i]!].help}`))).size).toBe(1)
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(120)
})

describe('what is wrong is said in one line', () => {
  const wrong: [string[], string][] = [
    [['--clients', '0'], '--clients'],
    [['--clients', '1.5'], '--clients'],
    [['--clients', '1001'], '--clients'],
    [['--seconds', 'ten'], '--seconds'],
    [['--seconds', '-1'], '--seconds'],
    [['--seed', '1e9'], '--seed'],
    [['--seed', '2147483648'], '--seed'],
    [['--rate', '61'], '--rate'],
    [['--workload', 'dancing'], '--workload'],
    [['--workload', 'trace='], '--workload'],
    [['--transport', 'pigeon'], '--transport'],
    [['--faults', 'earthquake'], 'earthquake'],
    [['--faults', 'constructor'], 'constructor'],
    [['--faults', 'cuts=many'], 'cuts'],
    [['--faults', 'cuts=1=2'], 'cuts'],
    [['--faults', 'cuts=-1'], 'cuts'],
    [['--faults', 'hostile=1.5'], 'hostile'],
    [['--faults', 'delay=5kB'], 'delay'],
    [['--faults', 'kill', '--url', link], 'kill'],
    [['--url', 'host:3000'], '--url'],
    [['--url', 'nonsense'], '--url'],
    [['--url', 'ftp://host/'], '--url'],
    [['--url', `http://host/d/${id}`], 'key'],
    [['--url', `http://host/d/short#${key}`], '--url'],
    [['--url', 'http://host/metrics'], '--url'],
    [['--report', ''], '--report'],
    [['--nonsense'], 'nonsense'],
    [['extra'], 'extra'],
  ]
  for (const [args, named] of wrong) {
    test(args.join(' '), () => {
      let said: unknown
      try {
        parseSimulate(args, () => 1)
      } catch (error) {
        said = error
      }
      expect(said).toBeInstanceOf(UsageError)
      expect((said as Error).message).toContain(named)
      expect((said as Error).message).not.toContain('\n')
    })
  }
})

describe('a file that is no trace is refused in one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scriptorium-trace-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const edit = (patch: unknown) => JSON.stringify({ endContent: 'a', txns: [{ patches: [patch] }] })
  const files: [string, string][] = [
    ['nothing', ''],
    ['no JSON', 'PK\u0003\u0004'],
    ['null', 'null'],
    ['no edits', '{"endContent":""}'],
    ['an edit that is none', '{"endContent":"","txns":[null]}'],
    ['a patch that is none', edit('a')],
    ['a place that is no number', edit(['0', 0, 'a'])],
    ['a thousand authors', '{"kind":"concurrent","endContent":"","txns":[{"agent":1000,"parents":[],"patches":[]}]}'],
    ['a broken gzip', '\u001f\u008bxxxx'],
  ]
  for (const [name, text] of files) {
    test(name, () => {
      const path = join(folder, 'trace')
      writeFileSync(path, Buffer.from(text, 'latin1'))
      expect(() => readTrace(path)).toThrow(UsageError)
      expect(() => readTrace(path)).toThrow(/^--workload: [^\n]*$/)
    })
  }
  test('a file that is not there', () => expect(() => readTrace(join(folder, 'none'))).toThrow(UsageError))
})
