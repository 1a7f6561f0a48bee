import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { textName } from '../../shared/protocol.ts'
import { createDocument, startServer, type TestDocument, type TestServer, textOnServer } from '../harness/server.ts'
import { replay, textOf } from './replay.ts'
import { causalPasts, parseTrace, type Trace, writeEdits } from './trace.ts'

const txn = (agent: number, parents: number[], ...patches: [number, number, string][]) => ({ agent, parents, patches })

/**
 * Three people. 0 writes "ac". 1 and 2 have seen that; 1 puts "b" between, 2 deletes "c" and says "!". Meanwhile 0 puts
 * "X" where 1 put "b": the same place at the same time, so 0 stands first. 2 sees all of it and ends with "?".
 */
const together: Trace = {
  kind: 'concurrent',
  startContent: '',
  endContent: 'aXb!?',
  agents: 3,
  txns: [
    txn(0, [], [0, 0, 'ac']),
    txn(1, [0], [1, 0, 'b']),
    txn(2, [0], [1, 1, '!']),
    txn(0, [0], [1, 0, 'X']),
    txn(2, [1, 2, 3], [4, 0, '?']),
  ],
}

const alone: Trace = parseTrace(
  JSON.stringify({
    startContent: '',
    endContent: 'Hello, world',
    txns: [{ patches: [[0, 0, 'Helo world']] }, { patches: [[3, 0, 'l']] }, { patches: [[5, 1, ', ']] }],
  }),
)

function merged(edits: { bytes: Uint8Array }[][]): string {
  const doc = new Y.Doc()
  for (const { bytes } of edits.flat().reverse()) Y.applyUpdate(doc, bytes)
  expect(doc.store.pendingStructs).toBeNull()
  return doc.getText(textName).toString()
}

test('an author has seen the edits that his edit names, and all that those had seen', () => {
  expect(causalPasts(together)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [2, 1, 1],
  ])
})

test('a trace whose author had not seen his own edits is refused', () => {
  const txns = [txn(0, [], [0, 0, 'a']), txn(0, [], [0, 0, 'b'])]
  expect(() => causalPasts({ ...together, txns })).toThrow('his own edits')
})

test('a trace that counts positions in anything but UTF-16 units is refused', () => {
  expect(() => parseTrace(JSON.stringify({ endContent: '😀', txns: [] }))).toThrow('beyond U+FFFF')
})

test('edits written on what each author had seen merge to the recorded text, in whatever order they arrive', () => {
  expect(merged(writeEdits(together, [11, 12, 13]))).toBe(together.endContent)
})

test('what was written in one place at a time stands in the order of the client ids', () => {
  expect(merged(writeEdits(together, [13, 12, 11]))).toBe('abX!?')
})

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

async function connect(document: TestDocument, count: number): Promise<Provider[]> {
  const providers = Array.from(
    { length: count },
    (_, i) =>
      new Provider({
        url: server.url,
        documentId: document.id,
        key: document.keys.edit,
        doc: new Y.Doc(),
        person: { name: `Person ${i}` },
        storage: 'none',
      }),
  )
  await Promise.all(providers.map((provider) => provider.whenSynced()))
  return providers
}

for (const [name, trace] of Object.entries({ alone, together })) {
  test(`[B1] a session recorded ${name} ends with the recorded text on every client, on the server and on disk`, async () => {
    const document = await createDocument(server.url)
    const providers = await connect(document, 4)
    await replay({ trace, providers })
    expect(await textOnServer(server.url, document)).toBe(trace.endContent)
    expect(providers.map(({ doc }) => doc.clientID)).toEqual(providers.map(({ clientId }) => clientId))
    await server.restart()
    expect(await textOnServer(server.url, document)).toBe(trace.endContent)
    expect(providers.map(textOf)).toEqual(providers.map(() => trace.endContent))
    await Promise.all(providers.map((provider) => provider.destroy()))
  })
}
