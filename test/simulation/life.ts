// One life from beginning to end: the steps that happen to a world, and then peace, in which everything has to come right.
import './seeded-crypto.ts'
import { limits } from '../../shared/limits.ts'
import { checkQuiet, checkStoredChat, whatIsGoingOn } from './checks.ts'
import { take } from './happenings.ts'
import { onVirtualPlatform } from './platform.ts'
import type { Life, Step } from './steps.ts'
import { drained, Timeline } from './timeline.ts'
import { World } from './world.ts'

/** `problem`: the first thing that was wrong. `digest`: of everything that happened, in order. */
export type Outcome = { problem: string | undefined; digest: number; marks: number; messages: number; ms: number }

/** So long, virtual ms, everything may take to become quiet in peace. */
const peaceMs = 120_000

/** With these what otherwise takes a large document, or weeks offline, happens all the time. */
const smallLimits = {
  inlineStateBytesMax: 400,
  sliceBytes: 150,
  updateBytesMax: 200,
  updateStepsMax: 12,
  outboxRowsMax: 6,
  tailRecordsMax: 5,
  mergeBytesMax: 200,
  tailBytesPerRecord: 100_000,
  journalRowsMax: 12,
  chatTailLength: 3,
  heldBroadcastsMax: 20,
  staleQueueBytes: 1_500,
  closeQueueBytes: 6_000,
}

/** So that of what is on its way one edit is refused and the next would be taken. */
const strictRates = { updatesPerSecond: 90, updatesBurst: 1 }

/** Runs it; `listener` is told everything that happens. */
export async function live(life: Life, listener?: (line: string) => void): Promise<Outcome> {
  const timeline = new Timeline(life.seed)
  timeline.listener = listener
  const limitsBefore = { ...limits }
  if (life.settings.smallLimits) Object.assign(limits, smallLimits)
  if (life.settings.strictRates) Object.assign(limits, strictRates)
  const world = new World(life.settings, timeline)
  const forgotten = (error: unknown) => world.complain(`a promise was rejected and nobody heard: ${error}`)
  process.on('unhandledRejection', forgotten)
  const hear = (words: string) => world.complain(`the console heard: ${words}`)
  try {
    await onVirtualPlatform(timeline, hear, () => liveThrough(world, life.steps))
  } catch (error) {
    world.complain(`it threw ${error instanceof Error ? error.stack : error}`)
  } finally {
    Object.assign(limits, limitsBefore)
  }
  // Node tells of forgotten rejections when it gets a turn.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', forgotten)
  const { problem, marks, network } = world
  return { problem, digest: timeline.digest, marks: marks.count, messages: network.messages, ms: timeline.now }
}

async function liveThrough(world: World, steps: readonly Step[]): Promise<void> {
  await world.begin()
  for (const step of steps) {
    world.timeline.note(`step ${step.join(' ')}`)
    await take(world, step)
    await drained()
    await world.pass(step[3])
  }
  await makePeace(world)
  await checkEverything(world)
}

async function makePeace(world: World): Promise<void> {
  const { network, disk } = world
  network.isUp = true
  network.latency = { least: 0.1, most: 2 }
  disk.trouble = 'none'
  disk.slownessMs = 1
  for (const connection of network.connections) {
    connection.down.release()
    connection.losesBroadcasts = 0
    connection.emptiesBroadcasts = 0
  }
  world.openKnown()
  const end = world.timeline.now + peaceMs
  const goingOn = () => whatIsGoingOn(world.server, world.open)
  do {
    await world.pass(1_000)
    world.openKnown()
  } while (goingOn() !== undefined && world.timeline.now < end)
  if (goingOn() !== undefined) world.complain(`not quiet: ${goingOn()}`)
  // For digests, leases of crashed tabs, and attackers who stay for a while.
  await world.pass(20_000)
  if (goingOn() !== undefined) world.complain(`quiet, and then not: ${goingOn()}`)
  await world.pass(0)
}

async function checkEverything(world: World): Promise<void> {
  world.checkSessions()
  const { id, edit } = world.document
  const [room] = world.server!.rooms.live()
  const text = checkQuiet(room!, world.open, world.network.hasEmptied, world.complain)
  const wrong = world.marks.wrongAtTheEnd(text)
  if (wrong !== undefined) world.complain(`in the end ${wrong} in ${text}`)
  await checkStoredChat(world.disk.safeContent, id, world.saidLines, world.complain)
  await world.killServer(0, 0)
  await world.passUntil(() => world.server !== undefined)
  let onDisk: string | undefined
  void world
    .server!.documents.text(id, edit, async () => undefined)
    .then((read) => {
      onDisk = read.text
    })
  await world.passUntil(() => onDisk !== undefined)
  if (onDisk !== text) world.complain(`after a restart the text is ${onDisk}, not ${text}`)
}
