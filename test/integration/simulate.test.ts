// The simulator as its users run it, on the built server; and on servers and clients that break their promises, which it
// has to notice.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import { decodeKey } from '../../server/store/key.ts'
import { openLevelStore } from '../../server/store/level.ts'
import type { Audit } from '../../simulate/audit.ts'
import { type SimulateTools, simulate } from '../../simulate/command.ts'
import type { RunRecord } from '../../simulate/report/record.ts'
import { startOwnServer } from '../../simulate/server-process.ts'
import { buildServer } from '../harness/built-server.ts'
import { eventually } from '../harness/eventually.ts'
import { runSeed } from '../harness/random.ts'
import { createDocument, startServer, textOnServer } from '../harness/server.ts'
import { startTlsFront } from '../harness/tls-front.ts'

let built: ReturnType<typeof buildServer>
let folder: string
let lines: string[]
beforeAll(() => {
  built = buildServer()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-simulate-test-'))
  lines = []
  const keep = (line: unknown) => void lines.push(String(line).trimEnd())
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    keep(piece)
    return true
  })
  vi.spyOn(console, 'error').mockImplementation(keep)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => built.remove())

const small = ['--clients', '4', '--seconds', '3', '--rate', '8', '--seed', String(runSeed)]

async function run(
  args: string[],
  tools: SimulateTools = {},
): Promise<{ code: number; record: RunRecord | undefined; said: string }> {
  const json = join(folder, 'run.json')
  const code = await simulate([...small, '--json', json, '--evidence', join(folder, 'evidence'), ...args], {
    main: built.main,
    ...tools,
  })
  const record = existsSync(json) ? (JSON.parse(await readFile(json, 'utf8')) as RunRecord) : undefined
  return { code, record, said: lines.join('\n') }
}

const failedOf = (record: RunRecord | undefined) =>
  record?.checks.filter(({ state }) => state === 'failed').map(({ id }) => id)

