import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { CommitQueue } from '../../server/commit-queue.ts'
import { LiveDocument } from '../../server/live-document.ts'
import { Room } from '../../server/room.ts'
import { Session } from '../../server/session.ts'
import { MemoryStore } from '../../server/store/memory.ts'
import { replay, UpdateLog } from '../../server/update-log.ts'
import { type ClientId, type Lineage, makeDocumentId, type PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, Role, UpdateAnswer } from '../../shared/protocol.ts'
import { settle } from '../harness/commit-queue.ts'
import { eventually } from '../harness/eventually.ts'
import { FakeClock } from '../harness/fake-clock.ts'

const id = makeDocumentId()
let clock: FakeClock
let store: MemoryStore
let log: UpdateLog
let room: Room
let told: unknown[]
/** What the broadcasts held. */
let sent: Uint8Array[]
/** What the next broadcasts take, ms. */
let broadcastMs: number
let reload: () => Promise<LiveDocument>

beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryStore()
  log = new UpdateLog(store)
  told = []
  sent = []
  broadcastMs = 0
  const nothing = () => undefined
  reload = async () => new LiveDocument(replay(await log.load(id)))
  const meta = {
    version: 1 as const,
    title: '',
    language: 'markdown',
    createdAt: 0,
    lineage: 'lineage' as Lineage,
    keys: { own: ['own'], edit: ['edit'], view: ['view'] },
  }
  room = new Room({
    id,
    meta,
    document: new LiveDocument(undefined),
    seq: 0,
    snapshotSeq: 0,
    compactAtSeq: 300,
    queue: new CommitQueue({ store, clock, stopwatch: () => 0, limits: { commitCostMs: 0 } }),
    clock,
    broadcaster: {
      update: (header, bytes, except) => {
        sent.push(bytes)
        told.push([header.from, header.to, except?.clientId])
        clock.advance(broadcastMs)
      },
      presence: nothing,
      presenceToTextOnly: nothing,
      heartbeat: nothing,
      settings: nothing,
      chat: nothing,
    },
    events: { broadcast: nothing, refused: nothing, guarded: nothing, broken: nothing, digestDiffered: nothing },
    reload: () => reload(),
  })
})
afterEach(() => room.close())

/** A session in the room with a Y.Doc of its own, and what its client was told. */
function enter(clientId: number, role: Role = 'edit') {
  const heard: unknown[] = []
  const session = new Session({
    peer: {
      presence: () => undefined,
      chat: () => undefined,
      resync: (reason) => heard.push(reason),
      close: (refusal) => heard.push(refusal.code),
      setLive: (live) => heard.push(live),
    },
    role,
    keyHash: role,
    textOnly: false,
    person: { id: 'person' as PersonId, name: 'N', color: 0 },
    clientId: clientId as ClientId,
  })
  room.enter(session, session.clientId, new Set([session.clientId]))
  session.synced = true
  const doc = new Y.Doc()
  doc.clientID = clientId
  const type = (text: string) => {
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(0, text)
    return Y.encodeStateAsUpdate(doc, before)
  }
  /** All that it has typed. */
  const all = () => Y.encodeStateAsUpdate(doc)
  const send = (bytes: Uint8Array) =>
    new Promise<Answer<UpdateAnswer>>((resolve) => room.update(session, bytes, resolve))
  return { session, heard, type, all, send }
}

/** Makes the document throw at its next update, which is applied by then, as if Yjs had kept something of it pending. */
function breakDocument(): void {
  room.document.doc.store.pendingStructs = { missing: new Map(), update: new Uint8Array() }
}

/** The text of somebody who got all broadcasts. */
function textSent(): string {
  const doc = new Y.Doc()
  for (const bytes of sent) Y.applyUpdate(doc, bytes)
  return doc.getText('content').toString()
}

describe('the pace of a room', () => {
  /** What Ada and Bob write while the room gathers is one commit and one broadcast, not before `ms` are over. */
  async function gathersFor(ms: number): Promise<void> {
    const [ada, bob] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2)]
    await ada.send(ada.type('a'))
    const answers = [ada.send(ada.type('b')), bob.send(bob.type('c')), ada.send(ada.type('d'))]
    await settle()
    clock.advance(ms - 1)
    await settle()
    expect(told).toEqual([[1, 1, ada.session.clientId]])
    clock.advance(1)
    expect(await Promise.all(answers)).toEqual(Array(3).fill({ ok: true, seq: 2, alone: false }))
    expect(told).toEqual([
      [1, 1, ada.session.clientId],
      [2, 2, undefined],
    ])
    expect(room.document.text).toHaveLength(4)
  }

  test('[B5] a commit that took nothing to tell is followed by the next at once', async () => {
    const ada = enter(2 ** 31 + 1)
    enter(2 ** 31 + 2)
    for (let seq = 1; seq <= 3; seq++) expect(await ada.send(ada.type('a'))).toMatchObject({ seq })
    expect([told.length, clock.monotonic()]).toEqual([3, 0])
  })

  test('[B5] the next one waits roomPaceFactor × what telling the last one took', async () => {
    broadcastMs = 1
    await gathersFor(limits.roomPaceFactor)
  })

  test('[B5] and as often what forming it took', async () => {
    const { document } = room
    const take = document.takeUpdate.bind(document)
    document.takeUpdate = () => {
      document.takeUpdate = take
      clock.advance(1)
      return take()
    }
    await gathersFor(limits.roomPaceFactor)
  })

  test('[B5] however long one took, it waits roomDelayMsMax at most', async () => {
    broadcastMs = 1_000
    await gathersFor(limits.roomDelayMsMax)
  })
})

