// The store alone: ours as the room uses it, with fsync, and y-leveldb as y-websocket's server uses it, without.
import { join } from 'node:path'
import { runLoad, temporaryFolder } from '../servers.mjs'

const columns = [
  { key: 'cpuPerAppend', title: 'CPU µs per edit', digits: 1, compare: 'CPU' },
  { key: 'appendsPerSecond', title: 'edits/s', digits: 0 },
  { key: 'bytesPerAppend', title: 'bytes on disk per edit', digits: 1, compare: 'bytes' },
  { key: 'bytesAtRest', title: 'once LevelDB has sorted them', digits: 1, compare: 'sorted bytes' },
  { key: 'reloadMs', title: 'ms to open the store and have the text', digits: 0, compare: 'ms to the text' },
  { key: 'reloadCpuMs', title: 'CPU ms for that', digits: 0 },
]
const leveldb = 'y-websocket + y-leveldb'

export const appends = ({ quick }) => ({
  name: 'appends',
  title: `keeping ${quick ? '20,000' : 'all 260,000'} edits of one history, as fast as they are kept, then loading it`,
  columns,
  goals: { [leveldb]: { cpuPerAppend: 0.15, bytesPerAppend: 0.25, bytesAtRest: 0.25 } },
  stored: true,
  only: ({ name }) => name === leveldb,
  async measure(contender, { out, trace }) {
    const folder = temporaryFolder(out)
    try {
      const store = contender.client === 'scriptorium' ? 'scriptorium' : 'y-leveldb'
      const { dist } = contender
      const editsMax = quick ? 20_000 : undefined
      const job = { store, dist, folder: join(folder.path, 'store'), history: { trace }, editsMax }
      return await runLoad('appends.mjs', job, { core: 'server' })
    } finally {
      folder.remove()
    }
  },
})
