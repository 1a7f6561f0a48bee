// Networks that do not let WebSockets through: everything works all the same, over HTTP long-polling [C1].
import { expect, onTestFinished, test } from 'vitest'
import { startTcpProxy, type TcpProxy, type UpgradeMode } from '../../simulate/tcp-proxy.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { connectionTrouble, type DocumentPage, openDocument } from '../harness/page-object.ts'
import { createDocument, textOnServer } from '../harness/server.ts'

const suite = browserSuite()

type Pair = { proxy: TcpProxy; behind: DocumentPage; direct: DocumentPage; text: () => Promise<string> }

/** One person behind a proxy that treats upgrades like this, and one who reaches the server as it is. */
async function pairWith(upgrades: UpgradeMode): Promise<Pair> {
  const proxy = await startTcpProxy(Number(new URL(suite.url).port))
  onTestFinished(() => proxy.close())
  proxy.set({ upgrades })
  const document = await createDocument(suite.url)
  const link = document.links.edit
  const [behind, direct] = await Promise.all([
    openDocument(suite.browser, link.replace(suite.url, proxy.url), { allow: [connectionTrouble] }),
    openDocument(suite.browser, link),
  ])
  return { proxy, behind, direct, text: () => textOnServer(suite.url, document) }
}

/** Text both ways, a cursor and the chat. */
async function expectEverythingWorks({ behind, direct, text }: Pair): Promise<void> {
  const before = await text()
  await behind.goTo('end')
  await behind.type('from behind ')
  await direct.expectText(`${before}from behind `)
  await direct.goTo('end')
  await direct.type('and back')
  await behind.expectText(`${before}from behind and back`)
  await direct.expectCaretBehind(await behind.ownName(), 'from behind ')
  await behind.openPanel('chat')
  await direct.openPanel('chat')
  const count = await direct.chatLog.locator('.chat-line').count()
  await behind.say(`line ${count + 1}`)
  await direct.chatLog.getByText(`line ${count + 1}`).waitFor()
  await direct.say(`line ${count + 2}`)
  await behind.chatLog.getByText(`line ${count + 2}`).waitFor()
  await behind.expectSaveState('Saved')
}

test.each([
  ['refuses', 'refuse'],
  ['swallows', 'silence'],
  ['cuts', 'close'],
] as const)('[C1] behind a proxy that %s WebSocket upgrades everything works', async (_does, upgrades) => {
  await expectEverythingWorks(await pairWith(upgrades))
})

test('[C1] a network that stops letting WebSockets through is got over, and nothing typed meanwhile is lost', async () => {
  const pair = await pairWith('pass')
  await pair.behind.type('over a WebSocket ')
  await pair.direct.expectText('over a WebSocket ')
  pair.proxy.set({ upgrades: 'refuse' })
  pair.proxy.cut()
  await pair.behind.type('then without ')
  await eventually(async () => expect(await pair.text()).toBe('over a WebSocket then without '))
  await expectEverythingWorks(pair)
})
