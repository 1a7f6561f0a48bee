// Found by test/convergence/random.test.ts: a page that did not know of somebody for good.
import { expect, test } from 'vitest'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { script, start } from '../harness/scripted-server.ts'

const bob = {
  clientId: (2 ** 31) as ClientId,
  personId: 'bob' as PersonId,
  name: 'Bob',
  color: 1,
  role: 'edit',
} as const

test('[P3] who comes between the making of a join answer and its arrival is not forgotten', async () => {
  script.onJoin = (_request, socket) => {
    socket.emit('presence', { joined: [bob] })
    return { people: [] }
  }
  const provider = start()
  await provider.whenSynced()
  expect(provider.people).toEqual([bob])
})
