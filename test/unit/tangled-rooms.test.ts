// Rooms whose document takes long to build: found out when the log is folded, kept before the room can close.
import { beforeEach, expect, test } from 'vitest'
import { CommitQueue } from '../../server/commit-queue.ts'
import { metaWrite, readMeta } from '../../server/document-meta.ts'
import { type Fold, foldHere } from '../../server/fold.ts'
import { MetaChanges } from '../../server/meta-changes.ts'
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
const [pieces, structs] = [300, limits.searchStepsMax / 250]
const updates = tangle([7, 8, 9], pieces, structs)
const tooLong: Fold = () => Promise.reject(new AppError('too-large', 'it took too long'))
const foldAtOnce: Fold = async (log, seq) => foldHere(log, seq)

let clock: FakeClock
let store: MemoryStore
let warnings: string[]
beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryStore()
  warnings = []
})

/** On disk: a document of the first few of the updates, each in a record of its own, as after a crash. */
async function write(count: number, more: { tangled?: true } = {}): Promise<void> {
  const keys = { own: ['own'], edit: ['edit'], view: ['view'] }
  const meta = { version: 1 as const, title: 'T', language: 'markdown', createdAt: 0, keys, ...more }
  const records = updates.slice(0, count).map(([clientId, bytes], i) => {
    return recordWrite(id, { seq: i + 1, time: 1, parts: [{ clientId, bytes }] })
  })
  await store.commit([metaWrite(id, { ...meta, lineage: makeLineage(platformRandom) }), ...records])
}

function makeRooms(fold: Fold): Rooms {
  const queue = new CommitQueue({ store, clock, stopwatch: () => 0, limits: { commitCostMs: 0 } })
  const log = { info: nothing, warn: (_: object, text: string) => warnings.push(text), error: console.error }
  const rooms = new Rooms({
    store,
    updateLog: new UpdateLog(store),
    queue,
    clock,
    random: platformRandom,
    log: log as never,
    events: { broadcast: nothing, refused: nothing, guarded: nothing, broken: nothing, digestDiffered: nothing },
    fold,
    broadcasterFor: () => ({ heartbeat: nothing }) as unknown as Broadcaster,
  })
  const metaChanges = new MetaChanges(rooms, queue)
  rooms.onTangled = (id) =>
    metaChanges.make(
      id,
      ({ meta }) => ({ ...meta, tangled: true }),
      () => undefined,
    )
  return rooms
}

/** Lets what was begun come to its end. */
async function atRest(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await settle()
    clock.advance(1)
  }
}

const unasked: Fold = () => {
  warnings.push('asked')
  return Promise.reject(new AppError('draining', 'nobody should ask'))
}

test.each([
  ['its fold says so', foldAtOnce],
  ['its fold takes too long', tooLong],
])('opened after a crash, when %s: never built, and kept', async (_, fold) => {
  await write(updates.length)
  const { room } = await makeRooms(fold).acquire(id)
  expect([room.isTangled, room.document.isOpen]).toEqual([true, false])
  await atRest()
  expect(await readMeta(store, id)).toMatchObject({ title: 'T', tangled: true })
  expect(warnings).toHaveLength(1)
})

test('known to be tangled it is not folded, but put together once', async () => {
  await write(updates.length, { tangled: true })
  const { room } = await makeRooms(unasked).acquire(id)
  expect(room.isTangled).toBe(true)
  await atRest()
  expect(room.snapshotSeq).toBe(updates.length)
  const later = await makeRooms(unasked).acquire(id)
  expect([later.room.document.usage.structs, later.room.document.isOpen]).toEqual([pieces + structs + 1, false])
  expect(warnings).toEqual([])
})

test('a snapshot of a live document takes too long: none is tried again', async () => {
  await write(1)
  const rooms = makeRooms(tooLong)
  const { room, release } = await rooms.acquire(id)
  await rooms.compactAll(1_000)
  expect([room.isTangled, room.committedSeq, room.snapshotSeq]).toEqual([true, 1, 0])
  await atRest()
  warnings.length = 0
  const later = makeRooms(unasked)
  const lease = await later.acquire(id)
  await atRest()
  // Whatever is on disk: what is not covered by a snapshot stays so.
  lease.room.snapshotSeq = 0
  await later.compactAll(1_000)
  lease.release()
  release()
  clock.advance(limits.roomIdleMs)
  await atRest()
  expect(later.peek(id)).toBeUndefined()
  expect(warnings).toEqual([])
})

test('the room does not close before that is on disk', async () => {
  await write(updates.length)
  const rooms = makeRooms(tooLong)
  const release = store.hold()
  const lease = await rooms.acquire(id)
  lease.release()
  clock.advance(limits.roomIdleMs)
  await atRest()
  expect(rooms.peek(id)).toBe(lease.room)
  release()
  await atRest()
  clock.advance(limits.roomIdleMs)
  await atRest()
  expect(rooms.peek(id)).toBeUndefined()
  expect(await readMeta(store, id)).toMatchObject({ tangled: true })
})
