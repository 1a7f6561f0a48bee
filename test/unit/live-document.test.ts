import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { LiveDocument, usageOf } from '../../server/live-document.ts'
import type { ClientId } from '../../shared/ids.ts'

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

test('an update gives our own bytes of what was new, and nothing the second time', () => {
  const { doc, live } = coldOf('Hello')
  doc.clientID = 8
  const update = edit(doc, (text) => text.insert(5, '!'))
  const canonical = live.apply(update, 'origin', 1)!
  const copy = new Y.Doc()
  Y.applyUpdate(copy, live.difference(new Uint8Array([0])))
  Y.applyUpdate(copy, canonical)
  expect([live.text, copy.getText('content').toString()]).toEqual(['Hello!', 'Hello!'])
  expect(live.usage).toMatchObject({ textLength: 6, structs: 2 })
  expect(live.apply(update, 'origin', 1)).toBeUndefined()
  expect(live.usage).toMatchObject({ textLength: 6, structs: 2 })
})

test('usage is never low, and a recount makes it exact', () => {
  const { doc, live } = coldOf('Hello')
  for (let i = 0; i < 50; i++)
    live.apply(
      edit(doc, (text) => text.insert(text.length, 'x')),
      'origin',
      1,
    )
  const exact = usageOf(live.doc, Y.encodeStateAsUpdate(live.doc).length)
  expect(live.usage.structs).toBeGreaterThan(exact.structs)
  expect(live.usage.stateBytes).toBeGreaterThanOrEqual(exact.stateBytes)
  expect(live.recount()).toBe(true)
  expect(live.usage).toEqual(exact)
  expect(live.recount()).toBe(false)
})

test('what would stay pending is an error: the document is not to be trusted then', () => {
  const { live } = coldOf('Hello')
  const other = new Y.Doc()
  other.clientID = 9
  edit(other, (text) => text.insert(0, 'missing'))
  const second = edit(other, (text) => text.insert(7, ' end'))
  expect(() => live.apply(second, 'origin', 1)).toThrow('pending')
})

test('an empty document is nothing, and takes its first update', () => {
  const live = new LiveDocument(undefined)
  expect([live.isOpen, live.usage.textLength, live.text]).toEqual([false, 0, ''])
  const doc = new Y.Doc()
  expect(
    live.apply(
      edit(doc, (text) => text.insert(0, 'a')),
      'origin',
      1,
    ),
  ).toBeDefined()
  expect(live.text).toBe('a')
})
