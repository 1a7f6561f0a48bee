// Private lines and quotes.
import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer } from '../harness/server.ts'
import { enter, everything, lines, page, personOf, say, talk } from '../harness/talk.ts'

describe('[H5] a private line', () => {
  test('reaches every session of its two people but the one that sent it, and nobody else in any way', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, bob] = [await enter(document, { name: 'Ada' }), await enter(document, { name: 'Bob', role: 'view' })]
    const adaTab = await enter(document, { secret: ada.secret })
    const bobTab = await enter(document, { secret: bob.secret, textOnly: true })
    const [eve, owner] = [await enter(document), await enter(document, { role: 'own' })]
    const sent = await say(ada, { text: 'for bob only', to: personOf(bob) })
    expect(sent).toMatchObject({ text: 'for bob only', to: { personId: personOf(bob), name: expect.any(String) } })
    await say(ada, { text: 'for all' })
    for (const one of [bob, bobTab, adaTab]) {
      await eventually(() => expect(lines(one).map(({ text }) => text)).toEqual(['for bob only', 'for all']))
      expect(lines(one)[0]).toEqual(sent)
    }
    for (const one of [eve, owner]) {
      await eventually(() => expect(lines(one).map(({ text }) => text)).toEqual(['for all']))
      expect(await page(one, sent.n + 5)).toMatchObject({ messages: [{ text: 'for all' }], more: false })
      expect(everything(one)).not.toContain('for bob only')
    }
    expect(lines(ada)).toEqual([])
    for (const secret of [ada.secret, bob.secret]) {
      const late = await enter(document, { secret })
      expect(late.joined!.chat.map(({ text }) => text)).toEqual(['for bob only', 'for all'])
      expect(await page(late, sent.n + 1)).toMatchObject({ messages: [sent], more: false })
    }
    const lateEve = await enter(document, { secret: eve.secret, role: 'own' })
    expect(everything(lateEve)).not.toContain('for bob only')
    expect(lateEve.joined!.chat).toHaveLength(1)
    expect(await (await fetch(`${talk.server.url}/metrics`)).text()).not.toContain('for bob only')
  })

  test('is kept for both over a restart, numbers go on, and a retry is stored once though its reader left', async () => {
    const durable = await startServer()
    const document = await createDocument(durable.url)
    const open = async (secret?: string) => {
      const client = new RawClient(durable.url)
      talk.clients.push(client)
      await client.join(document, { request: { person: { secret: secret ?? client.secret, name: 'N', color: 0 } } })
      return client
    }
    let [ada, bob] = [await open(), await open()]
    const to = personOf(bob)
    const [first] = await ada.ask('chat', { id: 'one', text: 'secret', to })
    expect(first).toMatchObject({ ok: true, message: { n: 1 } })
    const secret = ada.secret
    const bobsSecret = bob.secret
    bob.close()
    expect(await ada.ask('chat', { id: 'one', text: 'another', to })).toEqual([first])
    await durable.restart()
    ada = await open(secret)
    expect(await ada.ask('chat', { id: 'one', text: 'another', to })).toEqual([first])
    expect(await ada.ask('chat', { id: 'two', text: 'all' })).toMatchObject([{ message: { n: 2 } }])
    bob = await open(bobsSecret)
    expect(bob.joined!.chat).toMatchObject([{ n: 1, text: 'secret' }, { n: 2 }])
    expect((await open()).joined!.chat).toMatchObject([{ n: 2 }])
    await durable.close()
  })

  test('to nobody who is here, or to what is no person, is refused and not stored', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, gone] = [await enter(document), await enter(document)]
    const stranger = personOf(gone)
    await gone.ask('leave')
    for (const to of [stranger, 'A'.repeat(16)]) {
      expect(await ada.ask('chat', { id: 'x', text: 'hi', to })).toMatchObject([{ error: { code: 'not-found' } }])
    }
    for (const to of ['', '__proto__', 5, null, ['A'.repeat(16)], 'A'.repeat(17), '\0'.repeat(16)]) {
      expect(await ada.ask('chat', { id: 'x', text: 'hi', to })).toMatchObject([{ error: { code: 'bad-request' } }])
    }
    expect((await enter(document)).joined!.chat).toEqual([])
    expect(await say(ada, { text: 'next' })).toMatchObject({ n: 1 })
  })

  test('cannot be sent by a viewer, and nobody can read along by claiming to be its reader', async () => {
    const document = await createDocument(talk.server.url)
    const [ada, bob] = [await enter(document), await enter(document, { role: 'view' })]
    expect(await bob.ask('chat', { id: 'x', text: 'hi', to: personOf(ada) })).toMatchObject([
      { error: { code: 'forbidden' } },
    ])
    await say(ada, { text: 'only you', to: personOf(bob) })
    const request = {
      personId: personOf(bob),
      person: { secret: 'x'.repeat(22), name: 'N', color: 1, id: personOf(bob) },
    }
    const eve = new RawClient(talk.server.url)
    talk.clients.push(eve)
    await eve.join(document, { role: 'own', request })
    await eve.ask('chat-history', { before: 10, personId: personOf(bob) })
    expect(everything(eve)).not.toContain('only you')
  })
})

describe('[H6] a quote', () => {
  test('goes with its line: how it read, and where it stands', async () => {
    const document = await createDocument(talk.server.url, { text: 'Hello' })
    const [ada, bob] = [await enter(document), await enter(document)]
    const quote = { text: ' Hell\u0000o ', from: [7, 0, 0], to: [7, 5, -1] }
    const message = await say(ada, { text: 'look', quote })
    expect(message.quote).toEqual({ text: 'Hello', from: [7, 0, 0], to: [7, 5, -1] })
    await eventually(() => expect(lines(bob)).toEqual([message]))
    expect((await enter(document)).joined!.chat).toEqual([message])
  })

  test('of the wrong form, or too long, is a bad request', async () => {
    const document = await createDocument(talk.server.url)
    const place = [1, 1, 0]
    const wrong = [
      'text',
      {},
      { text: 'a', from: place },
      { text: '', from: place, to: place },
      { text: '\u0000', from: place, to: place },
      { text: 'x'.repeat(limits.chatQuoteLengthMax + 1), from: place, to: place },
      { text: 'a', from: [1, 2 ** 32, 0], to: place },
      { text: 'a', from: Array(1_000).fill(1), to: place },
      { text: 'a', from: 'AQID', to: place },
    ]
    const ada = await enter(document)
    for (const quote of wrong) {
      expect(await ada.ask('chat', { id: 'x', text: 'a', quote })).toMatchObject([{ error: { code: 'bad-request' } }])
    }
  })
})
