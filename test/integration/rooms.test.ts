import { cp, rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MemoryStore } from '../../server/store/memory.ts'
import { UpdateLog } from '../../server/update-log.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, startServer, type TestServer, temporaryFolder, textOnServer } from '../harness/server.ts'

let server: TestServer
let clock: JumpingClock
let clients: RawClient[]
beforeEach(async () => {
  clock = new JumpingClock()
  server = await startServer({ clock })
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  await server.close()
})

function connect(url = server.url): RawClient {
  const client = new RawClient(url)
  clients.push(client)
  return client
}

const opens = process.env.LONG ? 1_000 : 100
for (const [together, rounds] of [
  [2, Math.ceil(opens / 2)],
  [20, Math.ceil(opens / 20)],
] as const) {
  test(`[J12] ${together} sessions open a cold document at the same moment, ${rounds} times: one room, nothing lost`, async () => {
    const crowd = Array.from({ length: together }, () => connect())
    await Promise.all(crowd.map((client) => client.connected()))
    const documents = []
    for (let round = 0; round < rounds; round++) {
      // Joins are rated: twenty at once, then two a second.
      clock.jump(1_000)
      const document = await createDocument(server.url, { text: `document ${round}\n` })
      documents.push(document)
      for (const client of crowd) client.heard.length = 0
      const fresh = crowd.map((client) => Object.assign(client, { doc: new Y.Doc(), claims: [] }))
      const answers = await Promise.all(fresh.map((client) => client.join(document)))
      expect(answers.every((answer) => answer.ok)).toBe(true)
      const ids = fresh.map((client) => client.joined!.clientId)
      expect(new Set(ids).size).toBe(together)
      await Promise.all(fresh.map((client, index) => client.type(`<${index}>`)))
      const rooms = [...server.app.rooms.live()].filter(({ id }) => id === document.id)
      expect([rooms.length, rooms[0]!.sessions.size]).toEqual([1, together])
      await eventually(() => {
        for (const client of fresh) client.applyHeard()
        for (const client of fresh) expect(client.text).toBe(fresh[0]!.text)
        for (const index of fresh.keys()) expect(fresh[0]!.text).toContain(`<${index}>`)
      })
    }
    const texts = await Promise.all(documents.slice(-10).map((document) => textOnServer(server.url, document)))
    await server.restart()
    for (const [index, document] of documents.slice(-10).entries()) {
      expect(await textOnServer(server.url, document)).toBe(texts[index])
    }
  })
}

describe('a room that nobody is in', () => {
  test('is written to a snapshot and closed after roomIdleMs, and opens again as it was', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const ada = connect()
    await ada.join(document)
    await ada.type(' world')
    await ada.ask('leave')
    expect(server.app.rooms.size).toBe(1)
    clock.jump(limits.roomIdleMs + 10)
    await eventually(() => expect(server.app.rooms.size).toBe(0))
    expect(await ada.join(document)).toMatchObject({ ok: true, seq: 2 })
    expect(await textOnServer(server.url, document)).toBe('Hello world')
  })

  test('stays when somebody comes back in time, and is never closed under anybody', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const [ada, bob] = [connect(), connect()]
    await ada.join(document)
    for (let i = 0; i < 10; i++) {
      const typed = ada.type('.')
      const left = ada.ask('leave')
      clock.jump(limits.roomIdleMs + 10)
      const joined = bob.join(document)
      expect(await Promise.all([typed, left, joined])).toMatchObject([{ ok: true }, [{ ok: true }], { ok: true }])
      await bob.type(',')
      await bob.ask('leave')
      clock.jump(limits.roomIdleMs + 10)
      expect(await ada.join(document)).toMatchObject({ ok: true })
    }
    expect(await textOnServer(server.url, document)).toHaveLength(25)
  })

  test('leaves nothing behind: no sessions, no rooms, no timers of its sessions', async () => {
    const document = await createDocument(server.url)
    for (let i = 0; i < 20; i++) {
      const guest = connect()
      const joining = guest.join(document).catch(() => undefined)
      await guest.connected()
      if (i % 3) await joining
      guest.close()
      await joining
    }
    await eventually(() => expect(server.app.rooms.sessionCount).toBe(0))
    clock.jump(limits.roomIdleMs + 10)
    await eventually(() => expect(server.app.rooms.size).toBe(0))
  })
})

