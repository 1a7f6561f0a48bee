// Replays a recorded editing session against the built server in a process of its own, and kills that process.
//   npm run trace -- <trace.json.gz> [--kill]     exit 0: every copy has the recorded text, 1: one has not, 2: usage
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { replay, textOf } from './replay.ts'
import { parseTrace, type Trace } from './trace.ts'

const providerCount = 4
/** With --kill: after these shares of the session. */
const killsAt = [0.25, 0.5, 0.75]
const usage = 'npm run trace -- <trace.json.gz> [--kill] [--server dist/server/main.js]'

export async function main(args: string[]): Promise<number> {
  let options: ReturnType<typeof parse>
  try {
    options = parse(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`)
    return 2
  }
  const server = new KillableServer(options.server, await mkdtemp(join(tmpdir(), 'scriptorium-trace-')))
  try {
    await server.start()
    await check(options.trace, server, options.kill ? killsAt : [])
    return 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    await server.kill()
    await rm(server.dataDir, { recursive: true, force: true })
  }
}

function parse(args: string[]): { trace: Trace; kill: boolean; server: string } {
  const built = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { kill: { type: 'boolean', default: false }, server: { type: 'string', default: built } },
  })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new Error('Name one trace.')
  const file = readFileSync(path)
  const isZipped = file[0] === 0x1f && file[1] === 0x8b
  return { trace: parseTrace((isZipped ? gunzipSync(file) : file).toString('utf8')), ...values }
}

type Document = { id: string; keys: { edit: string } }

/** Throws Error when any copy differs from the recorded text. */
async function check(trace: Trace, server: KillableServer, kills: readonly number[]): Promise<void> {
  const started = performance.now()
  const say = (what: string) => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`)
  const document = await createDocument(server.url, trace.startContent)
  const providers = await Promise.all(Array.from({ length: providerCount }, () => connect(server.url, document)))
  say(`${trace.txns.length} edits (${trace.kind}), ${providerCount} people connected`)

  const due = kills.map((share) => Math.floor(share * trace.txns.length))
  let killing = Promise.resolve()
  const onProgress = (edits: number) => {
    while (due.length > 0 && edits >= due[0]!) {
      due.shift()
      killing = killing.then(() => server.restart()).then(() => say(`killed and started again after ${edits} edits`))
    }
  }
  await replay({ trace, providers, onProgress })
  await killing
  say('every client has the recorded text, and everything is acknowledged')

  const expectSame = (text: string, where: string) => {
    if (text !== trace.endContent) throw new Error(`${where} does not have the recorded text`)
    say(`${where} has the recorded text`)
  }
  expectSame(await textOnServer(server.url, document), 'the server')
  await server.restart()
  expectSame(await textOnServer(server.url, document), 'the server, killed and started again,')
  const late = await connect(server.url, document)
  expectSame(textOf(late), 'somebody who comes afterwards')
  await Promise.all([...providers, late].map((provider) => provider.destroy()))
}

async function createDocument(url: string, text: string): Promise<Document> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/documents`, { method: 'POST', headers, body: JSON.stringify({ text }) })
  if (response.status !== 201) throw new Error(`no document: ${response.status} ${await response.text()}`)
  return (await response.json()) as Document
}

async function textOnServer(url: string, { id, keys }: Document): Promise<string> {
  const headers = { authorization: `Bearer ${keys.edit}` }
  const response = await fetch(`${url}/api/documents/${id}/text`, { headers })
  if (response.status !== 200) throw new Error(`no text: ${response.status} ${await response.text()}`)
  return await response.text()
}

async function connect(url: string, document: Document): Promise<Provider> {
  const { id: documentId, keys } = document
  const person = { name: 'Replay' }
  const provider = new Provider({ url, documentId, key: keys.edit, doc: new Y.Doc(), person, storage: 'none' })
  await provider.whenSynced()
  return provider
}

class KillableServer {
  readonly dataDir: string
  url = ''
  readonly #main: string
  #port = 0
  #process: ChildProcess | undefined

  constructor(main: string, dataDir: string) {
    this.#main = main
    this.dataDir = dataDir
  }

  /** Resolves when it listens; the second time on the same port. */
  async start(): Promise<void> {
    const env = {
      ...process.env,
      PORT: String(this.#port),
      HOST: '127.0.0.1',
      DATA_DIR: this.dataDir,
      LOG_LEVEL: 'warn',
    }
    const child = spawn(process.execPath, [this.#main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    this.#port = await new Promise<number>((resolve, reject) => {
      let output = ''
      child.stdout.on('data', (data) => {
        output += data
        const port = /http:\/\/[^\s:]+:(\d+)/.exec(output)?.[1]
        if (port !== undefined) resolve(Number(port))
      })
      child.once('error', reject)
      child.once('close', (code) => reject(new Error(`the server ended (${code}): ${output}`)))
    })
    this.url = `http://127.0.0.1:${this.#port}`
  }

  /** SIGKILL: nothing is drained, flushed or said. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }
}