test('people, cuts, a killed server and hostile clients: converged, nothing lost, and a report of one file', async () => {
  const report = join(folder, 'report.html')
  const { code, record, said } = await run([
    '--faults',
    'cuts=20,deletions=20,waves,cold,hostile=1,kill',
    '--report',
    report,
  ])
  expect(said, said).toContain('CONVERGED, NOTHING LOST')
  expect(code).toBe(0)
  expect(record).toMatchObject({ isGood: true, settings: { clients: 4, seed: runSeed } })
  expect(record!.edits).toBeGreaterThan(10)
  expect(record!.checks.find(({ id }) => id === 'durable')).toMatchObject({ state: 'ok' })
  expect(existsSync(join(folder, 'evidence'))).toBe(false)
  const html = await readFile(report, 'utf8')
  expect(html).toContain('Converged, nothing lost')
  expect(html).not.toMatch(/src=|href=|url\(|@import|<script/)
})

test('a server that somebody else runs is tested through its link, and left running', async () => {
  const server = await startServer()
  try {
    const document = await createDocument(server.url, { text: 'What stood there before.' })
    const link = `${server.url}/d/${document.id}#${document.keys.edit}`
    const { code, said } = await run(['--url', link, '--faults', 'cuts=20,acks=10', '--seconds', '2'])
    expect(code, said).toBe(0)
    expect((await textOnServer(server.url, document)).match(/⟦/g)?.length).toBeGreaterThan(3)
    // What an earlier run left there is promised as well.
    expect((await run(['--url', link, '--faults', 'none', '--seconds', '1'])).code).toBe(0)
    const view = `${server.url}/d/${document.id}#${document.keys.view}`
    expect(await refusal('--url', view)).toContain('for reading')
    const wrong = `${server.url}/d/${document.id}#${'A'.repeat(22)}`
    expect(await refusal('--url', wrong)).toMatch(/^--url: This link does not open/)
  } finally {
    await server.close()
  }
})

/** All that was said, which has to be one line. */
async function refusal(...args: string[]): Promise<string> {
  lines = []
  expect((await run(args)).code).toBe(2)
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('\n')
  return lines[0]!
}

test('nothing to test is one line and exit code 2: no such option, nobody there, somebody else, no place for a report', async () => {
  expect(await refusal('--nonsense')).toMatch(/'--nonsense'.* simulate --help$/)
  expect(await refusal('--clients', 'many')).toContain('--clients: "many" is no whole number')
  expect(await refusal('--url', 'http://127.0.0.1:9')).toMatch(
    /^No Scriptorium server answers at http:\/\/127\.0\.0\.1:9/,
  )
  expect(await refusal('--url', 'http://no-such-host.invalid')).toMatch(/^No Scriptorium server answers/)
  expect(await refusal('--workload', 'trace=package.json')).toContain('package.json is no editing trace')
  expect(await refusal('--workload', 'trace=none.json')).toContain('cannot be read (ENOENT)')
  expect(await refusal('--report', join(folder, 'none', 'r.html'))).toContain('cannot be written (ENOENT)')
  expect(await refusal('--report', folder)).toContain('is a folder')
  const other = createServer((_, response) => void response.end('<title>A page</title>'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  try {
    expect(await refusal('--url', otherUrl)).toBe(`What answers at ${otherUrl} is no Scriptorium server.`)
  } finally {
    other.close()
  }
})

test('an address that leads on to another, as http does to https, is refused with that one', async () => {
  const server = await startServer()
  const front = createServer(({ url }, response) => {
    response.writeHead(308, { location: `${server.url}${url}` }).end()
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const { port } = front.address() as AddressInfo
  try {
    expect(await refusal('--url', `http://127.0.0.1:${port}`)).toContain(`leads on to ${server.url}`)
  } finally {
    front.close()
    await server.close()
  }
})

test('a server behind TLS is tested once its certificate is trusted, and until then it is said how', async () => {
  const server = await startServer()
  const front = await startTlsFront(Number(new URL(server.url).port))
  const authority = join(folder, 'authority.pem')
  await writeFile(authority, front.certificate)
  const args = ['simulate', ...small, '--seconds', '1', '--faults', 'cuts=20', '--url', front.url]
  // Node reads whom it trusts when it starts.
  const start = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, [built.main, ...args], { cwd: folder, env: { ...process.env, ...env } })
  try {
    await expect(start({})).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^.*certificate is not trusted.*NODE_EXTRA_CA_CERTS.*\n$/),
    })
    expect((await start({ NODE_EXTRA_CA_CERTS: authority })).stdout).toContain('CONVERGED, NOTHING LOST')
  } finally {
    await front.close()
    await server.close()
  }
})

/** Forgets all but the first commit of a document each time it is started again. The first kill waits for `isTimely`. */
const forgetful =
  (isTimely: () => boolean): typeof startOwnServer =>
  async (main, dataDir, options) => {
    const server = await startOwnServer(main, dataDir, options)
    const { kill, start } = server
    server.kill = async (signal) => {
      await eventually(isTimely)
      server.kill = kill
      return kill(signal)
    }
    server.start = async () => {
      const store = await openLevelStore({ folder: dataDir, durability: 'os' })
      const records: Uint8Array[] = []
      for await (const [key] of store.range({ gte: new Uint8Array(), lt: new Uint8Array([255]) })) {
        if (decodeKey(key)[2] === 'record') records.push(key)
      }
      await store.commit(records.slice(1).map((key) => ({ type: 'del', key })))
      await store.close()
      await start()
    }
    return server
  }

test('a server that loses what it had acknowledged is found out, with the seed and everybody’s text', async () => {
  let audit: Audit | undefined
  // With fewer it may have nothing to lose: while it is being killed, people go on deleting what was acknowledged.
  const hasPromised = () =>
    audit!.kept('', audit!.promises()).some(({ kind, marks }) => kind === 'lost' && marks.length > 20)
  const { code, record, said } = await run(['--faults', 'kill', '--seconds', '4', '--rate', '30'], {
    startServer: forgetful(hasPromised),
    meddle: (scene) => {
      audit = scene.audit
    },
    patienceMs: 500,
  })
  expect(code).toBe(1)
  expect(failedOf(record)).toContain('durable')
  expect(said).toContain('FAILED: ')
  expect(said).toContain(`--seed ${runSeed}`)
  for (const name of [
    'server.txt',
    'differences.txt',
    'verdict.json',
    'server.log',
    'clients/1.txt',
    'clients/1.log',
  ]) {
    expect(existsSync(join(folder, 'evidence', name)), name).toBe(true)
  }
})

test('a client that shows another text than the server, and somebody who never leaves, are found out', async () => {
  const ghosts: Provider[] = []
  // A folder inside of a file: nothing can be kept there.
  const nowhere = join(folder, 'run.json', 'evidence')
  const { code, record, said } = await run(['--faults', 'none', '--seconds', '1', '--evidence', nowhere], {
    patienceMs: 500,
    meddle({ target, document }, clients) {
      ghosts.push(
        new Provider({
          url: target.origin,
          documentId: document.id,
          key: document.keys.edit,
          doc: new Y.Doc(),
          storage: 'none',
        }),
      )
      // Taken for somebody else's, so that it is never sent.
      const { provider } = clients[0]!
      const { copy } = (provider as unknown as { core: { copy: object } }).core
      provider.doc.transact(() => provider.doc.getText('content').insert(0, 'nobody else sees this'), copy)
    },
  })
  await Promise.all(ghosts.map((ghost) => ghost.destroy()))
  expect(code).toBe(1)
  expect(failedOf(record)).toEqual(expect.arrayContaining(['same', 'presence']))
  expect(said).toContain(`could not be kept in ${nowhere}`)
  expect(said).toContain('FAILED: ')
})
