// The guard against chance: honest people in every mood are never refused, and what damaged updates pass does no harm.
// Short by default; LONG=1 takes 60,000 of each and prints the share refused and the cost. SEED picks the run.
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { guard } from '../../shared/guard.ts'

const long = process.env.LONG !== undefined
const updatesEach = long ? 60_000 : 3_000
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

type Random = (below: number) => number

/** mulberry32: a small seeded generator. */
function randomOf(start: number): Random {
  let state = start >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const words = ['a', 'of', 'Wörter', '😀', '\n', 'the quick ', '日本', '👩‍👩‍👧', '\u0000', '\uFEFF', 'z'.repeat(60)]

const usageOf = (doc: Y.Doc) => ({
  textLength: doc.getText('content').length,
  stateBytes: 0,
  structs: [...doc.store.clients.values()].reduce((sum, structs) => sum + structs.length, 0),
})

/** Never between the two halves of a surrogate pair: an editor moves by letters. */
function letterStart(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}

class Person {
  readonly doc = new Y.Doc()
  readonly ids: number[] = []
  readonly undo: Y.UndoManager
  readonly random: Random
  unsent: Uint8Array[] = []
  sent: Uint8Array[] = []

  constructor(id: number, random: Random) {
    this.random = random
    this.use(id)
    this.undo = new Y.UndoManager(this.doc.getText('content'), { captureTimeout: 0 })
    this.doc.on('update', (bytes: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
      if (transaction.local) this.unsent.push(bytes)
    })
  }

  /** Goes on writing with another id, as a tab does that was granted one. */
  use(id: number): void {
    this.doc.clientID = id
    this.ids.push(id)
  }

  edit(): void {
    const content = this.doc.getText('content')
    const kind = this.random(20)
    if (kind === 0) this.undo.undo()
    else if (kind === 1) this.undo.redo()
    else {
      const edits = kind === 2 ? 5 : 1
      this.doc.transact(
        () => {
          for (let i = 0; i < edits; i++) this.editOnce(content)
        },
        kind === 3 ? 'elsewhere' : null,
      )
    }
  }

  editOnce(content: Y.Text): void {
    const text = content.toString()
    const at = letterStart(text, this.random(3) === 0 ? text.length : this.random(text.length + 1))
    if (text.length > 0 && this.random(text.length > 600 ? 2 : 4) === 0) {
      const end = letterStart(text, Math.min(text.length, at + 1 + this.random(9)))
      if (end > at) content.delete(at, end - at)
    } else content.insert(at, words[this.random(words.length)]!)
  }

  /** What this person sends now: one by one, merged, as a difference, or again what was sent already. */
  parcels(server: Y.Doc): Uint8Array[] {
    const unsent = this.unsent
    this.unsent = []
    const again = this.random(4) === 0 ? this.sent.slice(-3) : []
    this.sent.push(...unsent)
    const kind = this.random(4)
    if (kind === 0) return [...again, ...unsent]
    if (kind === 1) return [Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(server))]
    const all = [...again, ...unsent]
    if (all.length === 0) return []
    const merged = Y.mergeUpdates(all)
    return kind === 2 ? [merged] : [Y.diffUpdate(merged, Y.encodeStateVector(server))]
  }
}

/** One document's life. `each` sees every parcel before it is applied. */
function live(random: Random, each: (server: Y.Doc, bytes: Uint8Array, person: Person) => void, enough: () => boolean) {
  const server = new Y.Doc({ gc: true })
  server.clientID = 1
  server.getText('content')
  let nextId = 0x8000_0000 + random(1000)
  const people = Array.from({ length: 2 + random(3) }, () => new Person(2 + random(0x7fff_0000), random))
  for (let turn = 0; turn < 60 && !enough(); turn++) {
    const person = people[random(people.length)]!
    for (let edits = random(random(5) === 0 ? 40 : 4); edits >= 0; edits--) person.edit()
    if (random(12) === 0) person.use(nextId++)
    if (random(3) === 0) continue
    for (const bytes of person.parcels(server)) {
      each(server, bytes, person)
      Y.applyUpdate(server, bytes)
      expect([server.store.pendingStructs, server.store.pendingDs]).toEqual([null, null])
    }
    Y.applyUpdate(person.doc, Y.encodeStateAsUpdate(server, Y.encodeStateVector(person.doc)), 'server')
  }
}

