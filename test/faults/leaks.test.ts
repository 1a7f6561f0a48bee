// What was opened is let go: rooms, sessions and connections leave nothing behind in a server that runs for months.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryStore } from '../../server/store/memory.ts'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { isLong, report } from '../harness/figures.ts'
import { heapBytes } from '../harness/heap.ts'
import { addressOf, createDocument, startServer, type TestServer } from '../harness/server.ts'

let clock: JumpingClock
let server: TestServer
beforeAll(async () => {
  clock = new JumpingClock()
  server = await startServer({ clock, store: createMemoryStore(), trustedProxies: 1 })
})
afterAll(() => server.close())

let addresses = 0
/** Somebody opens a new document, writes, and is gone; the room closes. */
async function visit(count: number): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const document = await createDocument(server.url, {}, addressOf(addresses + i))
        const client = new RawClient(server.url)
        await client.join(document)
        await client.type('somebody was here')
        client.close()
      }),
    )
    addresses += 20
    await eventually(() => expect(server.app.rooms.sessionCount).toBe(0))
    clock.jump(limits.roomIdleMs + 10)
    await eventually(() => expect(server.app.rooms.size).toBe(0))
  }
}

test('rooms and connections that come and go leave no memory behind', async () => {
  await visit(60)
  const before = await heapBytes()
  const count = isLong ? 10_000 : 120
  await visit(count)
  const perVisit = ((await heapBytes()) - before) / count
  const connections = await new Promise((resolve) => server.app.httpServer.getConnections((_, n) => resolve(n)))
  expect(connections).toBeLessThan(30)
  // A room with its session is some 30 kB; what the store in memory keeps of each document is below 2 kB.
  expect(perVisit, 'bytes of heap that stay per room and connection').toBeLessThan(8_000)
  report('leaks', {
    'rooms and connections opened and closed': count,
    'heap that stays per visit, bytes (with its document)': perVisit,
    'rooms left': server.app.rooms.size,
    'sessions left': server.app.rooms.sessionCount,
  })
})
