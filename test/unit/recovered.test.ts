// Where text that was typed offline stands, whatever others did meanwhile and do afterwards.
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { systemClock } from '../../client/sync/clock.ts'
import { NoJournal } from '../../client/sync/journal.ts'
import { LocalCopy } from '../../client/sync/local-copy.ts'
import { passagesOf, recoveredOf } from '../../client/sync/recovered.ts'
import type { JoinAnswer } from '../../shared/protocol.ts'

function clientOf(clientID: number, base?: Y.Doc) {
  const doc = new Y.Doc()
  doc.clientID = clientID
  if (base !== undefined) Y.applyUpdate(doc, Y.encodeStateAsUpdate(base))
  return { doc, text: doc.getText('content') }
}

/** Ada's copy and the server's, in which both texts are `base`; all of it is hers. */
function apart(base: string) {
  const ada = clientOf(1)
  ada.text.insert(0, base)
  const server = clientOf(2, ada.doc)
  return { ada, server }
}

type Copy = ReturnType<typeof clientOf>

/** What the server lacks, then both have everything. */
function comeBack(ada: Copy, server: Copy) {
  const recovered = recoveredOf(ada.text, Y.encodeStateVector(server.doc))
  exchange(ada, server)
  return recovered
}

function exchange(ada: Copy, server: Copy): void {
  Y.applyUpdate(ada.doc, Y.encodeStateAsUpdate(server.doc))
  Y.applyUpdate(server.doc, Y.encodeStateAsUpdate(ada.doc))
}

const piecesOf = ({ text }: Copy, typed: Parameters<typeof passagesOf>[1]) =>
  passagesOf(text, typed).map(({ from, to }) => text.toString().slice(from, to))

test('of what was typed in one go, online and offline, only the latter is recovered', () => {
  const { ada, server } = apart('online ')
  ada.text.insert(7, 'offline')
  const recovered = comeBack(ada, server)
  // On without a pause: Yjs keeps it all as one structure.
  ada.text.insert(14, ' online')
  expect(recovered).toEqual({ characters: 7, typed: [{ client: 1, from: 7, to: 14 }] })
  expect(passagesOf(ada.text, recovered!.typed)).toEqual([{ from: 7, to: 14 }])
})

test('the places move with what others put above, before the return and after it', () => {
  const { ada, server } = apart('one two')
  ada.text.insert(3, ' offline')
  server.text.insert(0, 'before ')
  const { typed } = comeBack(ada, server)!
  server.text.insert(0, 'after ')
  exchange(ada, server)
  expect(ada.text.toString()).toBe('after before one offline two')
  expect(passagesOf(ada.text, typed)).toEqual([{ from: 16, to: 24 }])
})

test('what others put inside a passage divides it, and is not marked', () => {
  const { ada, server } = apart('| |')
  ada.text.insert(1, 'offline')
  const { typed, characters } = comeBack(ada, server)!
  server.text.insert(4, 'THEIRS')
  exchange(ada, server)
  expect(ada.text.toString()).toBe('|offTHEIRSline |')
  expect([characters, piecesOf(ada, typed)]).toEqual([7, ['off', 'line']])
})

test('of a passage that others deleted, the rest is shown; of all of them, nothing', () => {
  const { ada, server } = apart('one two')
  ada.text.insert(7, ' last')
  ada.text.insert(0, 'first ')
  const { typed } = comeBack(ada, server)!
  expect(piecesOf(ada, typed)).toEqual(['first ', ' last'])
  server.text.delete(0, 'first '.length)
  server.text.delete(server.text.length - 2, 1)
  exchange(ada, server)
  expect(piecesOf(ada, typed)).toEqual([' lat'])
  server.text.delete(0, server.text.length)
  exchange(ada, server)
  expect(passagesOf(ada.text, typed)).toEqual([])
})

test('text of several ids is one passage where it stands together', () => {
  const { ada, server } = apart('')
  ada.text.insert(0, 'earlier ')
  ada.doc.clientID = 3
  ada.text.insert(8, 'later')
  server.text.insert(0, 'theirs ')
  const recovered = comeBack(ada, server)!
  expect(recovered.characters).toBe('earlier later'.length)
  expect(piecesOf(ada, recovered.typed)).toEqual(['earlier later'])
})

test('deletions, and what was typed and deleted again, are nothing to show', () => {
  const { ada, server } = apart('one two')
  ada.text.insert(3, 'typo')
  ada.text.delete(0, 7)
  expect(comeBack(ada, server)).toBeUndefined()
  expect(recoveredOf(ada.text, Y.encodeStateVector(server.doc))).toBeUndefined()
})

test('a join that follows no absence recovers nothing, though something is on its way; nor does one of a reader', () => {
  const told: number[] = []
  const host = { edited: () => undefined, recovered: ({ characters }: { characters: number }) => told.push(characters) }
  const copy = new LocalCopy(new Y.Doc(), new NoJournal(), systemClock, host)
  const join = (role: 'edit' | 'view') => {
    const answer = { lineage: 'L'.repeat(16), role, clientId: 0x9000_0000, clients: [] } as unknown as JoinAnswer
    copy.joined(answer, undefined, new Uint8Array([0]))
  }
  const type = () => copy.doc.getText('content').insert(0, 'x')
  type()
  join('edit')
  copy.away()
  type()
  join('view')
  expect(told).toEqual([])
  join('edit')
  type()
  join('edit')
  expect(told).toEqual([2])
  copy.close()
})
