// Paging back, deletion, and all of it with providers.

import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import { limits } from '../../shared/limits.ts'
import type { Role } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument } from '../harness/server.ts'
import { disk, enter, lines, page, personOf, say, store, talk } from '../harness/talk.ts'

describe('[H7] history', () => {
  test('goes back page by page to the first line, private ones of the reader in their places', async () => {
    const document = await createDocument(talk.server.url)
    const [bob, eve] = [await enter(document), await enter(document)]
    const total = 3 * limits.chatTailLength + 7
    const isPrivate = (n: number) => n % 4 === 0 || (n > 40 && n < 110)
    for (let n = 1; n <= total; ) {
      const ada = await enter(document, { secret: 'A'.repeat(22) })
      for (let i = 0; i < limits.chatBurst && n <= total; i++, n++) {
        await say(ada, isPrivate(n) ? { text: `${n}`, to: personOf(bob) } : { text: `${n}` })
      }
      ada.close()
    }
    const all = Array.from({ length: total }, (_, i) => i + 1)
    for (const [secret, expected] of [
      [bob.secret, all],
      ['A'.repeat(22), all],
      [eve.secret, all.filter((n) => !isPrivate(n))],
    ] as const) {
      const reader = await enter(document, { secret, role: 'view' })
      let { chat: messages, moreChat: more } = reader.joined!
      const got = messages.map(({ n }) => n)
      while (more) {
        expect(messages.length).toBe(limits.chatTailLength)
        ;({ messages, more } = await page(reader, messages[0]!.n))
        got.unshift(...messages.map(({ n }) => n))
      }
      expect(got).toEqual(expected)
    }
  })

  test('is bounded in bytes, and no line is left out for that', async () => {
    const document = await createDocument(talk.server.url)
    const bob = await enter(document)
    const total = 36
    for (let n = 1; n <= total; ) {
      const ada = await enter(document, { secret: 'A'.repeat(22) })
      for (let i = 0; i < limits.chatBurst && n <= total; i++, n++) {
        // The short ones would still fit where the long ones beside them do not.
        const long = { text: '漢'.repeat(limits.chatTextLengthMax) }
        await say(ada, n % 3 === 0 ? { text: 'short', to: personOf(bob) } : long)
      }
      ada.close()
    }
    const reader = await enter(document, { secret: bob.secret })
    let { chat: messages, moreChat: more } = reader.joined!
    const got: number[] = []
    for (;;) {
      expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThan(limits.chatTailBytes + 1_000)
      got.unshift(...messages.map(({ n }) => n))
      if (!more) break
      ;({ messages, more } = await page(reader, messages[0]!.n))
    }
    expect(got).toEqual(Array.from({ length: total }, (_, i) => i + 1))
  })

  test('asked wrongly is a bad request, too often rate-limited, before a join not-synced', async () => {
    const document = await createDocument(talk.server.url)
    const ada = await enter(document)
    await say(ada, { text: 'hi' })
    for (const what of [
      undefined,
      null,
      {},
      { before: 0 },
      { before: -1 },
      { before: 1.5 },
      { before: 2 ** 48 },
      { before: '9' },
    ]) {
      const one = await enter(document)
      expect(await one.ask('chat-history', what)).toMatchObject([{ error: { code: 'bad-request' } }])
      one.close()
    }
    expect(await page(ada, 1)).toMatchObject({ ok: true, messages: [], more: false })
    const asked = await Promise.all(Array.from({ length: limits.historyBurst + 5 }, () => page(ada, 5)))
    expect(asked.some((answer) => !('ok' in answer && answer.ok === true))).toBe(true)
    const stranger = new RawClient(talk.server.url)
    talk.clients.push(stranger)
    expect(await stranger.ask('chat-history', { before: 9 })).toMatchObject([{ error: { code: 'not-synced' } }])
  })
})