const cloneOf = (doc: Y.Doc): Y.Doc => {
  const clone = new Y.Doc()
  clone.clientID = 1
  clone.getText('content')
  Y.applyUpdate(clone, Y.encodeStateAsUpdate(doc))
  return clone
}

/** Per client that is not owned: its letters in order, by clock; deleted ones as blanks. */
function lettersOfOthers(doc: Y.Doc, owned: number[]): Map<number, (string | null)[]> {
  const letters = new Map<number, (string | null)[]>()
  for (const [client, structs] of doc.store.clients) {
    if (owned.includes(client)) continue
    letters.set(
      client,
      structs.flatMap((struct) =>
        struct instanceof Y.Item && struct.content instanceof Y.ContentString && !struct.deleted
          ? struct.content.str.split('')
          : Array.from({ length: struct.length }, () => null),
      ),
    )
  }
  return letters
}

/** Damages an update: bits, bytes, lengths, ends, pieces of another one. */
function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const copy = [...bytes]
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(copy.length)
    const kind = random(7)
    if (kind === 0) copy[at]! ^= 1 << random(8)
    else if (kind === 1) copy[at] = random(256)
    else if (kind === 2) copy[at] = (copy[at]! + (random(2) ? 1 : 255)) & 0xff
    else if (kind === 3) copy.splice(at, 1 + random(3))
    else if (kind === 4) copy.splice(at, 0, random(256))
    else if (kind === 5) copy.splice(at, random(8), ...other.slice(random(other.length)).slice(0, 1 + random(12)))
    else copy.length = at
    if (copy.length === 0) return Uint8Array.of(0)
  }
  return Uint8Array.from(copy)
}

function expectHarmless(server: Y.Doc, bytes: Uint8Array, owned: number[], random: Random): void {
  const clone = cloneOf(server)
  const text = clone.getText('content')
  const before = lettersOfOthers(clone, owned)
  let relayed: Uint8Array | undefined
  clone.on('update', (update: Uint8Array) => {
    relayed = update
  })
  Y.applyUpdate(clone, bytes)
  expect([clone.store.pendingStructs, clone.store.pendingDs]).toEqual([null, null])
  expect([...clone.share.keys()]).toEqual(['content'])
  const after = lettersOfOthers(clone, owned)
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
  for (const [client, letters] of before) {
    const now = after.get(client)!
    expect(now.length).toBe(letters.length)
    for (let i = 0; i < letters.length; i++) if (now[i] !== letters[i]) expect(now[i]).toBeNull()
  }
  expect(cloneOf(clone).getText('content').toString()).toBe(text.toString())
  // Everybody who gets what the server relays has the same text, and the next honest edit still works.
  const reader = cloneOf(server)
  if (relayed !== undefined) Y.applyUpdate(reader, relayed)
  expect(reader.getText('content').toString()).toBe(text.toString())
  const next = new Person(77, random)
  Y.applyUpdate(next.doc, Y.encodeStateAsUpdate(clone), 'server')
  for (let i = 0; i < 3; i++) next.editOnce(next.doc.getText('content'))
  const edit = Y.encodeStateAsUpdate(next.doc, Y.encodeStateVector(clone))
  expect(guard(edit, { doc: clone, owns: (client) => client === 77, usage: usageOf(clone) })).toMatchObject({
    ok: true,
  })
  Y.applyUpdate(clone, edit)
  expect(text.toString()).toBe(next.doc.getText('content').toString())
}

