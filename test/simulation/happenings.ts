// What each kind of step does.
import { limits } from '../../shared/limits.ts'
import type { VirtualDisk } from './disk.ts'
import { attack } from './hostile.ts'
import type { Step } from './steps.ts'
import { tabCount, type World } from './world.ts'

/** What the kind of a step does with its two numbers. */
export async function take(world: World, [kind, a, b]: Step): Promise<void> {
  const { random } = world.timeline
  const connections = [...world.network.connections]
  const connection = connections[a % Math.max(1, connections.length)]
  switch (kind) {
    case 'type':
      return world.writer(a).edit(b, a % 7 === 0 ? 1 + (b % 4) : 0, a % 11 === 0 ? 0 : 1 + (b % 3))
    case 'burst':
      for (let i = 0; i < 3 + (b % 4); i++) world.writer(a).edit(b + i, i % 4 === 3 ? 1 : 0, 1)
      return
    case 'flood':
      for (let i = 0; i < 20; i++) world.writer(a).edit(b * 7 + i * i, i % 5 === 4 ? 2 : 0, 1)
      return
    case 'cursor':
      world.tab(a).provider.awareness.setLocalStateField('idle', b % 2 === 0)
      return
    case 'chat':
      return world.say(world.writer(a))
    case 'chatter':
      for (let i = 0; i < 5; i++) world.say(world.writer(a + i * (b % 3)))
      return
    case 'whisper': {
      const other = world
        .writer(a)
        .provider.people.find((person) => person.clientId !== world.writer(a).provider.clientId)
      return world.say(world.writer(a), other?.personId)
    }
    case 'deleteLine': {
      const line = world.tab(0).provider.chat.messages.find(({ n }) => n !== undefined && n % 5 === b % 5)
      return ignoringRefusals(world.tab(0).provider.chat.delete(line?.n ?? 1))
    }
    case 'olderLines':
      return ignoringRefusals(world.tab(a).provider.chat.loadMore())
    case 'settings':
      return ignoringRefusals(world.writer(a).provider.setSettings({ title: `title ${b}` }))
    case 'rename':
      return world.tab(a).provider.setPerson({ name: `name ${b}`, color: b % 12 })
    case 'reload':
      world.end(a, b % 3 === 0 ? 'crash' : 'close')
      return void world.tab(a)
    case 'close':
    case 'crash':
      return world.end(a, kind)
    case 'offline':
      return world.tab(a).provider.disconnect()
    case 'online':
      return world.tab(a).provider.connect()
    case 'cut':
      return connection?.cut({ losesUp: b % 2 === 0, losesDown: b % 4 < 2 })
    case 'cutAll':
      for (const one of connections) one.cut({ losesUp: random.chance(0.5), losesDown: random.chance(0.5) })
      return
    case 'halfOpen':
      return connection?.halfOpen()
    case 'stall':
      if (connection !== undefined) connection.down.isHolding = true
      return
    case 'flow':
      for (const one of connections) one.down.release()
      return
    case 'unplug':
      world.network.isUp = false
      world.timeline.at(world.timeline.now + b * 5, () => {
        world.network.isUp = true
      })
      for (const one of connections) one.halfOpen()
      return
    case 'slowNetwork':
      world.network.latency = { least: 5, most: 400 }
      return
    case 'fastNetwork':
      world.network.latency = { least: 0.1, most: 1 }
      return
    case 'loseBroadcast':
      if (connection !== undefined) connection.losesBroadcasts += 1 + (b % 2)
      return
    case 'emptyBroadcast':
      // Once in a life: a page that differs again right after it was healed gives up, as it should.
      if (world.network.hasEmptied) return
      world.network.hasEmptied = true
      if (connection !== undefined) connection.emptiesBroadcasts += 1
      return
    case 'kill':
      return world.killServer(b, undefined)
    case 'powerCut':
      return world.killServer(b, a % 2)
    case 'drain':
      return world.drainServer(b)
    case 'diskFull':
    case 'fsyncFails':
    case 'unreadable':
      return trouble(
        world,
        kind === 'diskFull' ? 'full' : kind === 'fsyncFails' ? 'fsync' : kind,
        b * (b % 5 === 0 ? 30 : 3),
      )
    case 'slowDisk':
      world.disk.slownessMs = 80
      return
    case 'fastDisk':
      world.disk.slownessMs = 1
      return
    case 'compact':
      void world.server?.rooms.compactAll(1_000)
      return
    case 'compactSoon':
      for (const room of world.server?.rooms.live() ?? []) room.compactAtSeq = room.committedSeq + 1
      return
    case 'everybodyLeaves':
      for (let i = 0; i < tabCount; i++) world.end(i, b % 2 === 0 ? 'crash' : 'close')
      return world.pass(limits.roomIdleMs + b * 10)
    case 'loseRecord':
      return world.loseRecord(a, b)
    case 'attack':
      return attack(a * 1_000 + b, {
        network: world.network,
        server: () => world.server,
        documentId: world.document.id,
        key: a % 5 === 0 ? world.document.view : world.document.edit,
      })
    case 'look':
      world.checkSessions()
      return world.checkPromises('in between')
  }
}

/** What a person would see and could do again. */
function ignoringRefusals(asked: Promise<unknown>): void {
  asked.catch(() => undefined)
}

function trouble(world: World, trouble: VirtualDisk['trouble'], ms: number): void {
  world.disk.trouble = trouble
  world.timeline.at(world.timeline.now + ms, () => {
    if (world.disk.trouble === trouble) world.disk.trouble = 'none'
  })
}
