// Others' edits for those who listen: who wrote, and not more often than one can listen to.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { announceEdits } from '../../client/pages/announce-edits.ts'
import type { DocumentSession } from '../../client/pages/document-session.ts'
import { Announcer } from '../../client/ui/announcer.tsx'
import { en } from '../../client/words/en.ts'
import { setWords } from '../../client/words/words.ts'

setWords(en)
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A document in which people with these names write, one letter at a time, as one who listens hears of it. */
function listen(...names: string[]) {
  const here = new Y.Doc()
  const text = here.getText('content')
  const others = names.map((name) => ({ name, doc: new Y.Doc() }))
  const people = others.map(({ name, doc }) => ({ name, clientId: doc.clientID }))
  const session = { text, provider: { clientId: here.clientID, people } } as unknown as DocumentSession
  const announcer = new Announcer()
  const said: { line: string; atMs: number }[] = []
  const began = performance.now()
  announcer.say = (line) => void said.push({ line, atMs: performance.now() - began })
  const end = announceEdits(session, announcer)
  const write = (wanted: string) => {
    const { doc } = others.find(({ name }) => name === wanted)!
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(here))
    doc.getText('content').insert(0, 'x')
    Y.applyUpdate(here, Y.encodeStateAsUpdate(doc))
  }
  return { text, said, end, write }
}

test('who writes on and on is told of at most every ten seconds', () => {
  const { said, write } = listen('Bob')
  for (let i = 0; i < 250; i++) {
    write('Bob')
    vi.advanceTimersByTime(100)
  }
  expect(said).toEqual([500, 10_500, 20_500].map((atMs) => ({ line: en.remote.edited('Bob'), atMs })))
})

test('who wrote meanwhile is named once, with all the others, when the time is up', () => {
  const { said, write } = listen('Bob', 'Cleo', 'Dora')
  write('Bob')
  vi.advanceTimersByTime(1_000)
  for (const name of ['Cleo', 'Dora', 'Cleo']) write(name)
  vi.advanceTimersByTime(9_499)
  expect(said.map(({ line }) => line)).toEqual([en.remote.edited('Bob')])
  vi.advanceTimersByTime(1)
  expect(said.map(({ line }) => line)).toEqual([en.remote.edited('Bob'), en.remote.edited('Cleo, Dora')])
})

test('nothing is said of one’s own edits, nor of anybody’s when it was switched off', () => {
  const { text, said, end, write } = listen('Bob')
  text.insert(0, 'mine')
  vi.advanceTimersByTime(20_000)
  write('Bob')
  end()
  vi.advanceTimersByTime(20_000)
  write('Bob')
  vi.advanceTimersByTime(20_000)
  expect(said).toEqual([])
})
