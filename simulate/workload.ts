// The time in which people write and things break: clients, faults and measurements from the first edit to the last.
import { type SimulatedClient, withinMs } from './client.ts'
import { coldDocumentsMax, makeColdDocument, openCold, wave } from './faults/crowd-faults.ts'
import { NetworkFaults } from './faults/network-faults.ts'
import { ServerFaults } from './faults/server-faults.ts'
import { Intruder } from './hostile/intruder.ts'
import type { Second } from './measure.ts'
import { pause, Random } from './random.ts'
import { blame, count, type Scene } from './scene.ts'
import { schedule } from './schedule.ts'
import { canLimitDisk } from './server-process.ts'
import { play } from './trace/replay.ts'
import type { Trace } from './trace/trace.ts'

const tickMs = 1_000
const lookMs = 200
/** Between two looks at the server's text: an address may read so often. */
const readMs = 3_000
/** A trace that does not get on for so long is given up: the verdict says what is missing. */
const traceStallMs = 120_000

export type WorkloadTools = {
  /** Called every second. */
  onSecond: (second: Second, doneShare: number) => void
  /** Resolves when the person at the terminal wants the verdict now. */
  whenAsked: Promise<void>
}

/** Resolves when everybody has stopped typing, nothing more breaks, and the server runs. */
export async function work(
  scene: Scene,
  clients: SimulatedClient[],
  trace: Trace | undefined,
  tools: WorkloadTools,
): Promise<void> {
  const { options, server, random } = scene
  const isOver = { now: false }
  const share = { of: 0 }
  const network = new NetworkFaults(scene, new Random(random.below(2 ** 31)), clients)
  const serverFaults = server && new ServerFaults(scene, server, new Random(random.below(2 ** 31)), clients)
  const coldDocuments = await makeColdDocuments(scene)
  const intruders = Array.from({ length: options.faults.hostile ?? 0 }, (_, i) => new Intruder(scene, i))
  const startedAt = performance.now()
  const elapsedMs = () => performance.now() - startedAt
  const stopTicking = tick(scene, clients, () =>
    tools.onSecond(
      scene.measure.seconds.at(-1)!,
      trace ? share.of : Math.min(1, elapsedMs() / (options.seconds * 1_000)),
    ),
  )

  network.start()
  for (const intruder of intruders) intruder.start()
  for (const client of clients) client.type()
  const atTime = async (atMs: number) => {
    while (!isOver.now && elapsedMs() < atMs) await pause(Math.min(100, Math.max(1, atMs - elapsedMs())))
    return !isOver.now
  }
  const background = [
    crowds(scene, clients, coldDocuments, atTime),
    ...(serverFaults ? [breakServer(scene, serverFaults, atTime)] : []),
    readAgain(scene, atTime),
  ]
  const done = trace === undefined ? atTime(options.seconds * 1_000) : playTrace(scene, clients, trace, share)
  await Promise.race([done, tools.whenAsked])
  isOver.now = true
  network.stop()
  await Promise.all(clients.map((client) => client.stopTyping()))
  await Promise.all([...intruders.map((intruder) => intruder.stop()), ...background])
  // Who came back with the last wave has begun again.
  await Promise.all(clients.map((client) => client.stopTyping()))
  stopTicking()
}

/** Waves, and documents that many open at once. */
async function crowds(
  scene: Scene,
  clients: SimulatedClient[],
  cold: Awaited<ReturnType<typeof makeColdDocuments>>,
  atTime: (ms: number) => Promise<boolean>,
): Promise<void> {
  const random = new Random(scene.options.seed * 7 + 1)
  const documents = [...cold]
  const running: Promise<void>[] = []
  for (const { atMs, fault } of crowdSchedule(scene)) {
    if (!(await atTime(atMs))) break
    const document = fault === 'cold' ? documents.pop() : undefined
    if (document !== undefined) running.push(openCold(scene, random, document))
    if (fault === 'waves') running.push(wave(scene, random, clients))
  }
  await Promise.all(running)
}

const crowdSchedule = ({ options }: Scene) =>
  schedule(new Random(options.seed * 7), options.seconds, options.faults, ['waves', 'cold'], 500)

