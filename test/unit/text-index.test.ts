// The index of a text: what it says is what Yjs says, only sooner.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { TextIndex } from '../../client/editor/text-index.ts'
import { offsetsOf } from '../../client/editor/text-positions.ts'

/** Landmarks this close together that short texts have several. */
const landmarkEvery = 3

type Step =
  | { kind: 'edit'; who: number; at: number; remove: number; insert: string }
  | { kind: 'undo'; who: number }
  | { kind: 'exchange'; from: number; to: number }

const who = fc.nat(2)
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        who,
        at: fc.nat(60),
        remove: fc.nat(5),
        insert: fc.string({ maxLength: 6 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), who }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('exchange' as const), from: who, to: who }) },
  ),
  { maxLength: 60 },
)

/** A text of forty structures, written here and there. */
const written = (() => {
  const text = new Y.Doc().getText('content')
  for (let i = 0; i < 40; i++) text.insert((i * 7) % (text.length + 1), String(i % 10))
  return Y.encodeStateAsUpdate(text.doc!)
})()

function open(): Y.Text {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, written)
  return doc.getText('content')
}

class Writer {
  readonly text = open()
  readonly doc = this.text.doc!
  readonly index = new TextIndex(this.text, landmarkEvery)
  readonly undoManager = new Y.UndoManager(this.text, { captureTimeout: 0 })
  /** What one has who only hears the events. */
  heard = this.text.toString()

  constructor() {
    this.text.observe((event) => {
      let at = 0
      for (const { retain, insert, delete: removed } of event.delta) {
        if (retain !== undefined) at += retain
        else if (removed !== undefined) this.heard = this.heard.slice(0, at) + this.heard.slice(at + removed)
        else {
          this.heard = this.heard.slice(0, at) + String(insert) + this.heard.slice(at)
          at += String(insert).length
        }
      }
    })
  }

  edit({ at, remove, insert }: { at: number; remove: number; insert: string }): void {
    const place = Math.min(at, this.text.length)
    this.doc.transact(() => {
      this.text.delete(place, Math.min(remove, this.text.length - place))
      this.text.insert(place, insert)
    })
  }

  check(): void {
    expect(this.heard).toBe(this.text.toString())
    for (let at = 0; at <= this.text.length; at++) {
      for (const assoc of [-1, 0, 1]) {
        const expected = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(this.text, at, assoc))
        expect(Y.relativePositionToJSON(this.index.positionAt(at, assoc))).toEqual(expected)
        expect(offsetsOf(this.text, [expected])).toEqual([at])
      }
    }
  }
}

function run(all: readonly Step[]): Writer[] {
  const writers = [new Writer(), new Writer(), new Writer()]
  for (const step of all) {
    if (step.kind === 'edit') writers[step.who]!.edit(step)
    else if (step.kind === 'undo') writers[step.who]!.undoManager.undo()
    else {
      const [from, to] = [writers[step.from]!.doc, writers[step.to]!.doc]
      Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
    }
    for (const writer of writers) writer.check()
  }
  return writers
}

describe('the index of a text', () => {
  it('gives events and positions that are those of Yjs, whatever several people write, take back and exchange', () => {
    fc.assert(
      fc.property(steps, (all) => void run(all)),
      { numRuns: 60 },
    )
  })

  it('gives events their changes without reading the whole text', () => {
    const [text, other] = [open(), open()]
    const index = new TextIndex(text, landmarkEvery)
    const deltas: unknown[] = []
    text.observe((event) => deltas.push(event._delta))
    other.insert(20, 'new')
    Y.applyUpdate(text.doc!, Y.encodeStateAsUpdate(other.doc!))
    expect(deltas).toEqual([[{ retain: 20 }, { insert: 'new' }]])
    index.close()
  })

  it('leaves a change of everything to Yjs and knows the text afterwards', () => {
    const writer = new Writer()
    const other = open()
    for (let i = 0; i < 1_500; i++) other.insert(5, String(i % 10))
    Y.applyUpdate(writer.doc, Y.encodeStateAsUpdate(other.doc!))
    expect(writer.heard).toBe(writer.text.toString())
    const last = writer.text.length - 3
    expect(offsetsOf(writer.text, [Y.createRelativePositionFromTypeIndex(writer.text, last)])).toEqual([last])
  })

  it('is gone when it is closed', () => {
    const { text, index } = new Writer()
    index.close()
    expect(TextIndex.of(text)).toBeUndefined()
    text.insert(0, 'more')
    expect(offsetsOf(text, [Y.createRelativePositionFromTypeIndex(text, 2)])).toEqual([2])
  })
})
