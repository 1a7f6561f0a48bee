// Two honest sessions in a document, who can tell afterwards whether anything was done to it or to them.
import { expect } from 'vitest'
import { RawClient } from './client.ts'
import { eventually } from './eventually.ts'
import { apiGet, createDocument, type TestDocument, textOnServer } from './server.ts'

export type Witnesses = {
  document: TestDocument
  ada: RawClient
  bob: RawClient
  /** Nothing was stored or relayed since, nobody was ended, and what one types still reaches the other. */
  unharmed(): Promise<void>
  close(): void
}

export async function callWitnesses(url: string, text = 'Hello'): Promise<Witnesses> {
  const document = await createDocument(url, { text })
  const [ada, bob] = [new RawClient(url), new RawClient(url)]
  for (const one of [ada, bob]) expect(await one.join(document)).toMatchObject({ ok: true })
  let seq = ada.joined!.seq
  let heard = 0
  return {
    document,
    ada,
    bob,
    async unharmed() {
      expect(bob.of('update').length, 'updates relayed to bob').toBe(heard)
      expect(ada.of('update').length, 'updates relayed to ada').toBe(0)
      expect(await textOnServer(url, document)).toBe(ada.text)
      expect(await apiGet(url, `/api/documents/${document.id}`, document.keys.view)).toMatchObject({ seq })
      expect(await ada.type('.')).toMatchObject({ seq: seq + 1, alone: true })
      await eventually(() => expect(bob.of('update')).toHaveLength(heard + 1))
      heard++
      seq++
      bob.applyHeard()
      expect(bob.text).toBe(ada.text)
      expect([ada.of('closed'), bob.of('closed'), ada.of('resync'), bob.of('resync')]).toEqual([[], [], [], []])
      expect([ada.socket.connected, bob.socket.connected]).toEqual([true, true])
    },
    close() {
      ada.close()
      bob.close()
    },
  }
}
