// What a join's answer may claim while commits are being written. Found by test/convergence/random.test.ts.
import { expect, onTestFinished, test } from 'vitest'
import { MemoryStore } from '../../server/store/memory.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { createDocument, startServer } from '../harness/server.ts'

test('[J3] [B4] a commit that still gathers when somebody joins is not told as had: its broadcast brings the rest', async () => {
  const store = new MemoryStore()
  const server = await startServer({ store })
  onTestFinished(() => server.close())
  const document = await createDocument(server.url, { text: 'base' })
  const [ada, bob, cid] = [1, 2, 3].map(() => new RawClient(server.url)) as [RawClient, RawClient, RawClient]
  onTestFinished(() => {
    for (const client of [ada, bob, cid]) client.close()
  })
  await Promise.all([ada.join(document), bob.join(document)])
  const { queue, rooms } = server.app
  const send = async (client: RawClient, text: string) => {
    const { waitingParts } = queue.stats
    const answer = client.sendUpdate(client.edit((content) => content.insert(0, text)))
    await eventually(() => expect(queue.stats.waitingParts).toBe(waitingParts + 1))
    return () => answer
  }
  const release = store.hold()
  const answers = [await send(ada, 'written '), await send(ada, 'gathered ')]
  const joining = cid.join(document)
  await eventually(() => expect([...rooms.live()][0]?.sessions.size).toBe(3))
  answers.push(await send(bob, 'later '))
  release()
  expect(await Promise.all(answers.map((answer) => answer()))).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 3 }])
  expect(await joining).toMatchObject({ ok: true, seq: 2 })
  await eventually(() => expect(cid.of('update').at(-1)?.args[0]).toMatchObject({ from: 3, to: 3 }))
  cid.applyHeard()
  for (const part of ['written ', 'gathered ', 'later ']) expect(cid.text).toContain(part)
})
