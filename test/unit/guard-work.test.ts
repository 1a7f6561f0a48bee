// What the guard estimates that applying an update costs, beside what Yjs does when it applies it.
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { costNs } from '../../shared/guard/refusal.ts'
import { guard } from '../../shared/guard.ts'
import { textName } from '../../shared/protocol.ts'
import { deleted, struct, text, update } from '../../simulate/hostile/update-writer.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

const usage = { textLength: 0, stateBytes: 0, structs: 0 }

/** How many array elements Yjs moves while `act` runs. */
function movedBy(doc: Y.Doc, act: () => void): number {
  let moved = 0
  for (const structs of doc.store.clients.values()) {
    structs.splice = (start: number, count = 0, ...added: (Y.Item | Y.GC)[]) => {
      moved += structs.length - start - count
      return Array.prototype.splice.call(structs, start, count, ...added)
    }
  }
  act()
  return moved
}

/**
 * Text and deletions in turns, which Yjs can join once the text is deleted, too; but not one such run with the next: it stands
 * before that, or behind it and before a letter of somebody else that was not there when that was written.
 */
function runsOf(random: Random, runs: number): Y.Doc {
  const [client, marker] = [7, 8]
  const isBehind = random.chance(0.5)
  const structs: number[][] = []
  const marks = [struct(text('z'))]
  let clock = 0
  let next = { client: marker, clock: 0 }
  for (let run = 0; run < runs; run++) {
    const from = clock
    const last = isBehind && run > 0 ? { client, clock: clock - 1 } : undefined
    if (last !== undefined) {
      marks.push(struct(text('z'), { origin: last, rightOrigin: next }))
      next = { client: marker, clock: run }
    }
    for (let i = random.below(6); i >= 0; i--) {
      const origin = clock === from ? last : { client, clock: clock - 1 }
      const length = random.between(1, 3)
      structs.push(
        struct(i % 2 === 0 ? text('abc'.slice(0, length)) : deleted(length), {
          ...(origin && { origin }),
          rightOrigin: next,
        }),
      )
      clock += length
    }
    if (!isBehind) next = { client, clock: from }
  }
  const doc = new Y.Doc()
  Y.applyUpdate(
    doc,
    update([
      { client, clock: 0, structs },
      { client: marker, clock: 0, structs: marks },
    ]),
  )
  if (doc.store.pendingStructs !== null) throw new Error('the runs do not stand on each other')
  return doc
}

/** What several people wrote and deleted one after the other, anywhere. */
function writtenBy(random: Random, people: number, edits: number): Y.Doc {
  const doc = new Y.Doc()
  const content = doc.getText(textName)
  for (let i = 0; i < edits; i++) {
    doc.clientID = 1 + random.below(people)
    const at = random.below(content.length + 1)
    if (random.chance(0.6)) content.insert(at, 'abcdef'.slice(0, random.between(1, 6)))
    else content.delete(at, Math.min(content.length - at, random.between(1, 8)))
  }
  return doc
}

/** Deletions of clocks that are there, as many in a row as `lengthMax`. */
function deletionsIn(random: Random, doc: Y.Doc, count: number, lengthMax: number): Uint8Array {
  const deletions = [...Y.decodeStateVector(Y.encodeStateVector(doc))].map(([client, end]) => {
    const ranges: [number, number][] = []
    for (let clock = 0; ranges.length < count; ) {
      clock += random.below(Math.ceil(end / count))
      const length = random.between(1, lengthMax)
      if (clock + length > end) break
      ranges.push([clock, length])
      clock += length
    }
    return { client, ranges }
  })
  return update(
    [],
    deletions.filter(({ ranges }) => ranges.length > 0),
  )
}

test('no deletion makes Yjs move more than the guard has charged for', () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    for (let round = 0; round < 24; round++) {
      const doc = random.chance(0.5) ? runsOf(random, 3_000) : writtenBy(random, random.between(1, 3), 3_000)
      const lengthMax = random.chance(0.3) ? 100_000 : random.between(1, 30)
      const bytes =
        lengthMax === 100_000 ? everything(doc) : deletionsIn(random, doc, random.between(1, 200), lengthMax)
      const verdict = guard(bytes, { doc, owns: () => false, usage })
      if (!verdict.ok) throw new Error(`round ${round}: ${verdict.reason}, ${verdict.detail}`)
      const moved = movedBy(doc, () => Y.applyUpdate(doc, bytes))
      expect(verdict.workNs, `round ${round}`).toBeGreaterThanOrEqual(moved * costNs.movedSlot)
    }
  }))

function everything(doc: Y.Doc): Uint8Array {
  const ends = [...Y.decodeStateVector(Y.encodeStateVector(doc))]
  return update(
    [],
    ends.map(([client, end]) => ({ client, ranges: [[0, end]] })),
  )
}
