// Compares Scriptorium as shipped (fsync and guard on) with a bare WebSocket relay, both in the same run, in turns.
//   npm run build && node bench/run.mjs [--rounds 5] [--quick] [--only hot,many,cold] [--trace automerge-paper.json.gz]
//                                       [--dist dist] [--before other-dist] [--out .tmp/bench] [--profile]
// --before takes another build of Scriptorium into the same rounds: the way to judge a change.
// Absolute figures drift from minute to minute on a shared machine: only ratios within a run mean something.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, summarise, toMarkdown } from './report.mjs'
import { createDocuments, runLoad, startScriptorium, startWsRelay, temporaryFolder } from './servers.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'hot,many,cold' },
    trace: { type: 'string' },
    dist: { type: 'string', default: join(root, 'dist') },
    before: { type: 'string' },
    out: { type: 'string', default: join(root, '.tmp/bench') },
    profile: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1')
const [dist, out] = [resolve(values.dist), resolve(values.out)]
const builds = { scriptorium: dist, ...(values.before === undefined ? {} : { before: resolve(values.before) }) }
const wire = join(dist, 'shared/wire.js')
const times = values.quick ? { warmUpMs: 2_000, measureMs: 3_000 } : { warmUpMs: 4_000, measureMs: 10_000 }

const workloads = {
  hot: { title: '1 room × 200 writers × 5 edits/s', rooms: 1, writersPerRoom: 200, editsPerSecond: 5 },
  many: { title: '200 rooms × 3 writers × 5 edits/s', rooms: 200, writersPerRoom: 3, editsPerSecond: 5 },
}
const peers = [...Object.keys(builds), 'ws-relay']

/** With --profile Scriptorium writes a .cpuprofile per run into the output folder; its figures are then worth nothing. */
const profileArgs = (name) => (values.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(out, `profile-${name}`)}`] : [])

async function typeTogether(peer, name) {
  const { rooms: roomCount, ...workload } = workloads[name]
  const folder = temporaryFolder(out)
  const isOurs = peer in builds
  const server = isOurs ? await startScriptorium(builds[peer], folder.path, profileArgs(name)) : await startWsRelay()
  try {
    const rooms = isOurs
      ? await createDocuments(server.port, roomCount)
      : Array.from({ length: roomCount }, (_, i) => ({ id: `room-${i}` }))
    const { port, pid } = server
    const client = isOurs ? 'scriptorium' : 'ws-relay'
    return await runLoad('writers.mjs', { client, port, serverPid: pid, rooms, ...workload, ...times, wire })
  } finally {
    await server.stop()
    folder.remove()
  }
}

/**
 * The document is written once. Then every round opens it on a server that was just started: `tail` while the last of
 * its history is still a list of changes, as after a crash, and `compact` once it was left alone for a while.
 */
async function coldOpen() {
  const folder = temporaryFolder(out)
  const trace = values.trace === undefined ? undefined : resolve(values.trace)
  let document
  const on = async (task, profile) => {
    const server = await startScriptorium(dist, folder.path, profile)
    try {
      document ??= (await createDocuments(server.port, 1))[0]
      const job = { port: server.port, serverPid: server.pid, document, trace, wire, task }
      return await runLoad('first-joiner.mjs', job)
    } finally {
      // Killed, so that it does not tidy up what is to be measured.
      await server.stop('SIGKILL')
    }
  }
  try {
    const written = await on('write')
    const runs = { tail: [], compact: [] }
    for (let round = 0; round < rounds; round++) runs.tail.push(await on('open', profileArgs('cold-tail')))
    await on('rest')
    for (let round = 0; round < rounds; round++) runs.compact.push(await on('open', profileArgs('cold-compact')))
    for (const { length } of [...runs.tail, ...runs.compact]) {
      if (length !== written.length) throw new Error('not the text that was written')
    }
    return { written, cases: summarise(runs), runs }
  } finally {
    folder.remove()
  }
}

mkdirSync(out, { recursive: true })
const chosen = values.only.split(',')
const results = { machine: describeMachine(out), rounds, quick: values.quick, workloads: [], cold: undefined }
for (const name of Object.keys(workloads).filter((name) => chosen.includes(name))) {
  const runs = Object.fromEntries(peers.map((peer) => [peer, []]))
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      const figures = await typeTogether(peer, name)
      runs[peer].push(figures)
      const { cpuPerMillion, p50, p99 } = figures
      console.error(`${name} ${round + 1}/${rounds} ${peer}: ${cpuPerMillion.toFixed(2)} s/M, ${p50} / ${p99} ms`)
    }
  }
  results.workloads.push({ name, ...workloads[name], peers: summarise(runs), runs })
}
if (chosen.includes('cold')) {
  const cold = await coldOpen()
  const source = values.trace === undefined ? 'made up, no --trace was given' : values.trace.split('/').at(-1)
  results.cold = { source, ...cold }
}
const markdown = toMarkdown(results)
console.log(markdown)
writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`)
writeFileSync(join(out, 'results.md'), markdown)
console.error(`Written to ${join(out, 'results.json')} and results.md`)
