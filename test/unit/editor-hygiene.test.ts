// What the editor makes of changes that a document may not hold. Without a DOM: the editor's state alone.
import { type ChangeSpec, EditorSelection, EditorState, Transaction, type TransactionSpec } from '@codemirror/state'
import { expect, test } from 'vitest'
import { ySyncAnnotation } from 'y-codemirror.next'
import { hygiene } from '../../client/editor/hygiene.ts'

const stateOf = (doc: string) => EditorState.create({ doc, extensions: hygiene })
const made = (doc: string, spec: TransactionSpec) => stateOf(doc).update(spec)
const after = (doc: string, changes: ChangeSpec) => made(doc, { changes }).newDoc.toString()

/** Every change as [from, to, inserted]. */
function changesOf(transaction: Transaction): [number, number, string][] {
  const list: [number, number, string][] = []
  transaction.changes.iterChanges((from, to, _a, _b, text) => list.push([from, to, text.toString()]))
  return list
}

test('a change of the second half of an emoji becomes one of the whole', () => {
  const transaction = made('a😀b', { changes: { from: 2, to: 3, insert: '\ude01' } })
  expect(transaction.newDoc.toString()).toBe('a😁b')
  expect(changesOf(transaction)).toEqual([[1, 3, '😁']])
})

test('a change of the first half of an emoji becomes one of the whole', () => {
  const transaction = made('a😀b', { changes: { from: 1, to: 2, insert: '\ud83c' } })
  expect(transaction.newDoc.toString()).toBe('a\ud83c\ude00b')
  expect(changesOf(transaction)).toEqual([[1, 3, '\ud83c\ude00']])
})

test('an emoji put in as the inner halves of two is put in whole', () => {
  const transaction = made('a😀b', { changes: { from: 2, insert: '\ude01\ud83d' } })
  expect(transaction.newDoc.toString()).toBe('a😁😀b')
  expect(changesOf(transaction)).toEqual([[1, 3, '😁😀']])
})

test('of two emojis, a deletion of the inner halves leaves one', () => {
  const transaction = made('😁😀', { changes: { from: 1, to: 3 } })
  expect(transaction.newDoc.toString()).toBe('😀')
  expect(changesOf(transaction)).toEqual([[0, 4, '😀']])
})

test('deleting one half of an emoji deletes the whole', () => {
  expect(after('a😀b', { from: 1, to: 2 })).toBe('ab')
  expect(after('a😀b', { from: 2, to: 3 })).toBe('ab')
  expect(after('a😀b', { from: 0, to: 2, insert: 'x' })).toBe('xb')
})

test('text put in between the halves of an emoji goes behind it', () => {
  expect(after('a😀b', { from: 2, insert: 'x' })).toBe('a😀xb')
})

test('carriage returns become line ends, and lone halves U+FFFD, at any change of several', () => {
  expect(after('ab', { from: 1, insert: '\r\n' })).toBe('a\nb')
  expect(after('ab', { from: 1, insert: '\ud83d' })).toBe('a\ufffdb')
  expect(
    after('a😀b😀c', [
      { from: 0, insert: '1\r2' },
      { from: 2, to: 3, insert: '\ude01' },
      { from: 5, to: 6 },
    ]),
  ).toBe('1\n2a😁bc')
})

test('the selection and the kind of a change stay when only its edges were moved', () => {
  const transaction = made('a😀b', {
    changes: { from: 2, to: 3, insert: '\ude01' },
    selection: { anchor: 4 },
    userEvent: 'input.type.compose',
  })
  expect(transaction.newSelection.main.head).toBe(4)
  expect(transaction.isUserEvent('input.type')).toBe(true)
})

test('a selection that no longer fits goes behind what came in', () => {
  const transaction = made('', { changes: { from: 0, insert: 'a\r\nb' }, selection: EditorSelection.cursor(4) })
  expect(transaction.newDoc.toString()).toBe('a\nb')
  expect(transaction.newSelection.main.head).toBe(3)
})

test('clean changes, and those that come from others, are not touched', () => {
  const clean = { changes: { from: 1, to: 3, insert: '😁' }, annotations: Transaction.addToHistory.of(false) }
  expect(made('a😀b', clean).annotation(Transaction.addToHistory)).toBe(false)
  const remote = made('a😀b', { changes: { from: 2, to: 3 }, annotations: ySyncAnnotation.of({} as never) })
  expect(remote.newDoc.toString()).toBe('a\ud83db')
})
