import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MemoryStore } from '../../server/store/memory.ts'
import type { Answer, UpdateAnswer } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
let store: MemoryStore
let document: TestDocument
let ada: RawClient
let bob: RawClient
beforeEach(async () => {
  store = new MemoryStore()
  server = await startServer({ store })
  document = await createDocument(server.url, { text: 'Hello' })
  ada = new RawClient(server.url)
  bob = new RawClient(server.url)
  await ada.join(document)
  await bob.join(document)
})
afterEach(async () => {
  ada.close()
  bob.close()
  store.failing = false
  await server.close()
})

const health = async () => {
  const response = await fetch(`${server.url}/healthz`)
  return { status: response.status, ...((await response.json()) as object) }
}

/** Sends without waiting; `answer` is set once there is one. */
function send(client: RawClient, text: string): { answer: Answer<UpdateAnswer> | undefined } {
  const sent: { answer: Answer<UpdateAnswer> | undefined } = { answer: undefined }
  client.sendUpdate(client.edit((content) => content.insert(content.length, text))).then(
    (answer) => {
      sent.answer = answer
    },
    // The test ended before it was answered.
    () => undefined,
  )
  return sent
}

/** Resolves when the server has read everything that the client sent before. */
const reached = (client: RawClient) => client.ask('digest', { seq: 0, digest: '' })

describe('[U1] [B3] while a commit is being written', () => {
  test('there is no ack and no broadcast; both come when it is durable', async () => {
    const release = store.hold()
    const sent = send(ada, ' world')
    await reached(ada)
    await reached(bob)
    await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
    await reached(ada)
    expect(sent.answer).toBeUndefined()
    expect(bob.of('update')).toEqual([])
    release()
    await eventually(() => expect(sent.answer).toEqual({ ok: true, seq: 2, alone: true }))
    await eventually(() => expect(bob.of('update')).toHaveLength(1))
  })

  test('[J3] a join waits for the commit that its state covers', async () => {
    const release = store.hold()
    const sent = send(ada, ' world')
    await reached(ada)
    const cid = new RawClient(server.url)
    let joined = false
    const joining = cid.join(document).then((answer) => {
      joined = true
      return answer
    })
    await eventually(() => expect([...server.app.rooms.live()][0]?.sessions.size).toBe(3))
    await reached(ada)
    expect(joined).toBe(false)
    release()
    expect(await joining).toMatchObject({ ok: true, seq: 2 })
    expect(cid.text).toBe('Hello world')
    await eventually(() => expect(sent.answer).toMatchObject({ ok: true }))
    cid.close()
  })

  test('[U5] the retry of an update that is being written is answered when it is durable, not before', async () => {
    const release = store.hold()
    const bytes = ada.edit((text) => text.insert(0, 'once '))
    let answers = 0
    const both = [1, 2].map(() =>
      ada.sendUpdate(bytes).then((answer) => {
        answers++
        return answer
      }),
    )
    await reached(ada)
    expect(answers).toBe(0)
    release()
    expect(await Promise.all(both)).toMatchObject([
      { ok: true, seq: 2 },
      { ok: true, seq: 2 },
    ])
  })

  test('[B4] what several wrote in one commit is not alone and goes to all of them', async () => {
    const release = store.hold()
    const first = send(ada, 'first')
    await reached(ada)
    await eventually(() => expect(server.app.queue.stats.waitingParts).toBe(1))
    const [second, third] = [send(ada, 'second'), send(bob, 'third')]
    await reached(ada)
    await reached(bob)
    release()
    await eventually(() => expect(third.answer).toBeDefined())
    expect([first.answer, second.answer, third.answer]).toEqual([
      { ok: true, seq: 2, alone: true },
      { ok: true, seq: 3, alone: false },
      { ok: true, seq: 3, alone: false },
    ])
    await eventually(() => {
      expect(ada.of('update').map(({ args }) => (args[0] as { to: number }).to)).toContain(3)
      expect(bob.of('update').map(({ args }) => (args[0] as { to: number }).to)).toContain(3)
    })
    ada.applyHeard()
    bob.applyHeard()
    expect(ada.text).toBe(bob.text)
  })
})

