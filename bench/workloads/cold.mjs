// The first who opens a document on a server that was just started. The document is written once for each contender; every
// round opens a copy of what is then on disk, because opening it may tidy it up.
import { cpSync } from 'node:fs'
import { bytesIn } from '../folder-size.mjs'
import { runLoad, temporaryFolder } from '../servers.mjs'
import { makeRooms } from './crowds.mjs'

const columns = [
  { key: 'cpuToState', title: 'server CPU ms until the state was there', digits: 1, compare: 'CPU' },
  { key: 'cpuSettled', title: 'with what it does afterwards', digits: 1 },
  { key: 'msToState', title: 'ms to the state', digits: 1 },
  { key: 'msToText', title: 'ms to the text in a Y.Doc', digits: 1, compare: 'ms to the text' },
  { key: 'length', title: 'characters', digits: 0 },
  { key: 'stateBytes', title: 'bytes of state', digits: 0 },
  { key: 'diskBytes', title: 'bytes on disk', digits: 0, compare: 'bytes on disk' },
]
const goals = { 'hocuspocus-4 + files': { cpuToState: 0.2, msToText: 0.4 } }

/** Does one task of load/first-joiner.mjs on a server of its own, which `signal` ends. */
async function onServer(contender, folder, { nodeArgs }, signal, job, room) {
  const server = await contender.start({ folder, nodeArgs })
  try {
    const [made] = room === undefined ? await makeRooms(contender, server.port, 1) : [room]
    const { client, shared } = contender
    const report = await runLoad('first-joiner.mjs', {
      client,
      shared,
      port: server.port,
      serverPid: server.pid,
      room: made,
      ...job,
    })
    return { room: made, report }
  } finally {
    await server.stop(signal)
  }
}

/** Writes a document into a folder of its own; resolves with `{ folder, room, written }`. */
export async function writeDocument(contender, context, history, isLeftAlone) {
  const folder = temporaryFolder(context.out)
  const unprofiled = { ...context, nodeArgs: [] }
  // Killed, so that it does not tidy up.
  const job = { task: 'write', history }
  const { room, report } = await onServer(contender, folder.path, unprofiled, 'SIGKILL', job)
  if (isLeftAlone) await onServer(contender, folder.path, unprofiled, 'SIGTERM', { task: 'rest' }, room)
  return { folder, room, written: report }
}

/** `task`: what load/first-joiner.mjs does in each round. */
function coldOpen(name, title, { historyOf, isLeftAlone, task = { task: 'open' }, ...rest }) {
  return {
    name,
    title,
    columns,
    ...rest,
    stored: true,
    prepare: (contender, context) => writeDocument(contender, context, historyOf(context), isLeftAlone),
    async measure(contender, context, { folder, room, written }) {
      const copy = temporaryFolder(context.out)
      try {
        cpSync(folder.path, copy.path, { recursive: true })
        const { report } = await onServer(contender, copy.path, context, 'SIGKILL', task, room)
        if (report.length !== written.length)
          throw new Error(`lost text: ${report.length} of ${written.length} characters`)
        return { ...report, diskBytes: bytesIn(folder.path) }
      } finally {
        copy.remove()
      }
    },
    dispose: ({ folder }) => folder.remove(),
  }
}

const edited = ({ trace }) => ({ trace })
/** A little below the longest text that Scriptorium takes. */
export const lengthNearLimit = 4_990_000
const pasted = (length) => () => ({ length })

export const cold = [
  coldOpen('cold', 'cold open of a document with 260,000 edits behind it', {
    historyOf: edited,
    isLeftAlone: true,
    point: { opened: 260_000 },
    goals,
  }),
  coldOpen('cold-crash', 'the same document, after a crash while it was written', { historyOf: edited }),
]

/** Points between, for the curves: the beginnings of that made-up history. */
export const coldAfterFewer = Object.entries({ 100: 100, '3k': 3_000, '30k': 30_000 }).map(([name, edits]) =>
  coldOpen(`cold-${name}`, `cold open of a document with ${edits.toLocaleString('en')} edits behind it`, {
    historyOf: () => ({ edits }),
    isLeftAlone: true,
    point: { opened: edits },
  }),
)

const visitors = 200
const stormColumns = [
  { key: 'cpuToLast', title: 'server CPU ms', digits: 0, compare: 'CPU' },
  { key: 'msToFirst', title: 'ms until the first has the state', digits: 0 },
  { key: 'msToMedian', title: 'half of them', digits: 0 },
  { key: 'msToLast', title: 'all', digits: 0, compare: 'ms to all' },
]

export const storm = [
  coldOpen('storm', `${visitors} people at once into that document, on a server just started`, {
    historyOf: edited,
    isLeftAlone: true,
    task: { task: 'storm', visitors },
    columns: stormColumns,
  }),
]

export const big = [
  coldOpen('big-1', 'cold open of 1 MB of pasted text', { historyOf: pasted(1_000_000), isLeftAlone: true }),
  coldOpen('big-5', 'cold open of 5 MB of pasted text', { historyOf: pasted(lengthNearLimit), isLeftAlone: true }),
]