describe('when Yjs throws at what the guard let through', () => {
  test('the sender is refused, nothing is relayed or stored, and the document is read again for everybody', async () => {
    const [ada, bob] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2)]
    expect(await ada.send(ada.type('kept'))).toEqual({ ok: true, seq: 1, alone: true })
    breakDocument()
    expect(await bob.send(bob.type('bad'))).toMatchObject({ ok: false, error: { code: 'invalid' } })
    expect(await ada.send(ada.type('early '))).toMatchObject({ ok: false, error: { code: 'busy' } })
    await room.whenUsable()
    expect(room.document.text).toBe('kept')
    expect([ada.heard, bob.heard]).toEqual([
      [true, 'rebuilt'],
      [true, 'rebuilt'],
    ])
    expect([told, (await log.load(id)).seq]).toEqual([[[1, 1, ada.session.clientId]], 1])
  })

  test('what was accepted before and waits for its commit is not lost', async () => {
    const [ada, bob] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2)]
    const release = store.hold()
    const [first] = [ada.send(ada.type('first'))]
    await eventually(() => expect(room.coveringSeq).toBe(1))
    const second = ada.send(ada.type('second '))
    breakDocument()
    expect(await bob.send(bob.type('bad'))).toMatchObject({ ok: false })
    await room.whenUsable()
    expect(room.document.text).toBe('second first')
    release()
    expect([await first, await second]).toMatchObject([{ ok: true }, { ok: true }])
    expect((await reload()).text).toBe('second first')
    expect(textSent()).toBe('second first')
  })

  test('what becomes durable while the document is read again reaches the others, and nothing of what broke it', async () => {
    const [ada, bob] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2)]
    const read = reload
    let goOn!: () => void
    const until = new Promise<void>((resolve) => {
      goOn = resolve
    })
    reload = () => until.then(read)
    const first = ada.send(ada.type('first'))
    breakDocument()
    room.document.doc.on('afterTransaction', () => {
      throw new Error('what is broken cannot be tidied up')
    })
    expect(await bob.send(bob.type('bad'))).toMatchObject({ ok: false })
    expect(room.document.text).toContain('bad')
    expect(await first).toEqual({ ok: true, seq: 1, alone: true })
    expect(textSent()).toBe('first')
    goOn()
    await room.whenUsable()
    expect(room.document.text).toBe('first')
  })

  test('what Yjs cannot tidy up is refused, with all that is in the same transaction', async () => {
    const [ada, bob] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2)]
    await ada.send(ada.type('kept'))
    const { doc } = room.document
    doc.on('afterTransaction', () => {
      throw new Error('this cannot be tidied up')
    })
    const waiting = ada.send(ada.type('lost '))
    // What is known already in part has a transaction of its own: the one before it ends.
    const second = Y.mergeUpdates([ada.all(), bob.type('bad')])
    bob.session.owns.add(ada.session.clientId)
    expect(await bob.send(second)).toMatchObject({ ok: false, error: { code: 'invalid' } })
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'invalid' } })
    await room.whenUsable()
    expect([room.document.text, room.committedSeq, (await reload()).text]).toEqual(['kept', 1, 'kept'])
  })

  test('when a record cannot be formed, its authors are told, and what was applied for it is gone', async () => {
    const ada = enter(2 ** 31 + 1)
    await ada.send(ada.type('kept'))
    const now = clock.now.bind(clock)
    clock.now = () => {
      clock.now = now
      throw new Error('no time')
    }
    expect(await ada.send(ada.type('lost '))).toMatchObject({ ok: false, error: { code: 'internal' } })
    await room.whenUsable()
    expect([room.document.text, room.coveringSeq, room.atRest]).toEqual(['kept', 1, true])
    expect(ada.heard).toEqual([true, 'rebuilt'])
  })

  test('and the disk cannot be read, it is tried again; until then nobody is let at the broken document', async () => {
    const ada = enter(2 ** 31 + 1)
    await ada.send(ada.type('kept'))
    const read = reload
    let tries = 0
    reload = async () => {
      if (++tries < 4) throw new Error('the disk refused')
      return read()
    }
    breakDocument()
    expect(await ada.send(ada.type('bad'))).toMatchObject({ ok: false })
    let isUsable = false
    const usable = room.whenUsable().then(() => {
      isUsable = true
    })
    await eventually(() => {
      if (tries < 4) expect(isUsable).toBe(false)
      clock.advance(10_000)
      expect(isUsable).toBe(true)
    })
    await usable
    expect([tries, room.document.text]).toEqual([4, 'kept'])
  })
})

test('[J6] who brings an id ends its holder, and nobody else', () => {
  const [ada, bob, again] = [enter(2 ** 31 + 1), enter(2 ** 31 + 2), enter(2 ** 31 + 1)]
  expect([ada.heard, bob.heard, again.heard]).toEqual([[true, false, 'replaced'], [true], [true]])
  room.end(ada.session)
  expect(room.holderOf(again.session.clientId)).toBe(again.session)
  expect(room.sessions.size).toBe(2)
})

test('[A3] revoking ends the sessions of that key only', () => {
  const [owner, editor, viewer] = [enter(2 ** 31 + 1, 'own'), enter(2 ** 31 + 2), enter(2 ** 31 + 3, 'view')]
  room.meta = { ...room.meta, keys: { ...room.meta.keys, edit: ['other'] } }
  room.endRevoked()
  expect([owner.heard, editor.heard, viewer.heard]).toEqual([[true], [true, false, 'forbidden'], [true]])
})

test('[U3] the role is read when an update comes', async () => {
  const viewer = enter(2 ** 31 + 1, 'view')
  expect(await viewer.send(viewer.type('x'))).toMatchObject({ error: { code: 'forbidden' } })
  expect([room.coveringSeq, told]).toEqual([0, []])
})
