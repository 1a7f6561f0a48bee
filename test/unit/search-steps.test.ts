// What building a document will cost, against what Yjs does when it builds it.
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { searchSteps } from '../../server/search-steps.ts'
import { textName } from '../../shared/protocol.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { tangle } from '../harness/tangle.ts'

/** The document of that state, and how many structures Yjs passed: each goes into two sets then. */
function built(state: Uint8Array): { doc: Y.Doc; passed: number } {
  const doc = new Y.Doc()
  doc.getText(textName)
  const { add } = Set.prototype
  let count = 0
  Set.prototype.add = function (this: Set<unknown>, value: unknown) {
    if (value instanceof Y.Item) count++
    return add.call(this, value)
  }
  try {
    Y.applyUpdate(doc, state)
  } finally {
    Set.prototype.add = add
  }
  return { doc, passed: count / 2 }
}

function docOf(updates: Iterable<Uint8Array>): Y.Doc {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

/** People who write where they like and hear of each other now and then. */
function written(random: Random): Y.Doc {
  const docs = Array.from({ length: 2 + random.below(5) }, () => {
    const doc = new Y.Doc()
    doc.clientID = 1 + random.below(2 ** 31)
    return doc
  })
  const anyDoc = () => docs[random.below(docs.length)]!
  for (let i = 0; i < 300; i++) {
    const doc = anyDoc()
    const text = doc.getText(textName)
    const what = random.below(100)
    if (what < 8) Y.applyUpdate(doc, Y.encodeStateAsUpdate(anyDoc()))
    else if (what < 20 && text.length > 3) text.delete(random.below(text.length - 2), 1 + random.below(2))
    else text.insert(what < 45 ? 0 : random.below(text.length + 1), 'abcdef'.slice(0, 1 + random.below(6)))
  }
  return docOf(docs.map((doc) => Y.encodeStateAsUpdate(doc)))
}

test('counts what Yjs passes, but for what it split', async () => {
  await withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    let [exact, all] = [0, 0]
    for (let run = 0; run < 60; run++) {
      const { doc, passed } = built(Y.encodeStateAsUpdate(written(random)))
      const steps = searchSteps(doc, Number.POSITIVE_INFINITY)
      expect(Math.abs(steps - passed)).toBeLessThanOrEqual(Math.max(5, passed / 50))
      all++
      if (steps === passed) exact++
    }
    expect(exact).toBeGreaterThan(all * 0.8)
  })
})

test('people who hear of each other at once make none', () => {
  const [one, two] = [new Y.Doc(), new Y.Doc()]
  for (let i = 0; i < 400; i++) {
    const [writer, reader] = i % 2 ? [one, two] : [two, one]
    writer.getText(textName).insert((i * 7) % (i + 1), 'ab')
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(writer, Y.encodeStateVector(reader)))
  }
  expect(searchSteps(one, 1_000)).toBe(0)
  expect(searchSteps(new Y.Doc(), 1_000)).toBe(0)
})

test('a tangle is seen for what it is, and counted no further than asked', () => {
  const doc = docOf(tangle([1, 2, 3], 40, 1_000).map(([, update]) => update))
  const { passed } = built(Y.encodeStateAsUpdate(doc))
  expect(passed).toBeGreaterThanOrEqual(40 * 1_000)
  expect(searchSteps(doc, Number.POSITIVE_INFINITY)).toBe(passed)
  expect(searchSteps(doc, 1_234)).toBe(1_234)
})

test('what stands beside a part of a structure counts, though that was never split for good', () => {
  const [a, ab] = [new Y.Doc(), new Y.Doc()]
  for (const doc of [a, ab]) doc.clientID = 1
  a.getText(textName).insert(0, 'a')
  const whole = Y.encodeStateAsUpdate(a)
  Y.applyUpdate(ab, whole)
  const before = Y.encodeStateVector(ab)
  ab.clientID = 1
  ab.getText(textName).insert(1, 'b')
  const rest = Y.encodeStateAsUpdate(ab, before)
  const updates = [whole, rest]
  for (let client = 100; client < 140; client++) {
    const saw = docOf([whole])
    saw.clientID = client
    saw.getText(textName).insert(1, 'x')
    updates.push(Y.encodeStateAsUpdate(saw, before))
  }
  const after = docOf([whole, rest])
  after.clientID = 1_000
  for (let i = 0; i < 1_000; i++) after.getText(textName).insert(2, 't')
  const { doc, passed } = built(Y.encodeStateAsUpdate(docOf([...updates, Y.encodeStateAsUpdate(after)])))
  expect(passed).toBeGreaterThan(40 * 1_000)
  expect(Math.abs(searchSteps(doc, Number.POSITIVE_INFINITY) - passed)).toBeLessThan(passed / 50)
})

test('deleted text counts as what it was', () => {
  const doc = docOf(tangle([1, 2, 3], 40, 1_000).map(([, update]) => update))
  doc.getText(textName).delete(0, doc.getText(textName).length)
  const { doc: later, passed } = built(Y.encodeStateAsUpdate(doc))
  expect(searchSteps(later, Number.POSITIVE_INFINITY)).toBe(passed)
})