describe('[H8] deleting', () => {
  test('takes text and quote from everybody, from later joins and pages, and from the disk', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, owner, viewer] = [
      await enter(document),
      await enter(document, { role: 'own' }),
      await enter(document, { role: 'view' }),
    ]
    const quote = { text: 'quoted rudeness', from: [1, 1, 0], to: [1, 2, 0] }
    const { n, id } = await say(ada, { text: 'something rude', quote })
    expect(await disk()).toContain('something rude')
    const gone = { n, id, text: '', deleted: true, name: 'Tester' }
    const [answer] = await owner.ask('chat-delete', { n })
    expect(answer).toMatchObject({ ok: true, message: gone })
    for (const one of [ada, viewer]) await eventually(() => expect(lines(one).at(-1)).toMatchObject(gone))
    const late = await enter(document)
    expect(late.joined!.chat).toMatchObject([gone])
    expect(await page(late, n + 1)).toMatchObject({ messages: [gone] })
    expect(await disk()).not.toMatch(/rude/)
    // Neither a retry of the sender nor a second deletion brings it back or tells it again.
    expect(await ada.ask('chat', { id, text: 'something rude' })).toMatchObject([{ ok: true, message: gone }])
    expect(await owner.ask('chat-delete', { n })).toMatchObject([{ ok: true, message: gone }])
    const { n: next } = await say(ada, { text: 'sorry' })
    expect(next).toBe(n + 1)
    expect(lines(viewer).filter((line) => line.n === n)).toHaveLength(2)
    expect(JSON.stringify([late.joined, await page(late, n + 1)])).not.toMatch(/rude/)
  })

  test('is for owners, of lines that they may read', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, bob, owner] = [await enter(document), await enter(document), await enter(document, { role: 'own' })]
    const viewer = await enter(document, { role: 'view' })
    const { n } = await say(ada, { text: 'mine' })
    for (const one of [ada, viewer]) {
      expect(await one.ask('chat-delete', { n })).toMatchObject([{ error: { code: 'forbidden' } }])
    }
    const whispered = await say(ada, { text: 'whispered', to: personOf(bob) })
    for (const wrong of [whispered.n, 99]) {
      expect(await owner.ask('chat-delete', { n: wrong })).toMatchObject([{ error: { code: 'not-found' } }])
    }
    for (const what of [undefined, {}, { n: 0 }, { n: '1' }, { n: 2 ** 60 }, { n: 1.5 }]) {
      expect(await owner.ask('chat-delete', what)).toMatchObject([{ error: { code: 'bad-request' } }])
    }
    expect((await enter(document, { secret: bob.secret })).joined!.chat).toMatchObject([
      { text: 'mine' },
      { text: 'whispered' },
    ])
  })

  test('of a private line is told to its two people only, and takes both copies', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, owner, eve] = [await enter(document), await enter(document, { role: 'own' }), await enter(document)]
    const { n } = await say(ada, { text: 'whispered badly', to: personOf(owner) })
    expect(await owner.ask('chat-delete', { n })).toMatchObject([{ ok: true }])
    await eventually(() => expect(lines(ada)).toMatchObject([{ n, deleted: true, text: '' }]))
    await say(ada, { text: 'all' })
    await eventually(() => expect(lines(eve)).toMatchObject([{ text: 'all' }]))
    expect(lines(eve)).toHaveLength(1)
    expect((await enter(document, { secret: ada.secret })).joined!.chat[0]).toMatchObject({ n, deleted: true })
    expect(await disk()).not.toContain('whispered badly')
  })

  test('is answered and told once durable, not before', async () => {
    const document = await createDocument(talk.server.url)
    const [owner, bob] = [await enter(document, { role: 'own' }), await enter(document)]
    const { n } = await say(bob, { text: 'still here' })
    const release = store.hold()
    const asked = owner.ask('chat-delete', { n })
    await eventually(() => expect(talk.server.app.queue.stats.waitingParts).toBe(1))
    await bob.ask('digest', { seq: 0, digest: '' })
    expect(lines(bob)).toEqual([])
    const late = await enter(document)
    expect(late.joined!.chat).toMatchObject([{ text: 'still here' }])
    release()
    await asked
    await eventually(() => expect(lines(late)).toMatchObject([{ n, deleted: true }]))
  })
})

test('[H5] [H7] [H8] providers whisper, quote, page back and delete', async () => {
  const document = await createDocument(talk.server.url, { text: 'Hello' })
  const open = (role: Role, name: string) => {
    const options = { url: talk.server.url, documentId: document.id, key: document.keys[role], doc: new Y.Doc() }
    return new Provider({ ...options, person: { name }, storage: 'none' })
  }
  const [ada, bob, eve] = [open('own', 'Ada'), open('edit', 'Bob'), open('view', 'Eve')]
  await Promise.all([ada, bob, eve].map((one) => one.whenSynced()))
  await eventually(() => expect(ada.people).toHaveLength(3))
  const to = ada.people.find(({ name }) => name === 'Bob')!.personId
  const quote = { text: 'Hello', from: [1, 0, 0] as [number, number, number], to: [0] as [number] }
  const sent = ada.chat.send('psst', { to, quote })
  expect(ada.chat.messages).toMatchObject([{ state: 'pending', to: { personId: to, name: 'Bob' }, quote }])
  await sent
  await eventually(() => expect(bob.chat.messages).toMatchObject([{ text: 'psst', quote }]))
  await bob.chat.send('loud')
  await eventually(() => expect(eve.chat.messages.map(({ text }) => text)).toEqual(['loud']))
  const loud = ada.chat.messages.find(({ text }) => text === 'loud') ?? bob.chat.messages.at(-1)!
  await expect(eve.chat.delete(loud.n!)).rejects.toMatchObject({ code: 'forbidden' })
  await ada.chat.delete(loud.n!)
  await eventually(() => expect(eve.chat.messages).toMatchObject([{ deleted: true, text: '' }]))
  expect(ada.chat.messages.at(-1)).toMatchObject({ deleted: true })
  for (let i = 0; i < limits.chatTailLength; ) {
    const talker = await enter(document)
    for (let k = 0; k < limits.chatBurst && i < limits.chatTailLength; k++, i++) await say(talker, { text: `${i}` })
    talker.close()
  }
  bob.disconnect()
  const late = open('view', 'Late')
  await late.whenSynced()
  expect([late.chat.messages.length, late.chat.hasMore]).toEqual([limits.chatTailLength, true])
  await late.chat.loadMore()
  expect([late.chat.messages.length, late.chat.hasMore]).toEqual([limits.chatTailLength + 1, false])
  expect(late.chat.messages[0]).toMatchObject({ deleted: true })
  await Promise.all([ada, bob, eve, late].map((one) => one.destroy()))
})
