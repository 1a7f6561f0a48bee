// One simulation from beginning to end: a server, a document, people, faults, and the verdict.

import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Y from 'yjs'
import { Provider } from '../client/sync/provider.ts'
import { textName } from '../shared/protocol.ts'
import { Audit, hasTornMarks, marksIn } from './audit.ts'
import { SimulatedClient, withinMs } from './client.ts'
import { corruptByte } from './faults/corrupt-drill.ts'
import { conclude, type Evidence, type Say } from './finale.ts'
import { Measure } from './measure.ts'
import type { SimulateOptions } from './options.ts'
import { Probes } from './probes.ts'
import { Random } from './random.ts'
import { Incidents, type Scene } from './scene.ts'
import { type OwnServer, startOwnServer } from './server-process.ts'
import { Target, type TargetDocument } from './target.ts'
import { Timeline } from './timeline.ts'
import { readTrace, type Trace } from './trace/trace.ts'
import { UsageError } from './usage-error.ts'
import { judge, type Verdict } from './verdict.ts'
import { type WorkloadTools, work } from './workload.ts'

export type RunTools = WorkloadTools & {
  say: Say
  /** The built server, for one of the tool's own. */
  main: string
  /** Starts that server; tests put one in its place that breaks its promises. */
  startServer?: typeof startOwnServer
  /** For tests: does to the clients what the verdict has to find. */
  meddle?: (scene: Scene, clients: SimulatedClient[]) => void
  /** For tests: nothing is waited for longer in the end. */
  patienceMs?: number
}

export type Outcome = {
  scene: Scene
  clients: SimulatedClient[]
  evidence: Evidence
  verdict: Verdict
  wallSeconds: number
}

const enterMsMax = 60_000
const welcome = 'This is a simulation.\n'

/** Resolves with the verdict. Throws UsageError when there is nothing to test. */
export async function runSimulation(options: SimulateOptions, tools: RunTools): Promise<Outcome> {
  const trace = typeof options.workload === 'string' ? undefined : readTrace(options.workload.trace)
  const startedAt = performance.now()
  const timeline = new Timeline()
  const incidents = new Incidents(
    () => timeline.nowS,
    (what) => tools.say(`✗ ${what}`),
  )
  const own =
    options.server === undefined ? await OwnPlace.open(tools, incidents, options.faults.disk !== undefined) : undefined
  const stopListening = listenForErrors(incidents)
  try {
    const scene = await setUp(options, tools.main, own?.server, trace, timeline, incidents)
    tools.say(`${scene.target.origin}, document ${scene.document.id}, seed ${options.seed}`)
    const clients = await enter(scene, trace)
    tools.meddle?.(scene, clients)
    await work(scene, clients, trace, tools)
    const evidence = await conclude(scene, clients, tools.say, tools.patienceMs)
    if (own !== undefined && options.faults.corrupt !== undefined) {
      tools.say('Turning a byte on the disk of another server')
      for (let i = 0; i < options.faults.corrupt; i++) await corruptByte(scene, tools.startServer ?? startOwnServer)
    }
    const { audit, tally } = scene
    const verdict = judge({
      evidence,
      audit,
      incidents,
      tally,
      faults: options.faults,
      isOwn: own !== undefined,
      clients: clients.length,
      endContent: trace?.endContent,
    })
    return { scene, clients, evidence, verdict, wallSeconds: (performance.now() - startedAt) / 1_000 }
  } finally {
    stopListening()
    await own?.close()
  }
}

/** The tool's own server on a temporary folder; both are gone when the process ends, however it does. */
class OwnPlace {
  readonly server: OwnServer
  private readonly folder: string

  constructor(server: OwnServer, folder: string) {
    this.server = server
    this.folder = folder
    process.once('exit', this.abandon)
  }

  static async open(
    { main, startServer = startOwnServer }: RunTools,
    incidents: Incidents,
    isDiskStarved: boolean,
  ): Promise<OwnPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'scriptorium-simulate-'))
    const server = await startServer(main, join(folder, 'data'), {
      onLine: (line) => noteFailure(line, incidents, isDiskStarved),
      onUnasked: (exit) => incidents.add('errors', `the server ended by itself with ${exit}`),
    })
    return new OwnPlace(server, folder)
  }

  async close(): Promise<void> {
    process.off('exit', this.abandon)
    await this.server.kill().catch(() => undefined)
    await rm(this.folder, { recursive: true, force: true })
  }

  private readonly abandon = () => {
    try {
      process.kill(this.server.pid, 'SIGKILL')
    } catch {
      // It does not run.
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A line that the server logged as an error, unless it is what a full disk is expected to make it say. */
function noteFailure(line: string, incidents: Incidents, isDiskStarved: boolean): void {
  if (!line.startsWith('{')) {
    if (/^\s*(Uncaught|[A-Za-z]*Error:)/.test(line)) incidents.add('errors', `the server said: ${line.slice(0, 300)}`)
    return
  }
  const { level = 0, msg = '', err } = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } }
  const isOfDisk = /disk/.test(msg) || /cannot use its disk/.test(err?.message ?? '')
  if (level >= 50 && !(isDiskStarved && isOfDisk)) incidents.add('errors', `the server logged: ${line.slice(0, 500)}`)
}