test('a document of many commits is compacted while people write, and reads the same after a restart', async () => {
  const store = new MemoryStore()
  const memory = await startServer({ store })
  const document = await createDocument(memory.url)
  const ada = connect(memory.url)
  await ada.join(document)
  for (let i = 0; i < limits.tailRecordsMax * 2 + 10; i++) await ada.type('x')
  const log = new UpdateLog(store)
  await eventually(async () =>
    expect((await log.load(document.id)).snapshot?.seq).toBeGreaterThan(limits.tailRecordsMax),
  )
  const copy = await startServer({ store: store.clone() })
  expect(await textOnServer(copy.url, document)).toBe(ada.text)
  await copy.close()
  await memory.close()
})

test('rooms that open together are not compacted together', async () => {
  const due: number[] = []
  for (let i = 0; i < 20; i++) {
    const { id } = await createDocument(server.url)
    const { room, release } = await server.app.rooms.acquire(id)
    due.push(room.compactAtSeq)
    release()
  }
  for (const seq of due) {
    expect(seq).toBeGreaterThanOrEqual(limits.tailRecordsMax / 2)
    expect(seq).toBeLessThanOrEqual(limits.tailRecordsMax)
  }
  expect(new Set(due).size).toBeGreaterThan(1)
})

test('[J7] a backup from before: whoever saw what is gone is refused as lineage-changed, a newcomer is not', async () => {
  const dataDir = await temporaryFolder()
  const backup = await temporaryFolder()
  const first = await startServer({ dataDir })
  const document = await createDocument(first.url, { text: 'Hello' })
  const [ada, bob] = [connect(first.url), connect(first.url)]
  await ada.join(document)
  await bob.join(document)
  await ada.type(' early')
  await first.app.close()
  await cp(dataDir, backup, { recursive: true })
  const second = await startServer({ dataDir })
  const [ada2, bob2] = [connect(second.url), connect(second.url)]
  Object.assign(ada2, { doc: ada.doc, claims: ada.claims })
  Object.assign(bob2, { doc: bob.doc, claims: bob.claims })
  const { lineage } = ada.joined!
  expect(await ada2.join(document, { lineage })).toMatchObject({ ok: true })
  await ada2.type(' late')
  expect(await bob2.join(document, { lineage })).toMatchObject({ ok: true })
  expect(bob2.text).toBe('Hello early late')
  await second.app.close()
  await rm(dataDir, { recursive: true })
  await cp(backup, dataDir, { recursive: true })
  const third = await startServer({ dataDir })
  const [bob3, cid] = [connect(third.url), connect(third.url)]
  Object.assign(bob3, { doc: bob2.doc, claims: bob2.claims })
  expect(await bob3.join(document, { lineage })).toMatchObject({ ok: false, error: { code: 'lineage-changed' } })
  expect(await cid.join(document)).toMatchObject({ ok: true })
  expect(cid.text).toBe('Hello early')
  await third.close()
  await rm(backup, { recursive: true, force: true })
})

test('[J9] [U9] a text of five megabytes goes up in slices and comes down in slices', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [connect(), connect()]
  await ada.join(document)
  const text = 'The quick brown fox — über.\n'.repeat(170_000)
  const bytes = ada.edit((content) => content.insert(0, text))
  for (let offset = 0; offset < bytes.length; offset += limits.sliceBytes) {
    const slice = bytes.slice(offset, offset + limits.sliceBytes)
    expect(await ada.ask('slice', { transfer: 1, offset, bytes: bytes.length }, slice)).toMatchObject([{ ok: true }])
  }
  const pieces: Uint8Array[] = []
  bob.socket.on('slice', (_header: object, piece: Uint8Array, answer: () => void) => {
    pieces.push(piece)
    answer()
  })
  const answer = await bob.join(document)
  const wanted = (answer.ok && answer.transfer?.bytes) || 0
  await eventually(() => expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(wanted))
  Y.applyUpdate(bob.doc, Buffer.concat(pieces))
  expect(bob.text).toBe(text)
  await server.restart()
  expect(await textOnServer(server.url, document)).toBe(text)
})
