// Whom somebody follows, and who is typing: told by the server, which believes neither blindly.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Provider } from '../../client/sync/provider.ts'
import { limits } from '../../shared/limits.ts'
import type { PresenceChanges, ShownPresence } from '../../shared/protocol.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { openProvider } from '../harness/provider.ts'
import { createDocument, startServer, type TestDocument, type TestServer } from '../harness/server.ts'

let server: TestServer
const clients: RawClient[] = []
const providers: Provider[] = []
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  for (const client of clients) client.close()
  await Promise.all(providers.map((provider) => provider.destroy()))
  await server.close()
})

async function enter(document: TestDocument, role: 'own' | 'edit' | 'view' = 'edit', secret?: string) {
  const client = new RawClient(server.url)
  clients.push(client)
  const person = { secret: secret ?? client.secret, name: 'Tester', color: 1 }
  expect(await client.join(document, { role, request: { person } })).toMatchObject({ ok: true })
  return client
}
const idOf = (client: RawClient) => client.joined!.clientId

/** The last that `reader` was told of `who`. */
function shownOf(reader: RawClient, who: RawClient): ShownPresence | undefined {
  const changes = reader.heard.flatMap(({ event, args }) => {
    if (event === 'presence') return [args[0] as PresenceChanges]
    return event === 'update' ? [(args[0] as { presence?: PresenceChanges }).presence ?? {}] : []
  })
  const states = [...(reader.joined?.presence ?? []), ...changes.flatMap((one) => one.states ?? [])]
  return states.findLast(([id]) => id === idOf(who))?.[1]
}
const rest = { cursor: null, idle: false }

test('[P6] the followed person and the others see who follows, later ones too, until one of them goes', async () => {
  const document = await createDocument(server.url)
  const [ada, bob, eve] = [await enter(document, 'view'), await enter(document), await enter(document)]
  ada.socket.emit('presence', { ...rest, following: idOf(bob) })
  for (const one of [bob, eve]) {
    await eventually(() => expect(shownOf(one, ada)).toEqual({ ...rest, following: idOf(bob) }))
  }
  const late = await enter(document)
  expect(shownOf(late, ada)).toEqual({ ...rest, following: idOf(bob) })
  bob.close()
  await eventually(() => expect(shownOf(eve, ada)).toEqual(rest))
})

test('[P6] somebody who declines is not followed, whatever a page says', async () => {
  const document = await createDocument(server.url)
  const [ada, bob, eve] = [await enter(document), await enter(document), await enter(document)]
  const bobsTab = await enter(document, 'view', bob.secret)
  ada.socket.emit('presence', { ...rest, following: idOf(bob) })
  await eventually(() => expect(shownOf(eve, ada)).toEqual({ ...rest, following: idOf(bob) }))
  bobsTab.socket.emit('presence', { ...rest, noFollow: true })
  await eventually(() => expect(shownOf(eve, ada)).toEqual(rest))
  expect(shownOf(ada, bobsTab)).toEqual({ ...rest, noFollow: true })
  for (const target of [bob, bobsTab]) ada.socket.emit('presence', { ...rest, following: idOf(target) })
  ada.socket.emit('presence', { ...rest, idle: true, following: idOf(bob) })
  await eventually(() => expect(shownOf(eve, ada)).toEqual({ ...rest, idle: true }))
  expect(JSON.stringify(eve.heard).split('"following"')).toHaveLength(2)
})

test('[P2] a `following` that is no client id spoils only its own packet', async () => {
  const document = await createDocument(server.url)
  const [ada, bob] = [await enter(document), await enter(document)]
  for (const following of ['x', -1, 0, 2 ** 32, 1.5, null, {}, [idOf(bob)]]) {
    ada.socket.emit('presence', { cursor: null, idle: true, following })
  }
  ada.socket.emit('presence', { cursor: null, idle: true, noFollow: 'yes' })
  ada.socket.emit('presence', { ...rest, following: idOf(ada) })
  await eventually(() => expect(shownOf(bob, ada)).toEqual(rest))
  expect(JSON.stringify(bob.heard)).not.toContain('"idle":true')
})

test('[P7] who is typing is shown until the line comes; viewers, strangers and floods are shown as nothing', async () => {
  const document = await createDocument(server.url)
  const [ada, bob, viewer] = [await enter(document), await enter(document), await enter(document, 'view')]
  const stranger = new RawClient(server.url)
  clients.push(stranger)
  await stranger.connected()
  stranger.socket.emit('typing')
  viewer.socket.emit('typing')
  for (let i = 0; i < limits.typingBurst * 4; i++) ada.socket.emit('typing', { for: idOf(bob), forever: true })
  await eventually(() => expect(shownOf(bob, ada)).toEqual({ ...rest, typing: true }))
  expect((await enter(document)).joined!.presence).toEqual([[idOf(ada), { ...rest, typing: true }]])
  await ada.ask('chat', { id: 'a', text: 'done' })
  // At once, not when its time is over.
  const room = [...server.app.rooms.live()].find(({ id }) => id === document.id)!
  expect([...room.sessions].map(({ shown }) => shown?.typing)).toEqual([undefined, undefined, undefined, undefined])
  await eventually(() => expect(shownOf(bob, ada)).toEqual(rest))
  expect(shownOf(bob, viewer)).toBeUndefined()
  expect([ada, viewer, stranger].map((one) => one.hasEnded)).toEqual([false, false, false])
})

test('[P6] [P7] providers carry both in their awareness', async () => {
  const document = await createDocument(server.url)
  const ada = openProvider(server.url, document, 'edit', 'Ada')
  const bob = openProvider(server.url, document, 'view', 'Bob')
  providers.push(ada, bob)
  await Promise.all([ada.whenSynced(), bob.whenSynced()])
  const seen = (by: Provider, whom: Provider) => by.awareness.getStates().get(whom.clientId!)
  await eventually(() => expect(seen(bob, ada)).toBeDefined())
  ada.chat.typing()
  bob.awareness.setLocalStateField('following', ada.clientId)
  await eventually(() => expect(seen(bob, ada)).toMatchObject({ typing: true, user: { name: 'Ada' } }))
  await eventually(() => expect(seen(ada, bob)).toMatchObject({ following: ada.clientId }))
  await ada.chat.send('typed')
  await eventually(() => expect(seen(bob, ada)).not.toHaveProperty('typing'))
  ada.awareness.setLocalStateField('noFollow', true)
  await eventually(() => expect(seen(bob, ada)).toMatchObject({ noFollow: true }))
  await eventually(() => expect(seen(ada, bob)).not.toHaveProperty('following'))
})