describe('[U8] when the disk refuses writes', () => {
  test('nothing is acked or told, joins see what is on disk, healthz says so, and it heals without a restart', async () => {
    expect(await health()).toEqual({ status: 'ok' })
    store.failing = true
    const held = send(ada, ' held')
    await eventually(async () => expect(await health()).toEqual({ status: 'degraded' }))
    expect((await fetch(`${server.url}/healthz`)).status).toBe(503)
    expect(held.answer).toBeUndefined()
    expect(await bob.sendUpdate(bob.edit((text) => text.insert(0, 'refused ')))).toMatchObject({
      ok: false,
      error: { code: 'degraded' },
    })
    expect(await bob.ask('chat', { id: 'c', text: 'hi' })).toMatchObject([{ error: { code: 'degraded' } }])
    expect(bob.of('update')).toEqual([])
    // [J10] Not from the live document, which holds what could still be lost.
    const cid = new RawClient(server.url)
    expect(await cid.join(document)).toMatchObject({ ok: true, seq: 1 })
    expect(cid.text).toBe('Hello')
    expect(await textOnServer(server.url, document)).toBe('Hello')
    expect(held.answer).toBeUndefined()
    store.failing = false
    await eventually(() => expect(held.answer).toEqual({ ok: true, seq: 2, alone: true }))
    await eventually(() => expect([bob.of('update').length, cid.of('update').length]).toEqual([1, 1]))
    expect(await health()).toEqual({ status: 'ok' })
    cid.applyHeard()
    expect(cid.text).toBe('Hello held')
    expect(await cid.type('!')).toMatchObject({ seq: 3 })
    expect(await textOnServer(server.url, document)).toBe('Hello held!')
    // [U4] bob was refused: his text comes in with his next join.
    expect(await bob.sendUpdate(bob.edit((text) => text.insert(0, '?')))).toMatchObject({
      error: { code: 'not-synced' },
    })
    cid.close()
  })

  test('a join that waits for a commit which then fails is answered from the disk', async () => {
    const release = store.hold()
    send(ada, ' lost?')
    await reached(ada)
    const cid = new RawClient(server.url)
    const joining = cid.join(document)
    await eventually(() => expect([...server.app.rooms.live()][0]?.sessions.size).toBe(3))
    store.failing = true
    release()
    expect(await joining).toMatchObject({ ok: true, seq: 1 })
    expect(cid.text).toBe('Hello')
    store.failing = false
    await eventually(() => expect(cid.of('update')).toHaveLength(1))
    cid.close()
  })

  test('a batch that failed and is on disk all the same is not shown before it is known to be durable', async () => {
    store.failNext(new Error('fsync failed'), { carriedOut: true })
    store.failing = true
    const held = send(ada, ' unsure')
    await eventually(() => expect(server.app.queue.degraded).toBe(true))
    const cid = new RawClient(server.url)
    expect(await cid.join(document)).toMatchObject({ ok: true, seq: 1 })
    expect(cid.text).toBe('Hello')
    store.failing = false
    await eventually(() => expect(held.answer).toMatchObject({ ok: true, seq: 2 }))
    await eventually(() => expect(cid.of('update')).toHaveLength(1))
    cid.close()
  })

  test('a re-sync in that time is answered from the disk, and its session hears what heals', async () => {
    store.failing = true
    const held = send(ada, ' held')
    await eventually(() => expect(server.app.queue.degraded).toBe(true))
    expect(await bob.join(document)).toMatchObject({ ok: true, seq: 1 })
    expect(bob.text).toBe('Hello')
    store.failing = false
    await eventually(() => expect(held.answer).toMatchObject({ ok: true, seq: 2 }))
    await eventually(() =>
      expect(bob.of('update')).toMatchObject([{ args: [{ from: 2, to: 2 }, expect.any(Uint8Array)] }]),
    )
  })

  test('a write that failed after it reached the disk is written again: one record, one seq', async () => {
    store.failNext(new Error('fsync failed'), { carriedOut: true })
    expect(await ada.type('!')).toEqual({ ok: true, seq: 2, alone: true })
    await eventually(() =>
      expect(bob.of('update')).toMatchObject([{ args: [{ from: 2, to: 2 }, expect.any(Uint8Array)] }]),
    )
    const copy = await startServer({ store: store.clone() })
    expect(await textOnServer(copy.url, document)).toBe('Hello!')
    await copy.close()
  })

  test('documents, keys and joins of cold documents are refused as degraded or answered, never half made', async () => {
    const cold = await createDocument(server.url, { text: 'cold' })
    store.failing = true
    send(ada, 'x')
    await eventually(() => expect(server.app.queue.degraded).toBe(true))
    await expect(createDocument(server.url)).rejects.toThrow('503')
    const keys = await fetch(`${server.url}/api/documents/${cold.id}/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${cold.keys.own}` },
      body: JSON.stringify({ role: 'view', revoke: true }),
    })
    expect(keys.status).toBe(503)
    const reader = new RawClient(server.url)
    expect(await reader.join(cold, { role: 'view' })).toMatchObject({ ok: true, seq: 1 })
    expect(reader.text).toBe('cold')
    reader.close()
  })
})

test('[U1] what was acked is in the store at the moment of the ack', async () => {
  for (let i = 0; i < 20; i++) {
    await ada.type(`${i},`)
    const killed = await startServer({ store: store.clone() })
    expect(await textOnServer(killed.url, document)).toBe(ada.text)
    await killed.close()
  }
})
