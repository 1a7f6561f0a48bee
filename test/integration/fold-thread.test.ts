// Snapshots made in a thread of their own: the built script, as hosts run it.
import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { foldHere } from '../../server/fold.ts'
import { FoldThread } from '../../server/fold-thread.ts'
import { encodeRecord } from '../../server/record.ts'
import type { StoredLog } from '../../server/update-log.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { mergeUpdates } from '../../shared/merge.ts'
import { buildServer } from '../harness/built-server.ts'
import { FakeClock } from '../harness/fake-clock.ts'
import { tangle } from '../harness/tangle.ts'

const id = 'AAAAAAAAAAAAAAAA' as DocumentId
const isLinux = process.platform === 'linux'
let built: ReturnType<typeof buildServer>
let clock: FakeClock
let threads: FoldThread[] = []
beforeAll(() => {
  built = buildServer()
})
afterEach(() => {
  for (const thread of threads) thread.close()
  threads = []
})
afterAll(() => built.remove())

function thread(): FoldThread {
  clock = new FakeClock()
  const made = new FoldThread(pathToFileURL(join(built.folder, 'server', 'fold-worker.js')), clock)
  threads.push(made)
  return made
}

/** A log of so many commits, every third one a deletion. */
function logOf(commits: number): StoredLog {
  const doc = new Y.Doc()
  doc.clientID = 7
  const records: StoredLog['records'] = []
  doc.on('update', (bytes: Uint8Array) => records.push(stored(records.length + 1, bytes)))
  const text = doc.getText('content')
  for (let i = 0; i < commits; i++) i % 3 === 2 ? text.delete(0, 1) : text.insert(i % 5, `word ${i} `)
  return { id, records }
}

const stored = (seq: number, bytes: Uint8Array) => ({
  seq,
  bytes: encodeRecord(id, { seq, time: 1, parts: [{ clientId: 7, bytes }] }),
})

test('makes the snapshot that this thread would make, at the commit that was asked for', async () => {
  const { fold } = thread()
  const log = logOf(40)
  for (const seq of [40, 7]) expect(await fold(log, seq)).toEqual(foldHere(log, seq))
  const later = { ...log, snapshot: foldHere(log, 7), records: log.records.slice(7) }
  expect((await fold(later, 40)).digest).toBe(foldHere(log, 40).digest)
})

/** Nice values of this process' threads (proc_pid_stat(5), field 19; the name before may contain anything). */
function niceValues(): number[] {
  if (!isLinux) return []
  const ofThread = (id: string) => readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ').at(-1)!
  return readdirSync('/proc/self/task').map((id) => Number(ofThread(id).split(' ')[16]))
}

test('waits for people where cores are short (on Linux: elsewhere a thread has no priority of its own)', async () => {
  const low = constants.priority.PRIORITY_BELOW_NORMAL
  // That of the test before may not have ended yet.
  await vi.waitFor(() => expect(niceValues()).not.toContain(low))
  await thread().fold(logOf(1), 1)
  expect(niceValues().filter((nice) => nice === low)).toHaveLength(isLinux ? 1 : 0)
})

test('many at once are answered each with its own', async () => {
  const { fold } = thread()
  const logs = [3, 9, 27, 81].map(logOf)
  const snapshots = await Promise.all(logs.map((log) => fold(log, log.records.length)))
  expect(snapshots).toEqual(logs.map((log) => foldHere(log, log.records.length)))
})

test('a log that cannot be read is refused, and the next one folded', async () => {
  const { fold } = thread()
  const log = logOf(3)
  const broken = { id, records: [stored(1, new Uint8Array([1, 200]))] }
  await expect(fold(broken, 1)).rejects.toMatchObject({ code: 'internal' })
  await expect(fold(log, 3)).resolves.toEqual(foldHere(log, 3))
})

test('what is cheap to write and takes long to build is found out', async () => {
  const { fold } = thread()
  const tangled = { id, records: tangle([7, 8, 9], 300, 3_000).map(([, bytes], i) => stored(i + 1, bytes)) }
  const seq = tangled.records.length
  const { buildMs: ofTangled = 0 } = await fold(tangled, seq, true)
  const { buildMs: ofHonest = 0 } = await fold(logOf(300), 300, true)
  expect(ofTangled).toBeGreaterThan(10 * ofHonest)
  expect(await fold(logOf(3), 3)).not.toHaveProperty('buildMs')
})

test('one that takes too long is given up at the second try, and those behind it are folded by another thread', async () => {
  const { fold } = thread()
  // A minute and a half: read in another order than written.
  const slow = mergeUpdates(tangle([7, 8, 9], 4_000, 100_000).map(([, bytes]) => bytes))
  const long = fold({ id, records: [stored(1, slow)] }, 1)
  const refused = expect(long).rejects.toMatchObject({ code: 'too-large' })
  const others = [3, 9].map((commits) => fold(logOf(commits), commits))
  clock.advance(limits.foldMsMax)
  expect(await Promise.all(others)).toEqual([3, 9].map((commits) => foldHere(logOf(commits), commits)))
  clock.advance(limits.foldMsMax)
  await refused
  expect(await fold(logOf(3), 3)).toEqual(foldHere(logOf(3), 3))
})

test('where no thread can be started everybody is refused, and nobody waits', async () => {
  const { fold } = new FoldThread(new URL('http://127.0.0.1/no-thread.js'), new FakeClock())
  for (let i = 0; i < 2; i++) await expect(fold(logOf(3), 3)).rejects.toMatchObject({ code: 'internal' })
})

test('it ends after a while without work, and starts again with the next log', async () => {
  const { fold } = thread()
  await fold(logOf(3), 3)
  expect(clock.pending).toBe(1)
  clock.advance(limits.foldThreadIdleMs)
  expect(clock.pending).toBe(0)
  await expect(fold(logOf(4), 4)).resolves.toEqual(foldHere(logOf(4), 4))
})

test('work cancels the end that was due', async () => {
  const { fold } = thread()
  await fold(logOf(3), 3)
  const next = fold(logOf(4), 4)
  clock.advance(limits.foldThreadIdleMs)
  await expect(next).resolves.toEqual(foldHere(logOf(4), 4))
})

test('who waits when it is closed, or dies, is refused', async () => {
  const closed = thread()
  const waiting = closed.fold(logOf(3), 3)
  closed.close()
  await expect(waiting).rejects.toMatchObject({ code: 'draining' })
  await expect(closed.fold(logOf(3), 3)).rejects.toMatchObject({ code: 'draining' })
  const missing = new FoldThread(pathToFileURL(join(built.folder, 'server', 'no-such-file.js')), clock)
  threads.push(missing)
  await expect(missing.fold(logOf(3), 3)).rejects.toMatchObject({ code: 'internal' })
})
