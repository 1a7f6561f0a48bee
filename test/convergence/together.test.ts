// [J12] Two people open a document that nobody has open, at the same moment: the bug that splits documents in two.
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { eventually } from '../harness/eventually.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'

const times = process.env.LONG ? 1_000 : 100
/** Documents per life of the server: it takes so many new ones from one address. */
const perRound = 50
/** Pairs at the same time. */
const pairs = 10

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const contentOf = ({ doc }: Provider) => doc.getText('content')

/** Two people open it and write, each before or after they see what is there. Resolves with the text both end with. */
async function openTogether(document: TestDocument, random: Random): Promise<string> {
  const { id: documentId, keys } = document
  const people = ['Ada', 'Bob'].map((name) => {
    const options = { url: server.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name } }
    return new Provider({
      ...options,
      storage: 'none',
      socket: { transports: [random.pick(['websocket', 'polling'])] },
    })
  })
  const [ada, bob] = people as [Provider, Provider]
  try {
    await Promise.all(
      people.map(async (provider, i) => {
        if (random.chance(0.5)) await provider.whenSynced()
        contentOf(provider).insert(0, `<${i}>`)
        await provider.whenSaved()
      }),
    )
    await eventually(() => {
      expect(contentOf(ada).toString()).toBe(contentOf(bob).toString())
      expect(people.map((provider) => provider.people.length)).toEqual([2, 2])
    })
    const rooms = [...server.app.rooms.live()].filter((room) => room.id === documentId)
    expect(rooms.map((room) => room.sessions.size)).toEqual([2])
    return contentOf(ada).toString()
  } finally {
    await Promise.all(people.map((provider) => provider.destroy()))
  }
}

test(`[J12] two people who open a document at once are in one room and lose nothing, ${times} times`, () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    for (let done = 0; done < times; done += perRound) {
      await server.restart()
      const documents = await Promise.all(
        Array.from({ length: perRound }, () => createDocument(server.url, { text: 'base' })),
      )
      // Nobody has them open any more.
      await server.restart()
      expect(server.app.rooms.size).toBe(0)
      const texts = new Map<TestDocument, string>()
      for (let i = 0; i < perRound; i += pairs) {
        const some = documents.slice(i, i + pairs)
        await Promise.all(some.map(async (document) => texts.set(document, await openTogether(document, random))))
      }
      await server.restart()
      for (const [document, text] of texts) {
        for (const part of ['base', '<0>', '<1>']) expect(text.split(part)).toHaveLength(2)
        expect(await textOnServer(server.url, document)).toBe(text)
      }
    }
  }))