describe(`the guard against chance, seed ${seed}`, () => {
  it('[G30] honest updates are never refused, and the verdict is what applying does', () => {
    let judged = 0
    for (let life = 0; judged < updatesEach; life++) {
      const random = randomOf(seed + life)
      const enough = () => judged >= updatesEach
      live(
        random,
        (server, bytes, person) => {
          const usage = usageOf(server)
          const before = Buffer.from(Y.encodeStateAsUpdate(server))
          const verdict = guard(bytes, { doc: server, owns: (client) => person.ids.includes(client), usage })
          expect(verdict, `seed ${seed} life ${life} update ${Buffer.from(bytes).toString('hex')}`).toMatchObject({
            ok: true,
          })
          expect(before.equals(Y.encodeStateAsUpdate(server))).toBe(true)
          if (verdict.ok && judged % 8 === 0) {
            const clone = cloneOf(server)
            const { structs } = usageOf(clone)
            Y.applyUpdate(clone, bytes)
            expect(Buffer.from(Y.encodeStateAsUpdate(clone)).equals(before), `seed ${seed} life ${life}`).toBe(
              verdict.redundant,
            )
            expect(usageOf(clone).structs).toBeLessThanOrEqual(structs + verdict.structs)
          }
          judged++
        },
        enough,
      )
    }
  })

  it('[G31] damaged updates that pass harm nobody', () => {
    let [judged, refused] = [0, 0]
    for (let life = 0; judged < updatesEach; life++) {
      const random = randomOf(seed + 1_000_000 + life)
      let other = Uint8Array.of(0, 0)
      live(
        random,
        (server, bytes, person) => {
          for (let i = 0; i < 4; i++) {
            const damaged = mutate(bytes, other, random)
            const view = { doc: server, owns: (client: number) => person.ids.includes(client), usage: usageOf(server) }
            const verdict = guard(damaged, view)
            judged++
            if (!verdict.ok) refused++
            else {
              try {
                expectHarmless(server, damaged, person.ids, random)
              } catch (error) {
                const hex = `${Buffer.from(damaged).toString('hex')} on ${Buffer.from(Y.encodeStateAsUpdate(server)).toString('hex')}`
                throw new Error(`seed ${seed} life ${life}: ${hex}`, { cause: error })
              }
            }
          }
          other = bytes as Uint8Array<ArrayBuffer>
        },
        () => judged >= updatesEach,
      )
    }
    if (long)
      console.log(`refused ${refused} of ${judged} damaged updates (${((100 * refused) / judged).toFixed(1)} %)`)
    expect(refused).toBeGreaterThan(judged / 2)
  })
})

describe('the cost of a verdict', () => {
  it('[G32] is printed for a typical update of a letter', () => {
    const server = cloneOf(new Y.Doc())
    server.getText('content').insert(0, 'the quick brown fox '.repeat(500))
    const person = new Person(4_000_000_000, randomOf(1))
    Y.applyUpdate(person.doc, Y.encodeStateAsUpdate(server), 'server')
    person.doc.getText('content').insert(5_000, 'e')
    person.unsent.length = 0
    person.doc.getText('content').insert(2_500, 'e')
    Y.applyUpdate(server, Y.encodeStateAsUpdate(person.doc, Y.encodeStateVector(server)))
    person.doc.getText('content').insert(2_501, 'f')
    const bytes = person.unsent.at(-1)!
    const view = { doc: server, owns: () => true, usage: { textLength: 0, stateBytes: 0, structs: 0 } }
    const rounds = long ? 200_000 : 5_000
    for (let i = 0; i < rounds; i++) guard(bytes, view)
    const start = performance.now()
    for (let i = 0; i < rounds; i++) guard(bytes, view)
    console.log(`guard: ${(((performance.now() - start) * 1000) / rounds).toFixed(2)} µs for ${bytes.length} bytes`)
    expect(guard(bytes, view).ok).toBe(true)
  })
})
