import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import { digestOf } from '../../shared/text.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'

let server: TestServer
const clock = new JumpingClock()
const clients: RawClient[] = []
beforeAll(async () => {
  server = await startServer({ clock })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

function connect(): RawClient {
  const client = new RawClient(server.url)
  clients.push(client)
  return client
}

type Span = { from: number; to: number }
const spansOf = (client: RawClient): Span[] => client.of('update').map(({ args }) => args[0] as Span)

/** The seq that a client reaches by the rules of [B4]; `missing` is where it would have to re-sync. */
function follow(start: number, spans: Span[], alone: Set<number>): { last: number; missing: number | undefined } {
  let last = start
  const fillIn = () => {
    while (alone.has(last + 1)) last++
  }
  for (const { from, to } of spans) {
    if (to <= last) continue
    if (from > last + 1) fillIn()
    if (from > last + 1) return { last, missing: last + 1 }
    last = to
  }
  fillIn()
  return { last, missing: undefined }
}

test('[B1] [B4] many writers: what each hears and is answered has no gap and no overlap, and all have one text', async () => {
  const document = await createDocument(server.url)
  const writers = Array.from({ length: 12 }, connect)
  for (const writer of writers) await writer.join(document)
  const starts = writers.map((writer) => writer.joined!.seq)
  const alone = writers.map(() => new Set<number>())
  let last = 0
  for (let round = 0; round < 15; round++) {
    const sends = writers.flatMap((writer, index) =>
      Array.from({ length: 1 + (index % 3) }, async (_, n) => {
        const bytes = writer.edit((text) => text.insert(0, `${index}.${round}.${n} `))
        const answer = await writer.sendUpdate(bytes)
        if (!answer.ok) throw new Error(answer.error.code)
        if (answer.alone) alone[index]!.add(answer.seq)
        last = Math.max(last, answer.seq)
      }),
    )
    if (round % 3 === 0) await Promise.all(sends.slice(0, 1))
    await Promise.all(sends)
  }
  await eventually(() => {
    for (const [index, writer] of writers.entries()) {
      expect(follow(starts[index]!, spansOf(writer), alone[index]!)).toEqual({ last, missing: undefined })
    }
  })
  for (const writer of writers) {
    const spans = spansOf(writer)
    for (const [i, { from, to }] of spans.entries()) {
      expect(from).toBeLessThanOrEqual(to)
      if (i > 0) expect(from, 'broadcasts overlap').toBeGreaterThan(spans[i - 1]!.to)
    }
    writer.applyHeard()
    expect(writer.text).toBe(writers[0]!.text)
  }
  expect(await textOnServer(server.url, document)).toBe(writers[0]!.text)
})

describe('[B2] who hears it', () => {
  test('a lone author does not, everybody else does, once', async () => {
    const document = await createDocument(server.url)
    const [ada, bob, cid] = [connect(), connect(), connect()]
    for (const one of [ada, bob, cid]) await one.join(document)
    for (let i = 0; i < 5; i++) await ada.type(`${i}`)
    await eventually(() => {
      for (const one of [bob, cid]) expect(follow(0, spansOf(one), new Set())).toMatchObject({ last: 5 })
    })
    expect(ada.of('update')).toEqual([])
  })

  test('nobody outside of the room does', async () => {
    const document = await createDocument(server.url)
    const [ada, left, idle] = [connect(), connect(), connect()]
    await ada.join(document)
    await left.join(document)
    await idle.connected()
    expect(await left.ask('leave')).toEqual([{ ok: true }])
    const heard = left.heard.length
    await ada.type('secret')
    await ada.ask('chat', { id: 'a', text: 'secret' })
    expect(await left.ask('leave')).toEqual([{ ok: true }])
    expect(await left.ask('digest', { seq: 1, digest: '' })).toMatchObject([{ error: { code: 'not-synced' } }])
    expect([left.heard.slice(heard), idle.heard]).toEqual([[], []])
  })

  test('one who leaves and comes back in between hears it once, with his join', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [connect(), connect()]
    await ada.join(document)
    await bob.join(document)
    for (let i = 0; i < 8; i++) {
      const typed = ada.type(`${i}`)
      await bob.ask('leave')
      await bob.join(document)
      await typed
      await eventually(() => {
        bob.applyHeard()
        expect(bob.text).toBe(ada.text)
      })
    }
  })
})

describe('[B6] the heartbeat', () => {
  test('tells every heartbeatMs the last seq and the usage', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const ada = connect()
    await ada.join(document)
    await ada.type('!')
    clock.jump(limits.heartbeatMs + 1)
    await eventually(() => expect(ada.of('heartbeat').length).toBeGreaterThan(0))
    const [beat] = ada.of('heartbeat').at(-1)!.args
    expect(beat).toMatchObject({ seq: 2, usage: { textLength: 6 } })
  })
})

describe('[B7] the digest', () => {
  test('says whether the text is the same, and null for another seq', async () => {
    const document = await createDocument(server.url, { text: 'Hello' })
    const ada = connect()
    await ada.join(document)
    const ask = async (seq: number, text: string) => (await ada.ask('digest', { seq, digest: digestOf(text) }))[0]
    expect(await ask(1, 'Hello')).toEqual({ ok: true, same: true })
    expect(await ask(1, 'Hallo')).toEqual({ ok: true, same: false })
    expect(await ask(0, 'Hello')).toEqual({ ok: true, same: null })
    expect(await ask(2, 'Hello')).toEqual({ ok: true, same: null })
    await ada.type('!')
    expect(await ask(2, 'Hello!')).toEqual({ ok: true, same: true })
  })
})

test('[J3] sessions that join while others write miss nothing and get nothing twice', async () => {
  const document = await createDocument(server.url, { text: 'Start ' })
  const ada = connect()
  await ada.join(document)
  let isWriting = true
  const writing = (async () => {
    while (isWriting) await ada.type('x')
  })()
  const joiners: RawClient[] = []
  for (let i = 0; i < 15; i++) {
    const joiner = connect()
    await joiner.join(document)
    joiners.push(joiner)
  }
  isWriting = false
  await writing
  const end = ada.joined!.seq + ada.text.length - 'Start '.length
  await eventually(() => {
    for (const joiner of joiners) {
      expect(follow(joiner.joined!.seq, spansOf(joiner), new Set())).toEqual({ last: end, missing: undefined })
    }
  })
  for (const joiner of joiners) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(joiner.doc))
    joiner.applyHeard()
    expect(joiner.text).toBe(ada.text)
  }
})
