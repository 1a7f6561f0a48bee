import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { JumpingClock } from '../harness/fake-clock.ts'
import { report } from '../harness/figures.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let clock: JumpingClock
let server: TestServer
let document: TestDocument
let clients: RawClient[]
beforeEach(async () => {
  clock = new JumpingClock()
  server = await startServer({ clock })
  document = await createDocument(server.url, { text: 'Hello\n' })
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function enter(transports = ['websocket']): Promise<RawClient> {
  const client = new RawClient(server.url, { transports })
  clients.push(client)
  await client.join(document)
  return client
}

type Transport = { ws?: { pause(): void; resume(): void }; poll(): void; _poll(): void }
const transportOf = (client: RawClient) => (client.socket.io.engine as unknown as { transport: Transport }).transport

/** Stops taking what the server sends: leaves it in the TCP connection, or asks for no more. Returns the way back. */
function stopReading(client: RawClient): () => void {
  const transport = transportOf(client)
  if (transport.ws !== undefined) {
    transport.ws.pause()
    return () => transport.ws?.resume()
  }
  const ask = transport._poll.bind(transport)
  let asked = false
  transport._poll = () => {
    asked = true
  }
  return () => {
    transport._poll = ask
    if (asked) ask()
  }
}

const staleCount = async () => {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^scriptorium_sessions_stale_total (\d+)$/m.exec(metrics)?.[1])
}

const chunk = 'what somebody pastes again and again\n'.repeat(5_000)

/** Writes and deletes until a session is marked stale; the sockets of this machine take some megabytes before that. */
async function flood(writers: RawClient[]): Promise<number> {
  let bytes = 0
  for (let round = 0; (await staleCount()) === 0; round++) {
    const writer = writers[round % writers.length]!
    await writer.join(document)
    await writer.type(chunk)
    const gone = writer.edit((text) => text.delete(0, text.length))
    expect(await writer.sendUpdate(gone)).toMatchObject({ ok: true })
    bytes += chunk.length
  }
  return bytes
}

const bytesHeard = (client: RawClient) =>
  client.of('update').reduce((sum, { args }) => sum + (args[1] as Uint8Array).length, 0)
const roomSize = () => [...server.app.rooms.live()].find(({ id }) => id === document.id)?.sessions.size

for (const transports of [['websocket'], ['polling']]) {
  describe(`[B8] a session that stops reading over ${transports}`, () => {
    test('gets nothing more once it is stale, others get all; drained it is told resync and has it all', async () => {
      const [reader, slow] = [await enter(), await enter(transports)]
      const writers = [await enter(), await enter(), await enter()]
      const resume = stopReading(slow)
      const writtenBytes = await flood(writers)
      const markedAt = bytesHeard(reader)
      for (const writer of writers) {
        await writer.join(document)
        await writer.type(chunk)
      }
      const last = await writers[0]!.type('the end')
      await eventually(() => {
        expect((reader.of('update').at(-1)!.args[0] as { to: number }).to).toBe(last.seq)
      })
      expect(bytesHeard(reader)).toBeGreaterThan(markedAt + 2 * chunk.length)
      expect(slow.of('resync')).toEqual([])
      resume()
      await eventually(() => expect(slow.of('resync')).toMatchObject([{ args: [{ reason: 'drained' }] }]))
      // What was written after it had been marked never came.
      expect(bytesHeard(slow)).toBeLessThan(bytesHeard(reader) - 2 * chunk.length)
      const pieces: Uint8Array[] = []
      slow.socket.on('slice', (_header: object, bytes: Uint8Array, answer: () => void) => {
        pieces.push(bytes)
        answer()
      })
      const answer = await slow.join(document)
      expect(answer).toMatchObject({ ok: true, seq: last.seq })
      expect(answer.ok && answer.people).toHaveLength(5)
      await writers[1]!.join(document)
      await writers[1]!.type('!')
      await eventually(() => expect((slow.of('update').at(-1)!.args[0] as { to: number }).to).toBe(last.seq + 1))
      report(`slow reader (${transports.join(', ')})`, {
        'written until it was left out, MB': writtenBytes / 1024 / 1024,
        'sent to it, MB': bytesHeard(slow) / 1024 / 1024,
        'sent to others meanwhile, MB': bytesHeard(reader) / 1024 / 1024,
      })
    })

    test('is closed after staleMsMax, and nobody else is', async () => {
      const [reader, slow] = [await enter(), await enter(transports)]
      const writers = [await enter(), await enter(), await enter()]
      const resume = stopReading(slow)
      await flood(writers)
      expect(roomSize()).toBe(5)
      clock.jump(limits.staleMsMax + 2 * limits.queueSampleMs)
      await eventually(() => expect(roomSize()).toBe(4))
      resume()
      await slow.disconnected()
      await writers[0]!.join(document)
      const { seq } = await writers[0]!.type('on we go')
      await eventually(() => expect((reader.of('update').at(-1)!.args[0] as { to: number }).to).toBe(seq))
    })
  })
}

test('[P6] a fast reader never becomes stale, whatever is written', async () => {
  const [reader, writer] = [await enter(), await enter()]
  let last = 0
  for (let i = 0; i < 30; i++) {
    last = (await writer.type(chunk.slice(0, 100_000))).seq
    await eventually(() => expect((reader.of('update').at(-1)!.args[0] as { to: number }).to).toBe(last))
  }
  expect(reader.of('resync')).toEqual([])
  expect(await staleCount()).toBe(0)
})
