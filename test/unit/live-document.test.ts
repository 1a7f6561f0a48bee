import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { LiveDocument, usageOf } from '../../server/live-document.ts'
import { guard } from '../../shared/guard.ts'
import type { ClientId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { mergeUpdates } from '../../shared/merge.ts'
import { struct, text, update } from '../../simulate/hostile/update-writer.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

/** What the guard says of one new run of text. */
const whole = { structs: 1, verbatim: true, workNs: 1_500 }

function coldOf(text: string): { doc: Y.Doc; live: LiveDocument } {
  const doc = new Y.Doc()
  doc.clientID = 7
  doc.getText('content').insert(0, text)
  const bytes = Y.encodeStateAsUpdate(doc)
  const state = { bytes, digest: undefined, stateVector: Y.encodeStateVector(doc), usage: usageOf(doc, bytes.length) }
  return { doc, live: new LiveDocument(state) }
}

function edit(doc: Y.Doc, change: (text: Y.Text) => void): Uint8Array {
  const before = Y.encodeStateVector(doc)
  change(doc.getText('content'))
  return Y.encodeStateAsUpdate(doc, before)
}

test('a cold document answers a newcomer, and one who has something, without a Y.Doc', () => {
  const { doc, live } = coldOf('Hello')
  expect(live.difference(new Uint8Array([0]))).toEqual(Y.encodeStateAsUpdate(doc))
  expect([...live.clocks]).toEqual([[7, 5]])
  expect(live.knows(7 as ClientId)).toBe(true)
  const half = new Y.Doc()
  Y.applyUpdate(half, live.difference(Y.encodeStateVector(new Map([[7, 3]]))))
  expect(live.stateVector).toEqual(Y.encodeStateVector(doc))
  expect(live.usage).toMatchObject({ textLength: 5, structs: 1 })
  expect(live.isOpen).toBe(false)
  expect([live.text, live.isOpen]).toEqual(['Hello', true])
})

test('an update is in the text at once, and in what is taken for the others, once', () => {
  const { doc, live } = coldOf('Hello')
  const newcomer = new Y.Doc()
  Y.applyUpdate(newcomer, live.difference(new Uint8Array([0])))
  doc.clientID = 8
  const update = edit(doc, (text) => text.insert(5, '!'))
  expect(live.apply(update, whole)).toEqual(update)
  expect(live.text).toBe('Hello!')
  expect(live.usage).toMatchObject({ textLength: 6, structs: 2 })
  Y.applyUpdate(newcomer, live.takeUpdate()!)
  expect(newcomer.getText('content').toString()).toBe('Hello!')
  expect(live.takeUpdate()).toBeUndefined()
})

test('of an update that says again what is known, only the rest is given', () => {
  const { doc, live } = coldOf('Hello')
  doc.clientID = 8
  const before = Y.encodeStateVector(doc)
  live.apply(
    edit(doc, (text) => text.insert(5, '!')),
    whole,
  )
  doc.getText('content').insert(6, '?')
  const both = Y.encodeStateAsUpdate(doc, before)
  const rest = live.apply(both, { ...whole, verbatim: false })!
  expect(Y.decodeUpdate(rest).structs).toMatchObject([{ id: { client: 8, clock: 1 }, length: 1 }])
  expect(live.usage).toMatchObject({ textLength: 7, structs: 3 })
  expect(live.apply(both, { ...whole, structs: 0, verbatim: false })).toBeUndefined()
  expect(live.usage).toMatchObject({ textLength: 7, structs: 3 })
  const copy = new Y.Doc()
  Y.applyUpdate(copy, coldOf('Hello').live.difference(new Uint8Array([0])))
  Y.applyUpdate(copy, live.takeUpdate()!)
  expect(copy.getText('content').toString()).toBe('Hello!?')
})

test('what is given is a copy: the buffer of a socket may change under it', () => {
  const { doc, live } = coldOf('Hello')
  doc.clientID = 8
  const update = edit(doc, (text) => text.insert(5, '!'))
  const kept = live.apply(update, whole)!
  const wanted = kept.slice()
  update.fill(0)
  expect(kept).toEqual(wanted)
})

test('many updates before one taking make the same document as each by itself, and one update', () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    const live = new LiveDocument(undefined)
    const alone = new Y.Doc()
    const other = new Y.Doc()
    const parts: Uint8Array[] = []
    const authors = Array.from({ length: 4 }, (_, i) => {
      const doc = new Y.Doc()
      doc.clientID = i + 1
      return doc
    })
    for (let round = 0; round < 100; round++) {
      const edits = authors.flatMap((author) =>
        Array.from({ length: random.between(1, 3) }, () =>
          edit(author, (text) => {
            const at = random.between(0, text.length)
            if (random.chance(0.4)) text.delete(at, random.between(0, Math.min(8, text.length - at)))
            else text.insert(at, random.words(random.between(1, 10)))
          }),
        ),
      )
      for (const update of edits) {
        const verdict = guard(update, { doc: live.doc, owns: () => true, usage: live.usage })
        if (!verdict.ok) throw new Error(verdict.detail)
        const part = verdict.redundant ? undefined : live.apply(update, verdict)
        if (part !== undefined) parts.push(part)
        Y.applyUpdate(alone, update)
        expect(live.text).toBe(alone.getText('content').toString())
      }
      const taken = live.takeUpdate()
      if (taken !== undefined) Y.applyUpdate(other, taken)
      for (const author of authors) Y.applyUpdate(author, live.difference(Y.encodeStateVector(author)))
    }
    expect(live.difference(new Uint8Array([0]))).toEqual(Y.encodeStateAsUpdate(alone))
    expect(Y.encodeStateAsUpdate(other)).toEqual(Y.encodeStateAsUpdate(alone))
    const replayed = new Y.Doc()
    Y.applyUpdate(replayed, mergeUpdates(parts))
    expect(Y.encodeStateAsUpdate(replayed)).toEqual(Y.encodeStateAsUpdate(alone))
    live.recount()
    expect(live.usage).toEqual(usageOf(alone, Y.encodeStateAsUpdate(alone).length))
  }))

