// The load of the storage workload, a process of its own that holds the store too: appends the updates of a history as fast
// as they are kept, then opens the store again. Gets its job as JSON in argv, reports as JSON.
import process from 'node:process'
import * as Y from 'yjs'
import { bytesIn } from '../folder-size.mjs'
import { readHistory } from './history.mjs'
import { openScriptorium, openYLeveldb } from './stores.mjs'

/** What arrives in one turn of the event loop, as in a hot room, and how much may wait for the store at a time. */
const [appendsPerTurn, appendsWaitingMax] = [20, 2_000]
const open = { scriptorium: openScriptorium, 'y-leveldb': openYLeveldb }
const job = JSON.parse(process.argv[2])

const turn = () => new Promise(setImmediate)
const cpuUs = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The updates of the first edits of a history, each made by hand, and the text that they lead to. */
function makeUpdates() {
  const { patches } = readHistory(job.history)
  const doc = new Y.Doc()
  doc.clientID = 2 ** 31
  const updates = []
  doc.on('update', (update) => updates.push(update))
  const text = doc.getText('content')
  for (const [position, deleted, inserted] of patches.slice(0, job.editsMax)) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
  }
  return { updates, text: text.toString() }
}

async function append(store, updates) {
  const kept = []
  let waiting = 0
  for (const update of updates) {
    waiting++
    kept.push(store.append(update).then(() => waiting--))
    if (kept.length % appendsPerTurn !== 0) continue
    do await turn()
    while (waiting > appendsWaitingMax)
  }
  await Promise.all(kept)
}

/** Opening sorts the log of LevelDB into a table, which is compressed, and goes on with tables that want merging. */
async function settledBytes() {
  for (let before = bytesIn(job.folder); ; ) {
    const again = await open[job.store](job)
    await again.text()
    await again.close()
    const now = bytesIn(job.folder)
    if (now === before) return now
    before = now
  }
}

// The clock of a server does not keep a process alive; sockets do, and here are none.
setInterval(() => undefined, 1_000)
const { updates, text } = makeUpdates()
const store = await open[job.store](job)
let [cpu, start] = [cpuUs(), performance.now()]
await append(store, updates)
const cpuPerAppend = (cpuUs() - cpu) / updates.length
const appendsPerSecond = (1e3 * updates.length) / (performance.now() - start)
await store.close()
const bytesPerAppend = bytesIn(job.folder) / updates.length
;[cpu, start] = [cpuUs(), performance.now()]
const reopened = await open[job.store](job)
if ((await reopened.text()) !== text) throw new Error('lost text')
const [reloadCpuMs, reloadMs] = [(cpuUs() - cpu) / 1e3, performance.now() - start]
await reopened.close()
const bytesAtRest = (await settledBytes()) / updates.length
console.log(JSON.stringify({ cpuPerAppend, appendsPerSecond, bytesPerAppend, bytesAtRest, reloadCpuMs, reloadMs }))
process.exit(0)
