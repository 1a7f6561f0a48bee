import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import type { Answer, UpdateAnswer } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { createDocument, startServer, type TestServer, textOnServer } from '../harness/server.ts'
import { callWitnesses } from '../harness/witnesses.ts'

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

test('[U1] updates may be sent without waiting: every one is answered, in order, with growing seqs', async () => {
  const document = await createDocument(server.url)
  const ada = connect()
  await ada.join(document)
  const updates = Array.from({ length: 100 }, (_, i) => ada.edit((text) => text.insert(text.length, `${i} `)))
  const answers = await Promise.all(updates.map((bytes) => ada.sendUpdate(bytes)))
  const seqs = answers.map((answer) => (answer.ok ? answer.seq : 0))
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  expect(seqs[0]).toBe(1)
  expect(answers.every((answer) => answer.ok && answer.alone)).toBe(true)
  expect(await textOnServer(server.url, document)).toBe(ada.text)
})

test('[U3] a viewer’s update, slice and chat are forbidden, and nothing is applied, relayed or stored', async () => {
  const witnesses = await callWitnesses(server.url)
  const viewer = connect()
  await viewer.join(witnesses.document, { role: 'view' })
  const bytes = viewer.edit((text) => text.insert(0, 'forged'))
  expect(await viewer.sendUpdate(bytes)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  const header = { transfer: 1, offset: 0, bytes: bytes.length }
  expect(await viewer.ask('slice', header, bytes)).toMatchObject([{ ok: false, error: { code: 'forbidden' } }])
  expect(await viewer.ask('chat', { id: 'a', text: 'hi' })).toMatchObject([{ error: { code: 'forbidden' } }])
  await witnesses.unharmed()
  witnesses.close()
})

test('[U4] after any refusal updates are not-synced until the session joins again', async () => {
  const witnesses = await callWitnesses(server.url)
  const client = connect()
  await client.join(witnesses.document)
  const honest = client.edit((text) => text.insert(0, 'kept '))
  expect(await client.sendUpdate(new Uint8Array([1, 2, 3]))).toMatchObject({ error: { code: 'invalid' } })
  for (let i = 0; i < 3; i++) expect(await client.sendUpdate(honest)).toMatchObject({ error: { code: 'not-synced' } })
  expect(await client.ask('slice', { transfer: 1, offset: 0, bytes: honest.length }, honest)).toMatchObject([
    { error: { code: 'not-synced' } },
  ])
  await witnesses.unharmed()
  await client.join(witnesses.document)
  expect(await client.sendUpdate(honest)).toMatchObject({ ok: true })
  witnesses.close()
})

test('[U4] updates that were already on their way behind a refused one are refused too', async () => {
  const witnesses = await callWitnesses(server.url)
  const client = connect()
  await client.join(witnesses.document)
  const honest = [1, 2, 3].map((n) => client.edit((text) => text.insert(0, `${n}`)))
  const answers = await Promise.all([new Uint8Array([9]), ...honest].map((bytes) => client.sendUpdate(bytes)))
  expect(answers.map((answer) => !answer.ok && answer.error.code)).toEqual([
    'invalid',
    'not-synced',
    'not-synced',
    'not-synced',
  ])
  await witnesses.unharmed()
  witnesses.close()
})

test('[U5] the same update again is answered, and neither stored nor broadcast again', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [connect(), connect()]
  await ada.join(document)
  await bob.join(document)
  const bytes = ada.edit((text) => text.insert(0, 'once'))
  expect(await ada.sendUpdate(bytes)).toEqual({ ok: true, seq: 1, alone: true })
  for (let i = 0; i < 3; i++) expect(await ada.sendUpdate(bytes)).toMatchObject({ ok: true, seq: 1, alone: false })
  expect(await ada.type('!')).toMatchObject({ seq: 2 })
  await eventually(() => expect(bob.of('update')).toHaveLength(2))
  expect(bob.of('update').map(({ args }) => args[0])).toMatchObject([
    { from: 1, to: 1 },
    { from: 2, to: 2 },
  ])
})

describe('[U6] a full document', () => {
  test('takes nothing more, takes deletions, and then takes text again', async () => {
    const document = await createDocument(server.url, { text: 'x'.repeat(limits.textLengthMax - 10) })
    const ada = connect()
    await readLarge(ada, document)
    expect(await ada.type('1234567890')).toMatchObject({ ok: true })
    const over = ada.edit((text) => text.insert(0, '!'))
    expect(await ada.sendUpdate(over)).toMatchObject({ ok: false, error: { code: 'too-large' } })
    const again = connect()
    await readLarge(again, document)
    expect(await again.sendUpdate(again.edit((text) => text.delete(0, 100)))).toMatchObject({ ok: true })
    expect(await again.type('short')).toMatchObject({ ok: true })
  })

  test('is not made by creation either', async () => {
    await expect(createDocument(server.url, { text: 'x'.repeat(limits.textLengthMax + 1) })).rejects.toThrow('413')
  })
})

/** Joins a document whose state comes in slices. */
async function readLarge(client: RawClient, document: Parameters<RawClient['join']>[0]): Promise<void> {
  const pieces: Uint8Array[] = []
  client.socket.on('slice', (_header, bytes, answer) => {
    pieces.push(bytes)
    answer()
  })
  const answer = await client.join(document)
  const wanted = (answer.ok && answer.transfer?.bytes) || 0
  await eventually(() => expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(wanted))
  if (wanted > 0) Y.applyUpdate(client.doc, Buffer.concat(pieces))
}