function makeColdDocuments(scene: Scene) {
  const wanted = crowdSchedule(scene).filter(({ fault }) => fault === 'cold').length
  return Promise.all(Array.from({ length: Math.min(wanted, coldDocumentsMax) }, () => makeColdDocument(scene)))
}

/** One after the other: each leaves the server running. */
async function breakServer(
  scene: Scene,
  faults: ServerFaults,
  atTime: (ms: number) => Promise<boolean>,
): Promise<void> {
  const { options, incidents } = scene
  const hasDisk = canLimitDisk()
  if (options.faults.disk !== undefined && !hasDisk) count(scene, 'disk cannot be filled here')
  for (const { atMs, fault } of schedule(new Random(options.seed * 5), options.seconds, options.faults, [
    'kill',
    'term',
    'disk',
    'readonly',
  ])) {
    if (!(await atTime(atMs))) return
    try {
      if (fault === 'kill') await faults.kill()
      else if (fault === 'term') await faults.terminate()
      else if (fault === 'readonly') await faults.startReadOnly()
      else if (hasDisk) await faults.fillDisk()
    } catch (error) {
      incidents.add('errors', `during ${fault}: ${error instanceof Error ? error.message : error}`)
    }
  }
}

/** Now and then the server's text is held against what it has promised. */
async function readAgain(scene: Scene, atTime: (ms: number) => Promise<boolean>): Promise<void> {
  for (let atMs = readMs; await atTime(atMs); atMs += readMs) {
    const promises = scene.audit.promises()
    const text = await scene.target.text(scene.document).catch(() => undefined)
    // It may be down, and is asked again.
    if (text === undefined) continue
    count(scene, 'read')
    blame(scene, 'kept', "in the server's text", scene.audit.kept(text, promises))
    scene.audit.settle(promises)
  }
}

/** Seconds, looks at the page, and how late this process is. Returns what ends it. */
function tick(scene: Scene, clients: SimulatedClient[], onSecond: () => void): () => void {
  let expectedAt = performance.now() + lookMs
  const looker = setInterval(() => {
    scene.measure.wasLate(Math.max(0, performance.now() - expectedAt))
    expectedAt = performance.now() + lookMs
    for (const client of clients) client.look()
    count(scene, 'looks', clients.length)
  }, lookMs)
  let cpuBefore: number | undefined
  const ticker = setInterval(() => {
    void scene.target.metrics().then((metrics) => {
      const cpu = metrics.get('process_cpu_seconds_total')
      const bytes = metrics.get('process_resident_memory_bytes')
      // After a restart it counts from nothing.
      const used = cpu !== undefined && cpuBefore !== undefined && cpu >= cpuBefore ? cpu - cpuBefore : undefined
      cpuBefore = cpu
      scene.measure.tick({
        atS: scene.timeline.nowS,
        live: clients.filter(({ provider, isAway }) => !isAway && provider.status === 'live').length,
        unsaved: clients.reduce((sum, { provider }) => sum + provider.unsavedCount, 0),
        ...(bytes !== undefined && { serverBytes: bytes }),
        ...(used !== undefined && { serverCpu: used }),
      })
      onSecond()
    })
  }, tickMs)
  return () => {
    clearInterval(looker)
    clearInterval(ticker)
  }
}

/** Typed by as many as wrote it, spread over the time of the run. */
async function playTrace(scene: Scene, clients: SimulatedClient[], trace: Trace, share: { of: number }): Promise<void> {
  const providers = clients.slice(0, trace.agents).map(({ provider }) => provider)
  const frames = scene.options.seconds * 50
  let lastAt = performance.now()
  const playing = play({
    trace,
    providers,
    editsPerFrame: trace.txns.length / frames,
    onProgress(played, provider) {
      const at = performance.now()
      lastAt = at
      scene.measure.madeEdit()
      share.of = played / trace.txns.length
      provider.whenSaved().then(
        () => scene.measure.wasSaved(performance.now() - at),
        () => undefined,
      )
    },
  })
  playing.catch((error: Error) => scene.incidents.add('trace', `it could not be played to its end: ${error.message}`))
  while (
    !(await withinMs(
      1_000,
      playing.catch(() => undefined),
    ))
  ) {
    if (performance.now() - lastAt < traceStallMs) continue
    scene.incidents.add('trace', `it came to a stop after ${Math.round(share.of * 100)} %`)
    return
  }
}
