// What a connection and a room cost in memory while nothing happens.
import { join } from 'node:path'
import { runLoad, temporaryFolder } from '../servers.mjs'
import { makeRooms } from './crowds.mjs'

const columns = [
  { key: 'kBPerConnection', title: 'kB per connection', digits: 1, compare: 'connection' },
  { key: 'kBPerRoom', title: 'kB per room, beside its connection', digits: 1 },
  { key: 'residentPerConnection', title: 'resident kB per connection', digits: 0 },
  { key: 'emptyMB', title: 'resident MB with hardly anybody', digits: 0 },
]

/** What the server holds with hardly anybody, and with `connections` more in `roomCount` rooms. */
async function holding(contender, { out }, connections, roomCount) {
  const folder = temporaryFolder(out)
  try {
    const report = join(folder.path, 'memory')
    const collector = new URL(`../peers/collect-garbage.mjs?report=${encodeURIComponent(report)}`, import.meta.url)
    const nodeArgs = ['--expose-gc', '--import', collector.href]
    const server = await contender.start({ folder: join(folder.path, 'data'), nodeArgs })
    try {
      const rooms = await makeRooms(contender, server.port, roomCount)
      const { client, shared } = contender
      const job = { client, shared, port: server.port, serverPid: server.pid, rooms, connections, report }
      return await runLoad('idle.mjs', job)
    } finally {
      await server.stop()
    }
  } finally {
    folder.remove()
  }
}

export const memory = ({ quick }) => {
  const connections = quick ? 200 : 900
  return {
    name: 'memory',
    title: `${connections} connections that do nothing, in one room and each in its own`,
    columns,
    goals: { 'hocuspocus-4': { kBPerConnection: 1 } },
    async measure(contender, context) {
      const together = await holding(contender, context, connections, 1)
      const apart = await holding(contender, context, connections, connections)
      const perConnection = (figure) => (together.full[figure] - together.empty[figure]) / connections
      return {
        kBPerConnection: perConnection('liveKB'),
        kBPerRoom: (apart.full.liveKB - apart.empty.liveKB) / connections - perConnection('liveKB'),
        residentPerConnection: perConnection('residentKB'),
        emptyMB: together.empty.residentKB / 1024,
      }
    },
  }
}
