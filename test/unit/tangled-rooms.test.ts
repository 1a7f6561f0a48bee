// Rooms whose document takes long to build: measured where its log is folded, and from then on known by its snapshot.
import { beforeEach, expect, test } from 'vitest'
import { CommitQueue } from '../../server/commit-queue.ts'
import { metaWrite } from '../../server/document-meta.ts'
import { type Fold, foldHere } from '../../server/fold.ts'
import { Rooms } from '../../server/rooms.ts'
import type { Broadcaster } from '../../server/session.ts'
import { MemoryStore } from '../../server/store/memory.ts'
import { recordWrite, UpdateLog } from '../../server/update-log.ts'
import { AppError } from '../../shared/errors.ts'
import { makeDocumentId, makeLineage, platformRandom } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { settle } from '../harness/commit-queue.ts'
import { FakeClock } from '../harness/fake-clock.ts'
import { tangle } from '../harness/tangle.ts'

const id = makeDocumentId()
const nothing = () => undefined
/** Larger than limits.mergeBytesMax, and not slow. */
const [pieces, structs] = [20, 20_000]
const updates = tangle([7, 8, 9], pieces, structs)

let clock: FakeClock
let store: MemoryStore
/** Of each fold whether it was to be measured. */
let asked: (boolean | undefined)[]
/** What the thread says of each. */
let verdict: { buildMs?: number } | AppError | Promise<never>

beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryStore()
  asked = []
  verdict = { buildMs: 10 }
})

const fold: Fold = async (log, seq, measured) => {
  asked.push(measured)
  if (verdict instanceof AppError) throw verdict
  const said = await verdict
  return { ...foldHere(log, seq), ...(measured && said) }
}

/** On disk: a document of the first few of the updates, each in a record of its own, as after a crash. */
async function write(count: number): Promise<void> {
  const keys = { own: ['own'], edit: ['edit'], view: ['view'] }
  const meta = { version: 1 as const, title: 'T', language: 'markdown', createdAt: 0, keys }
  const records = updates.slice(0, count).map(([clientId, bytes], i) => {
    return recordWrite(id, { seq: i + 1, time: 1, parts: [{ clientId, bytes }] })
  })
  await store.commit([metaWrite(id, { ...meta, lineage: makeLineage(platformRandom) }), ...records])
}

function makeRooms(): Rooms {
  return new Rooms({
    store,
    updateLog: new UpdateLog(store),
    queue: new CommitQueue({ store, clock, stopwatch: () => 0, limits: { commitCostMs: 0 } }),
    clock,
    random: platformRandom,
    log: { info: nothing, warn: nothing, error: nothing } as never,
    events: { broadcast: nothing, refused: nothing, guarded: nothing, broken: nothing, digestDiffered: nothing },
    fold,
    broadcasterFor: () => ({ heartbeat: nothing }) as unknown as Broadcaster,
  })
}

/** Opens it on a server just started, and lets what that begins come to its end. */
async function open() {
  const rooms = makeRooms()
  const { room, release } = await rooms.acquire(id)
  for (let i = 0; i < 20; i++) {
    await settle()
    clock.advance(1)
  }
  const { isTangled, isOpen, buildMs } = room.document
  return { rooms, room, release, seen: { isTangled, isOpen, buildMs, snapshotSeq: room.snapshotSeq } }
}

const whole = { isOpen: false, snapshotSeq: updates.length }

test('after a crash a large log is measured once', async () => {
  await write(updates.length)
  for (let i = 0; i < 2; i++) {
    expect((await open()).seen).toEqual({ ...whole, isTangled: false, buildMs: 10 })
    expect(asked).toEqual([true])
  }
})

test('what takes longer than it may is known at every opening', async () => {
  await write(updates.length)
  verdict = { buildMs: limits.buildMsMax + 1 }
  for (let i = 0; i < 2; i++) {
    expect((await open()).seen).toEqual({ ...whole, isTangled: true, buildMs: limits.buildMsMax + 1 })
    expect(asked).toEqual([true])
  }
})

test('what the thread gave up is put together without being built, once', async () => {
  await write(updates.length)
  verdict = new AppError('too-large', 'it took too long')
  for (let i = 0; i < 2; i++) {
    const { room, seen } = await open()
    expect(seen).toEqual({ ...whole, isTangled: true, buildMs: limits.foldMsMax })
    expect(room.document.usage.structs).toBe(pieces + structs + 1)
    expect(asked).toEqual([true])
  }
})

test('a large snapshot that nobody measured is measured; a small one is not', async () => {
  await write(updates.length)
  verdict = {}
  await open()
  verdict = { buildMs: 30 }
  expect((await open()).seen).toEqual({ ...whole, isTangled: false, buildMs: 30 })
  expect(asked).toEqual([true, true])
  store = new MemoryStore()
  await write(1)
  await open()
  expect(asked).toEqual([true, true])
})

test('a room that is left is measured; one in use is not', async () => {
  await write(2)
  const { rooms, room, release } = await open()
  room.sessions.add({ ended: false } as never)
  await rooms.compactAll(1_000)
  room.sessions.clear()
  room.snapshotSeq = 0
  await rooms.compactAll(1_000)
  expect(asked).toEqual([false, true])
  release()
  expect((await new UpdateLog(store).load(id)).snapshot).toMatchObject({ buildMs: 10 })
})

test('a drain does not wait for a snapshot that takes longer than it has', async () => {
  await write(2)
  const { rooms, room } = await open()
  verdict = new Promise(() => undefined)
  let isOver = false
  const drained = rooms.compactAll(1_000).then(() => {
    isOver = true
  })
  for (let i = 0; i < 20; i++) await settle()
  clock.advance(999)
  await settle()
  expect([asked, isOver]).toEqual([[true], false])
  clock.advance(1)
  await drained
  expect(room.snapshotSeq).toBe(0)
})

test('a tangled document is not built to make a snapshot of it', async () => {
  await write(updates.length)
  verdict = { buildMs: limits.buildMsMax + 1 }
  const { rooms, room } = await open()
  room.snapshotSeq = 0
  await rooms.compactAll(1_000)
  expect([asked, room.document.isOpen]).toEqual([[true], false])
})