/** What nobody caught in this process is the provider's fault. Returns what ends the listening. */
function listenForErrors(incidents: Incidents): () => void {
  const note = (error: unknown) => {
    incidents.add('errors', `nobody caught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  return () => {
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
  }
}

async function setUp(
  options: SimulateOptions,
  main: string,
  server: OwnServer | undefined,
  trace: Trace | undefined,
  timeline: Timeline,
  incidents: Incidents,
): Promise<Scene> {
  const target = new Target(options.server?.origin ?? server?.url ?? '')
  await target.assertThere()
  const given = options.server?.document
  const document: TargetDocument =
    given === undefined
      ? await target.createDocument(trace?.startContent ?? welcome)
      : { id: given.id, keys: { edit: given.key } }
  if (given !== undefined && (await target.roleOf(document)) === 'view') {
    throw new UsageError('--url: that link is for reading. Simulated people need one that allows writing.')
  }
  const audit = new Audit()
  const measure = new Measure()
  const probes = new Probes((ms) => measure.wasSeen(ms))
  const scene: Scene = {
    options,
    main,
    target,
    document,
    server,
    random: new Random(options.seed),
    audit,
    probes,
    measure,
    timeline,
    incidents,
    tally: new Map(),
    firstNumber: 1,
    oldClientId: undefined,
  }
  return { ...scene, ...(await readFirst(scene, trace)) }
}

/** What stands there already, from an earlier run perhaps: its marks are promised as well, and its author has gone. */
async function readFirst(
  { target, document, audit }: Scene,
  trace: Trace | undefined,
): Promise<Pick<Scene, 'firstNumber' | 'oldClientId'>> {
  const doc = new Y.Doc()
  const options = {
    url: target.origin,
    documentId: document.id,
    key: document.keys.edit,
    doc,
    storage: 'none' as const,
  }
  const provider = new Provider({ ...options, person: { name: 'Simulator' } })
  try {
    if (!(await withinMs(enterMsMax, provider.whenSynced()))) {
      throw new UsageError(`The document cannot be opened: ${provider.refusal?.message ?? 'no answer in time'}`)
    }
    const content = doc.getText(textName)
    const text = content.toString()
    if (trace !== undefined && text !== trace.startContent) {
      throw new UsageError(
        '--workload: a recorded session needs a document with the text it begins with. Name a server, not a document, in --url.',
      )
    }
    if (hasTornMarks(text))
      throw new UsageError(
        '--url: the document holds ⟦ or ⟧, which the simulation marks its edits with. Use another one.',
      )
    if (doc.store.clients.size === 0 && trace === undefined) {
      content.insert(0, welcome)
      await withinMs(enterMsMax, provider.whenSaved())
    }
    for (const typed of marksIn(text)) {
      audit.made({ typed, deleted: [] })
      audit.acknowledged({ typed, deleted: [] })
    }
    const numbers = marksIn(text).map((mark) => Number(/\d+/.exec(mark)?.[0]))
    return { firstNumber: Math.max(0, ...numbers) + 1, oldClientId: [...doc.store.clients.keys()][0] }
  } finally {
    await provider.destroy()
  }
}

/** Everybody comes, and has the document. Throws UsageError when the server lets nobody in. */
async function enter(scene: Scene, trace: Trace | undefined): Promise<SimulatedClient[]> {
  const { options, firstNumber, incidents } = scene
  const number = Math.max(options.clients, trace?.agents ?? 1)
  const clients = await Promise.all(
    Array.from({ length: number }, (_, i) => SimulatedClient.open(scene, firstNumber + i)),
  )
  const areIn = await Promise.all(clients.map(({ provider }) => withinMs(enterMsMax, provider.whenSynced())))
  const missing = areIn.filter((isIn) => !isIn).length
  if (missing === number) {
    await Promise.all(clients.map((client) => client.close()))
    throw new UsageError('Nobody could open the document.')
  }
  if (missing > 0) incidents.add('quiet', `${missing} of ${number} did not get in within ${enterMsMax / 1_000} s`)
  for (const client of clients.slice(0, trace?.agents ?? 0)) client.mayLeave = false
  return clients
}