describe('[U7] more than a person makes is rate-limited and says when to come back', () => {
  test('in updates', async () => {
    const document = await createDocument(server.url)
    const ada = connect()
    await ada.join(document)
    const updates = Array.from({ length: limits.updatesBurst + 200 }, () => ada.edit((text) => text.insert(0, 'a')))
    const answers = await Promise.all(updates.map((bytes) => ada.sendUpdate(bytes)))
    const refused = answers.find((answer) => !answer.ok)
    expect(refused).toMatchObject({ error: { code: 'rate-limited', retryAfterMs: expect.any(Number) } })
    const taken = answers.filter((answer) => answer.ok).length
    expect(taken).toBeGreaterThanOrEqual(limits.updatesBurst)
    expect(await textOnServer(server.url, document)).toBe('a'.repeat(taken))
  })
})

describe('[U9] an upload in slices', () => {
  const text = 'a large paste '.repeat(80_000)

  function slicesOf(bytes: Uint8Array, transfer: number) {
    const slices: [{ transfer: number; offset: number; bytes: number }, Uint8Array][] = []
    for (let offset = 0; offset < bytes.length; offset += limits.sliceBytes) {
      slices.push([{ transfer, offset, bytes: bytes.length }, bytes.slice(offset, offset + limits.sliceBytes)])
    }
    return slices
  }

  test('is one update: the last answer has its seq, and others get the text', async () => {
    const document = await createDocument(server.url)
    const [ada, bob] = [connect(), connect()]
    await ada.join(document)
    await bob.join(document)
    const answers: unknown[] = []
    for (const slice of slicesOf(
      ada.edit((content) => content.insert(0, text)),
      1,
    )) {
      answers.push((await ada.ask('slice', ...slice))[0])
    }
    expect(answers.length).toBeGreaterThan(3)
    expect(answers.slice(0, -1).every((answer) => JSON.stringify(answer) === '{"ok":true}')).toBe(true)
    expect(answers.at(-1)).toEqual({ ok: true, seq: 1, alone: true })
    expect(await textOnServer(server.url, document)).toBe(text)
    await eventually(() => {
      const [update, resync] = [bob.of('update'), bob.of('resync')]
      expect(update.length + resync.length).toBeGreaterThan(0)
    })
  })

  type Slices = ReturnType<typeof slicesOf>
  /** The slice at `index` with another header or other bytes. */
  const spoilt = (slices: Slices, index: number, header: object, bytes = slices[index]![1]): Slices[number] => [
    { ...slices[index]![0], ...header },
    bytes,
  ]
  const spoils: [string, (slices: Slices) => Slices][] = [
    ['that begins in the middle', (slices) => slices.slice(1)],
    ['with a slice left out', (slices) => [slices[0]!, ...slices.slice(2)]],
    ['with a slice twice', (slices) => [slices[0]!, slices[1]!, ...slices.slice(1)]],
    ['that changes its mind about its length', (slices) => [slices[0]!, spoilt(slices, 1, { bytes: 1_000_000 })]],
    ['that changes its number', (slices) => [slices[0]!, spoilt(slices, 1, { transfer: 9 })]],
    ['with a short slice', (slices) => [spoilt(slices, 0, {}, slices[0]![1].subarray(1))]],
    ['with a slice that is longer than the whole', (slices) => [spoilt(slices, 0, { bytes: 10 })]],
    ['with an empty slice', (slices) => [spoilt(slices, 0, {}, new Uint8Array())]],
    ['that claims more than a document', (slices) => [spoilt(slices, 0, { bytes: limits.stateBytesMax + 1 })]],
  ]
  for (const [name, spoil] of spoils) {
    test(`${name} is a bad request and nothing is stored`, async () => {
      const witnesses = await callWitnesses(server.url)
      const client = connect()
      await client.join(witnesses.document)
      const codes: unknown[] = []
      for (const slice of spoil(
        slicesOf(
          client.edit((content) => content.insert(0, text)),
          1,
        ),
      )) {
        const [answer] = (await client.ask('slice', ...slice)) as [Answer<Partial<UpdateAnswer>>]
        if (!answer.ok) codes.push(answer.error.code)
      }
      expect(codes[0]).toBe('bad-request')
      await witnesses.unharmed()
      witnesses.close()
    })
  }

  test('that stalls is dropped: its next slice is a bad request, and a new upload works', async () => {
    const document = await createDocument(server.url)
    const ada = connect()
    await ada.join(document)
    const slices = slicesOf(
      ada.edit((content) => content.insert(0, text)),
      1,
    )
    await ada.ask('slice', ...slices[0]!)
    clock.jump(limits.transferStallMs + 10)
    expect(await ada.ask('slice', ...slices[1]!)).toMatchObject([{ error: { code: 'bad-request' } }])
    await ada.join(document)
    for (const slice of slices) await ada.ask('slice', ...slice)
    expect(await textOnServer(server.url, document)).toBe(text)
  })

  test('of something else than an honest edit is guarded whole', async () => {
    const witnesses = await callWitnesses(server.url)
    const client = connect()
    await client.join(witnesses.document)
    let last: unknown
    for (const slice of slicesOf(new Uint8Array(600_000).fill(1), 1)) last = (await client.ask('slice', ...slice))[0]
    expect(last).toMatchObject({ error: { code: 'invalid' } })
    await witnesses.unharmed()
    witnesses.close()
  })
})
