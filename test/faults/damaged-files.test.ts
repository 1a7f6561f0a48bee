// A real server process on a folder whose files changed: it refuses to start and says how to repair; what it says works.
import { execFile } from 'node:child_process'
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { doctor } from '../../server/commands/doctor.ts'
import { buildServer, runServer } from '../harness/built-server.ts'
import { RawClient } from '../harness/client.ts'
import { isLong, report, stopwatch } from '../harness/figures.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import {
  addressOf,
  createDocument,
  startServer,
  type TestDocument,
  temporaryFolder,
  textOnServer,
} from '../harness/server.ts'

const documentCount = isLong ? 100 : 12
const random = new Random(runSeed)

let built: ReturnType<typeof buildServer>
let root: string
/** As a killed server left it: tables of an earlier run, and a log of this one. */
let sound: string
let documents: TestDocument[]
let texts: string[]
let folder: string
beforeAll(async () => {
  built = buildServer()
  root = await temporaryFolder()
  sound = join(root, 'sound')
  folder = join(root, 'data')
  const server = await startServer({ dataDir: join(root, 'live'), trustedProxies: 1 })
  const { url } = server
  documents = []
  for (let i = 0; i < documentCount; i++) {
    documents.push(await createDocument(url, { text: `document ${i}: ${random.words(2_000)}` }, addressOf(i)))
  }
  await server.restart()
  for (const document of documents) {
    const client = new RawClient(url)
    await client.join(document)
    for (let n = 0; n < 5; n++) await client.type(`${n} ${random.words(100)}`)
    client.close()
  }
  texts = await Promise.all(documents.map((document) => textOnServer(url, document)))
  await cp(server.dataDir, sound, { recursive: true })
  await rm(join(sound, 'scriptorium.lock'))
  await server.close()
})
afterEach(() => rm(folder, { recursive: true, force: true }))
afterAll(async () => {
  built.remove()
  await rm(root, { recursive: true, force: true })
})

async function files(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of (await readdir(join(folder, 'leveldb'))).sort()) {
    const path = join(folder, 'leveldb', name)
    if ((await stat(path)).isFile() && !/^LOG/.test(name)) found[name] = (await readFile(path)).toString('base64')
  }
  return found
}

/** In this process; the repair alone runs as the command that the refusal names. */
async function check(...args: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const code = await doctor(['--data', folder, ...args], {}, { say, complain: say, progress: () => undefined })
  return { code, said: said.join('\n') }
}

async function repair(): Promise<string> {
  const command = [built.main, 'doctor', '--data', folder, '--repair', '--json']
  return (await promisify(execFile)(process.execPath, command)).stdout
}

const flipIn = async (path: string) => {
  const bytes = await readFile(path)
  bytes[random.below(Math.floor(bytes.length / 2))]! ^= 1 << random.below(8)
  await writeFile(path, bytes)
}

test.each([
  ['corrupted log', /\.log$/, flipIn],
  ['corrupted table', /\.ldb$/, flipIn],
  ['corrupted MANIFEST', /^MANIFEST/, flipIn],
  ['missing CURRENT', /^CURRENT$/, (path: string) => rm(path)],
] as const)(
  '%s: refused with the repair, nothing changed; repaired, every other document is whole',
  (name, pattern, harm) =>
    withSeed(runSeed, async () => {
      await cp(sound, folder, { recursive: true })
      const broken = (await readdir(join(folder, 'leveldb'))).filter((file) => pattern.test(file)).sort()[0]!
      await harm(join(folder, 'leveldb', broken))
      const before = await files()
      await expect(runServer(built.main, folder)).rejects.toThrow(
        new RegExp(`ended with 1: Scriptorium cannot start: .*damaged.*${broken}.*doctor --repair --data ${folder}`),
      )
      expect(await files()).toEqual(before)
      expect((await check()).code).toBe(1)
      expect(await files()).toEqual(before)
      const time = stopwatch()
      const said = await repair()
      const repairMs = time()
      expect(await check()).toMatchObject({ code: 0, said: expect.stringContaining('Sound.') })
      const verdict = JSON.parse(said) as {
        findings: { documentId?: string; kind: string }[]
        newKeys: unknown[]
      }
      const named = new Set(verdict.findings.map(({ documentId }) => documentId))
      const server = await startServer({ dataDir: folder })
      let [shortened, charactersLost] = [0, 0]
      try {
        for (const [i, document] of documents.entries()) {
          const text = await textOnServer(server.url, document).catch(() => undefined)
          if (text === texts[i]) continue
          shortened++
          charactersLost += texts[i]!.length - (text?.length ?? 0)
          // What is not what it was is the beginning of it. It is named, unless its very last commits are what is gone:
          // nothing on the disk says that there were any. Pages that saw them do [J7].
          if (text !== undefined) expect(texts[i]!.startsWith(text), `document ${i} is what it was, or less`).toBe(true)
          expect(named.has(document.id) || text !== undefined, `document ${i} is named`).toBe(true)
        }
      } finally {
        await server.app.close()
      }
      // One bit costs at most what stands beside it, and a list of files nothing at all.
      expect(shortened).toBeLessThanOrEqual(/log|table/.test(name) ? 3 : 0)
      report(`${name} (one byte or file)`, {
        documents: documentCount,
        'documents not whole after the repair': shortened,
        'characters lost': charactersLost,
        'repair, ms': repairMs,
      })
    }),
)

test('doctor: reads every document of a folder', async () => {
  await cp(sound, folder, { recursive: true })
  const time = stopwatch()
  const { code, said } = await check('--json')
  expect([code, JSON.parse(said)]).toMatchObject([
    0,
    { sound: true, documents: documentCount, commits: documentCount * 6 },
  ])
  report('doctor on a sound folder', {
    documents: documentCount,
    'commits read': documentCount * 6,
    'whole run, ms': time(),
  })
})

test('two servers on one folder: the second is told who has it, the first goes on', async () => {
  await cp(sound, folder, { recursive: true })
  const first = await runServer(built.main, folder)
  try {
    const time = stopwatch()
    await expect(runServer(built.main, folder)).rejects.toThrow(
      new RegExp(`ended with 1: Scriptorium cannot start: .*in use by process ${first.child.pid}`),
    )
    report('two servers on one folder', { 'second refused after, ms': time(), 'lost acked edits': 0 })
    expect((await check()).said).toContain(`in use by process ${first.child.pid}`)
    const client = new RawClient(first.url)
    await client.join(documents[0]!)
    await client.type('still here')
    client.close()
    first.child.kill('SIGKILL')
    await first.exit
    const again = await startServer({ dataDir: folder })
    expect(await textOnServer(again.url, documents[0]!)).toBe(`${texts[0]}still here`)
    await again.app.close()
  } finally {
    first.child.kill('SIGKILL')
    await first.exit
  }
})

test('a folder with other things in it is refused as a mistake, and a file in its place', async () => {
  await writeFile(join(root, 'letter.txt'), 'mine')
  await expect(runServer(built.main, root)).rejects.toThrow(/holds other things .*--data/)
  await expect(runServer(built.main, join(root, 'letter.txt'))).rejects.toThrow(/is a file/)
  expect(await readdir(root)).not.toContain('leveldb')
})