test('what would be long work in the end is done at once, when it comes from who sent it', () => {
  const { doc, live } = coldOf('Hello')
  doc.clientID = 8
  const type = (workNs: number) => {
    live.apply(
      edit(doc, (text) => text.insert(text.length, 'x')),
      { ...whole, workNs },
    )
    return usageOf(live.doc, 0).structs
  }
  // Neighbours are one structure once the transaction has ended.
  expect([type(0), type(0), type(limits.openWorkNsMax), type(1), type(1), type(1)]).toEqual([2, 3, 4, 2, 3, 4])
})

test('what one person writes under two ids in one update, in whatever order, is whole in what is kept of it', () => {
  const [low, high, honest] = [5, 2 ** 31 + 7, 2 ** 31 + 8]
  const live = new LiveDocument(undefined)
  const beside = { origin: { client: low, clock: 9 } }
  const inside = { origin: { client: high, clock: 0 }, rightOrigin: { client: high, clock: 1 } }
  const kept = [
    update([
      { client: low, clock: 0, structs: [struct(text('aaaaaaaaaa'))] },
      { client: high, clock: 0, structs: [struct(text('bbb'), beside)] },
    ]),
    update([{ client: low, clock: 10, structs: [struct(text('c'), beside)] }]),
    update([{ client: honest, clock: 0, structs: [struct(text('honest'), inside)] }]),
  ].map((bytes) => {
    const verdict = guard(bytes, { doc: live.doc, owns: () => true, usage: live.usage })
    if (!verdict.ok) throw new Error(verdict.detail)
    return live.apply(bytes, verdict)!
  })
  const replayed = new Y.Doc()
  Y.applyUpdate(replayed, mergeUpdates(kept))
  expect(live.text).toContain('honest')
  expect(replayed.getText('content').toString()).toBe(live.text)
})

test('usage is never low, and a recount makes it exact', () => {
  const { doc, live } = coldOf('Hello')
  for (let i = 0; i < 50; i++)
    live.apply(
      edit(doc, (text) => text.insert(text.length, 'x')),
      whole,
    )
  live.takeUpdate()
  const exact = usageOf(live.doc, Y.encodeStateAsUpdate(live.doc).length)
  expect(live.usage.structs).toBeGreaterThan(exact.structs)
  expect(live.usage.stateBytes).toBeGreaterThanOrEqual(exact.stateBytes)
  expect(live.recount()).toBe(true)
  expect(live.usage).toEqual(exact)
  expect(live.recount()).toBe(false)
})

test('a recount between two takings counts what is there, and loses none of it', () => {
  const { doc, live } = coldOf('Hello')
  const before = live.difference(new Uint8Array([0]))
  for (let i = 0; i < 3; i++) {
    live.apply(
      edit(doc, (text) => text.insert(text.length, 'x')),
      whole,
    )
    expect(live.recount()).toBe(true)
    expect(live.usage).toEqual(usageOf(doc, Y.encodeStateAsUpdate(doc).length))
  }
  const copy = new Y.Doc()
  Y.applyUpdate(copy, before)
  Y.applyUpdate(copy, live.takeUpdate()!)
  expect(copy.getText('content').toString()).toBe('Helloxxx')
})

test('what would stay pending is an error: the document is not to be trusted then', () => {
  const { doc, live } = coldOf('Hello')
  live.apply(
    edit(doc, (text) => text.insert(5, '!')),
    whole,
  )
  // Closes the transaction that the first one is in.
  live.apply(
    edit(doc, (text) => text.insert(5, '?')),
    { ...whole, verbatim: false },
  )
  const other = new Y.Doc()
  other.clientID = 9
  edit(other, (text) => text.insert(0, 'missing'))
  const second = edit(other, (text) => text.insert(7, ' end'))
  expect(() => live.apply(second, whole)).toThrow('pending')
  expect(live.takeUpdate()).toBeUndefined()
})

test('an empty document is nothing, and takes its first update', () => {
  const live = new LiveDocument(undefined)
  expect([live.isOpen, live.usage.textLength, live.text]).toEqual([false, 0, ''])
  const doc = new Y.Doc()
  expect(
    live.apply(
      edit(doc, (text) => text.insert(0, 'a')),
      whole,
    ),
  ).toBeDefined()
  expect(live.text).toBe('a')
})
