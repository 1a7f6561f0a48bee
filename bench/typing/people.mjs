// Everybody else in the document, in a process of their own: one writes the text, then people come and move their cursors,
// and a few of them write. Told what to do by its parent, one message at a time; answers each with a message.
import process from 'node:process'
import { pathToFileURL } from 'node:url'
// The product's: the peers in bench/ bring one of their own, and two copies do not know each other's documents.
import * as Y from '../../node_modules/yjs/dist/yjs.mjs'
import { Person } from './person.mjs'
import { randomOf } from './random.mjs'
import { textOf } from './text.mjs'

/** UTF-16 units after which a structure of the text ends: a text that was written by hand has many, an imported one has one. */
const structLength = 40
const movesPerSecond = 10
/** Half of them are where the person is that types; what is there costs most, because it is drawn. */
const nearUnits = 1_200
/** Every fifth has something selected, every tenth writes, a few times a second. */
const [selectingEvery, writingEvery, movesPerEdit] = [5, 10, 3]

const { dist, url, document } = JSON.parse(process.argv[2])
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href)
const parts = { url, document, ...(await load('shared/wire.js')), ...(await load('shared/protocol.js')) }
/** Where the structures of the text are: the n-th is `structLength` units at `offset`. In order of offset. */
const structs = []
let stateVector
const people = []
let place = 0
let timer

/** Writes a text of that length in pieces, of each two the second one first, so that every piece stays a structure. */
async function write({ length }) {
  const { Provider } = await load('client/sync/index.js')
  const doc = new Y.Doc()
  const text = doc.getText('content')
  const { id, keys } = document
  const provider = new Provider({ url, documentId: id, key: keys.edit, doc })
  await provider.whenSynced()
  const pieces = textOf(length).match(new RegExp(`[^]{1,${structLength}}`, 'g'))
  doc.transact(() => {
    for (let i = 0; i < pieces.length; i += 2) {
      const end = text.length
      for (const piece of pieces.slice(i, i + 2).reverse()) text.insert(end, piece)
    }
  })
  await provider.whenSaved()
  for (let item = text._start, offset = 0; item !== null; item = item.right) {
    const { client, clock } = item.id
    structs.push({ client, clock, offset })
    offset += item.length
  }
  stateVector = Y.encodeStateVector(doc)
  const stateBytes = Y.encodeStateAsUpdate(doc).length
  await provider.destroy()
  return { structs: structs.length, stateBytes }
}

/** So many people are there from now on. */
async function meet({ count }) {
  while (people.length < count) {
    const person = new Person(parts, people.length)
    await person.join(stateVector)
    people.push({ person, random: randomOf(people.length + 1), moves: 0 })
  }
  for (const { person } of people.splice(count)) person.leave()
  clearInterval(timer)
  let next = 0
  // One after the other, as people do, not all at once.
  if (count > 0) timer = setInterval(() => move(next++ % count), 1_000 / movesPerSecond / count)
  return {}
}

/** Where half of them are from now on: an offset in the text as it was written. */
function gather({ offset }) {
  place = offset
  return {}
}

function move(n) {
  const { person, random } = people[n]
  const length = structs.length * structLength
  const isNear = n % 2 === 0
  const offset = isNear ? place + (random() - 0.5) * 2 * nearUnits : random() * length
  const head = positionOf(offset)
  const anchor = n % selectingEvery === 0 ? positionOf(offset + 60) : head
  person.show(anchor, head)
  const isWriter = n % writingEvery === 0
  if (isWriter && people[n].moves++ % movesPerEdit === 0) person.write(head)
}

/** A place inside of a structure, never between two. */
function positionOf(wanted) {
  const offset = Math.max(1, Math.min(structs.length * structLength - 2, Math.floor(wanted)))
  const struct = structs[Math.floor(offset / structLength)]
  const inside = Math.max(1, Math.min(structLength - 2, offset - struct.offset))
  return { client: struct.client, clock: struct.clock + inside }
}

const tasks = { write, meet, gather }
process.on('message', async ({ task, ...job }) => {
  try {
    process.send({ done: await tasks[task](job) })
  } catch (error) {
    process.send({ failed: error.stack })
  }
})
process.on('disconnect', () => process.exit(0))
