// Where remote cursors and their name flags stand: the parts that need no browser.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { flagHeight, placeFlag } from '../../client/editor/flag-placement.ts'
import { mergeRows } from '../../client/editor/selection-rectangles.ts'
import { offsetsOf } from '../../client/editor/text-positions.ts'

const relative = (text: Y.Text, offset: number, assoc = 0) =>
  Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, offset, assoc))

type Edit = { at: number; remove: number; insert: string; undo: boolean }

const edits = fc.array(
  fc.record({
    at: fc.nat(200),
    remove: fc.nat(6),
    insert: fc.string({ maxLength: 8 }),
    undo: fc.boolean(),
  }),
  { maxLength: 40 },
)

function apply(text: Y.Text, undoManager: Y.UndoManager, edit: Edit): void {
  if (edit.undo && undoManager.undoStack.length > 0) {
    undoManager.undo()
    return
  }
  const at = Math.min(edit.at, text.length)
  undoManager.stopCapturing()
  text.doc!.transact(() => {
    text.delete(at, Math.min(edit.remove, text.length - at))
    text.insert(at, edit.insert)
  }, 'own')
}

describe('offsets of relative positions', () => {
  it('are those that Yjs itself gives, whatever was written, deleted and brought back since', () => {
    fc.assert(
      fc.property(edits, edits, fc.array(fc.tuple(fc.nat(300), fc.constantFrom(-1, 0))), (before, after, places) => {
        const doc = new Y.Doc()
        const text = doc.getText('content')
        const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set(['own']) })
        for (const edit of before) apply(text, undoManager, edit)
        const positions = places.map(([offset, assoc]) => relative(text, Math.min(offset, text.length), assoc))
        for (const edit of after) apply(text, undoManager, edit)
        const expected = positions.map(
          (position) =>
            Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(position), doc)?.index,
        )
        expect(offsetsOf(text, positions)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('several positions in one letter run are all found', () => {
    const text = new Y.Doc().getText('content')
    text.insert(0, 'abcdef')
    expect(
      offsetsOf(
        text,
        [0, 3, 3, 6].map((offset) => relative(text, offset)),
      ),
    ).toEqual([0, 3, 3, 6])
  })

  it('the end of the text stays its end, the start its start', () => {
    const text = new Y.Doc().getText('content')
    text.insert(0, 'abc')
    const [end, start] = [relative(text, 3), { tname: 'content', assoc: -1 }]
    text.insert(3, 'def')
    expect(offsetsOf(text, [end, start])).toEqual([6, 0])
  })

  it('text that has not arrived yet has no offset', () => {
    const text = new Y.Doc().getText('content')
    text.insert(0, 'abc')
    expect(offsetsOf(text, [{ item: { client: 12345, clock: 0 } }])).toEqual([undefined])
    expect(offsetsOf(text, [{ item: { client: text.doc!.clientID, clock: 3 } }])).toEqual([undefined])
  })

  it('whatever else comes is no position, and nothing throws', () => {
    const doc = new Y.Doc()
    const text = doc.getText('content')
    text.insert(0, 'abc')
    doc.getText('other').insert(0, 'xyz')
    const inOtherText = relative(doc.getText('other'), 1)
    const nonsense = [null, undefined, 7, 'end', [], { item: {} }, { item: { client: 'a', clock: -1 } }, inOtherText]
    for (const position of nonsense) {
      const [offset] = offsetsOf(text, [position])
      expect(offset === undefined || (offset >= 0 && offset <= 3)).toBe(true)
    }
    expect(offsetsOf(text, [inOtherText])).toEqual([undefined])
    fc.assert(fc.property(fc.anything(), (position) => offsetsOf(text, [position]).length === 1))
  })
})

describe('name flags', () => {
  const middle = { left: 300, top: 200, scrollTop: 0, width: 800, rem: 16, name: 'Ana Sousa' }
  const flagPx = 16 * flagHeight

  it('hang above the caret, to its right', () => {
    expect(placeFlag(middle)).toEqual({ below: false, leftward: false })
  })

  it('hang below on the first line in view, also when scrolled', () => {
    expect(placeFlag({ ...middle, top: flagPx - 1 }).below).toBe(true)
    expect(placeFlag({ ...middle, top: 1_000, scrollTop: 990 }).below).toBe(true)
    expect(placeFlag({ ...middle, top: 1_000, scrollTop: 980 }).below).toBe(false)
  })

  it('hang to the left at the right edge, unless the left is no better', () => {
    expect(placeFlag({ ...middle, left: 780 }).leftward).toBe(true)
    expect(placeFlag({ ...middle, left: 40, width: 60 }).leftward).toBe(false)
  })

  it('grow with the letters of the page', () => {
    const nearEdge = { ...middle, left: 710 }
    expect(placeFlag(nearEdge).leftward).toBe(false)
    expect(placeFlag({ ...nearEdge, rem: 24 }).leftward).toBe(true)
    expect(placeFlag({ ...middle, top: flagPx }).below).toBe(false)
    expect(placeFlag({ ...middle, top: flagPx, rem: 24 }).below).toBe(true)
  })
})

describe('rectangles of a selection', () => {
  const piece = (left: number, right: number, top: number, bottom = top + 20) => ({ left, right, top, bottom })

  it('pieces of one row that touch or lie in each other are one', () => {
    expect(mergeRows([piece(0, 50, 0), piece(50, 90, 1, 19), piece(55, 80, 0), piece(90.5, 120, 0)])).toEqual([
      piece(0, 120, 0),
    ])
  })

  it('rows stay apart, however they come', () => {
    expect(mergeRows([piece(0, 40, 28), piece(0, 50, 0), piece(40, 60, 28)])).toEqual([
      piece(0, 50, 0),
      piece(0, 60, 28),
    ])
  })

  it('pieces of one row with unselected text between them stay apart', () => {
    expect(mergeRows([piece(0, 20, 0), piece(60, 90, 0)])).toEqual([piece(0, 20, 0), piece(60, 90, 0)])
  })
})
