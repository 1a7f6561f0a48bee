// The load of the guard workload: judges and applies every edit of a history, and times both. Gets its job as JSON in argv,
// reports as JSON.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readHistory } from './history.mjs'

const job = JSON.parse(process.argv[2])
const load = (path) => import(pathToFileURL(path).href)
const { guard } = await load(join(job.shared, 'guard.js'))
// The guard knows structures by their classes: those of the Yjs that it uses itself, not of the one beside this file.
const yjs = createRequire(join(job.shared, 'guard.js')).resolve('yjs/package.json')
const Y = await load(join(dirname(yjs), 'dist/yjs.mjs'))

function makeUpdates() {
  const doc = new Y.Doc()
  const updates = []
  doc.on('update', (update) => updates.push(update))
  const text = doc.getText('content')
  for (const [position, deleted, inserted] of readHistory(job.history).patches.slice(0, job.editsMax)) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
  }
  return updates
}

const doc = new Y.Doc()
doc.getText('content')
const usage = { textLength: 0, stateBytes: 0, structs: 0 }
const view = { doc, owns: () => true, usage }
const updates = makeUpdates()
let [guardMs, applyMs, refusals] = [0, 0, 0]
for (const update of updates) {
  const start = performance.now()
  const verdict = guard(update, view)
  const judged = performance.now()
  Y.applyUpdate(doc, update)
  guardMs += judged - start
  applyMs += performance.now() - judged
  if (!verdict.ok) refusals++
}
const perEditUs = (ms) => (1e3 * ms) / updates.length
console.log(JSON.stringify({ guardUs: perEditUs(guardMs), applyUs: perEditUs(applyMs), refusals }))
