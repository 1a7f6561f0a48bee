// Large changes in pieces: each piece is one that the guard takes, and together they are the whole.
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { PieceSize } from '../../client/sync/piece-size.ts'
import { type Size, splitUpdate } from '../../client/sync/split-update.ts'
import { LiveDocument } from '../../server/live-document.ts'
import { guard } from '../../shared/guard.ts'
import { limits } from '../../shared/limits.ts'
import { mergeUpdates } from '../../shared/merge.ts'
import { textName } from '../../shared/protocol.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

const textOf = (doc: Y.Doc) => doc.getText(textName)

/** A document as somebody has it: `state` first, then whatever that client does. */
function client(id: number, state: Uint8Array): { doc: Y.Doc; changes: Uint8Array[] } {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  doc.clientID = id
  const changes: Uint8Array[] = []
  doc.on('update', (bytes: Uint8Array) => changes.push(bytes))
  return { doc, changes }
}

/** The pieces, after each of them went through the guard into `state`, and the document that came of it. */
function applied(state: Uint8Array, update: Uint8Array, size: Size, owns: (id: number) => boolean) {
  const live = new LiveDocument(undefined)
  live.apply(state, { structs: 1, verbatim: true, workNs: 0 })
  const pieces = splitUpdate(update, size)
  const lengths = [live.text.length]
  for (const piece of pieces) {
    const verdict = guard(piece, { doc: live.doc, owns, usage: live.usage })
    if (!verdict.ok) throw new Error(verdict.detail)
    live.apply(piece, verdict)
    lengths.push(live.text.length)
  }
  return { live, pieces, lengths }
}

function expectWhole(live: LiveDocument, state: Uint8Array, update: Uint8Array): void {
  const whole = new Y.Doc()
  Y.applyUpdate(whole, state)
  Y.applyUpdate(whole, update)
  expect(live.text).toBe(textOf(whole).toString())
  expect(Y.equalSnapshots(Y.snapshot(live.doc), Y.snapshot(whole))).toBe(true)
}

function stateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  textOf(doc).insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

const ofSteps = (steps: number): Size => ({ steps, clocks: Infinity })

describe('a large change', () => {
  test('a replacement in 3,000 places goes in pieces, and the text is never far from its length', () => {
    const state = stateOf('lorem ipsum '.repeat(3_000))
    const { doc, changes } = client(9, state)
    doc.transact(() => {
      for (let i = 2_999; i >= 0; i--) {
        textOf(doc).delete(i * 12, 5)
        textOf(doc).insert(i * 12, 'LOREM')
      }
    })
    const { live, pieces, lengths } = applied(state, changes[0]!, ofSteps(500), (id) => id === 9)
    expect(pieces).toHaveLength(12)
    expectWhole(live, state, changes[0]!)
    for (const length of lengths) expect(Math.abs(length - 36_000)).toBeLessThan(500 * 5)
  })

  test('one deletion of much goes in pieces of so many clocks, each in few', () => {
    const state = stateOf('lorem ipsum '.repeat(100))
    const { doc, changes } = client(9, state)
    textOf(doc).delete(10, 1_000)
    const { live, pieces, lengths } = applied(state, changes[0]!, { steps: 500, clocks: 300 }, () => false)
    expect(pieces).toHaveLength(4)
    expect(lengths).toEqual([1_200, 900, 600, 300, 200])
    expectWhole(live, state, changes[0]!)
  })

  test('pieces shrink to one step of one clock, and no further', () => {
    const size = new PieceSize()
    expect(size).toMatchObject({ steps: limits.updateStepsMax, clocks: Infinity })
    let times = 0
    while (size.shrink()) times++
    expect(size).toMatchObject({ steps: 1, clocks: 1 })
    expect(times).toBeLessThan(12)
  })

  test('what is small enough goes as it is', () => {
    const { doc, changes } = client(9, stateOf('a'))
    textOf(doc).insert(0, 'x'.repeat(100_000))
    expect(splitUpdate(changes[0]!, ofSteps(500))).toEqual([changes[0]])
  })

  test('an update with a hole goes as it is: the server has to say what it thinks of it', () => {
    const { doc, changes } = client(9, stateOf(''))
    for (const at of [0, 0, 0, 0, 0]) textOf(doc).insert(at, 'abc')
    const holed = Y.mergeUpdates([changes[0]!, changes[4]!])
    expect(splitUpdate(holed, ofSteps(1))).toEqual([holed])
  })

  test('structures that stand on nothing known are not lost', () => {
    const { doc, changes } = client(9, stateOf(''))
    for (const at of [0, 0, 0]) textOf(doc).insert(at, 'abc')
    const other = client(8, Y.encodeStateAsUpdate(doc))
    // Each stands on the other's, and the first on what is not in there.
    textOf(other.doc).insert(4, 'one')
    Y.applyUpdate(doc, other.changes[0]!)
    textOf(doc).insert(5, 'two')
    const parts = splitUpdate(Y.mergeUpdates([...other.changes, changes.at(-1)!]), ofSteps(1))
    expect(parts).toHaveLength(2)
    const whole = new Y.Doc()
    for (const part of [changes[0]!, changes[1]!, changes[2]!, ...parts]) Y.applyUpdate(whole, part)
    expect(textOf(whole).toString()).toBe(textOf(doc).toString())
  })
})

test('whatever several clients of one person did, the pieces pass the guard one by one and give the same text', () =>
  withSeed(runSeed, async () => {
    for (let round = 0; round < 60; round++) {
      const random = new Random(runSeed + round)
      const state = stateOf(random.words(200))
      const mine = [11, 12, 13].map((id) => client(id, state))
      const all: Uint8Array[] = []
      for (let step = 0; step < 80; step++) {
        const { doc, changes } = mine[random.below(mine.length)]!
        const text = textOf(doc)
        const from = random.below(text.length + 1)
        doc.transact(() => {
          text.delete(from, random.below(Math.min(12, text.length - from) + 1))
          text.insert(from, random.words(random.between(1, 6)))
        })
        all.push(changes.at(-1)!)
        if (random.chance(0.4)) for (const other of mine) Y.applyUpdate(other.doc, mergeUpdates(all))
      }
      const update = mergeUpdates(all)
      const stepsMax = random.between(1, 30)
      const { live, pieces } = applied(state, update, ofSteps(stepsMax), (id) => id >= 11 && id <= 13)
      expect(pieces.length).toBeGreaterThan(1)
      expectWhole(live, state, update)
    }
  }))
