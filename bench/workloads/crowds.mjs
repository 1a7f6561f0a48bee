// Runs crowds of simulated people against one server and hands out what was measured of each phase.
import { cpSync } from 'node:fs'
import { createDocuments, runLoad, temporaryFolder } from '../servers.mjs'

/**
 * Resolves with the report of load/writers.mjs. `crowds`: see load/crowd.mjs, `rooms` being a number here; the first is the
 * one whose latency counts. `phases`: see load/writers.mjs. `kept`: a document that is there already, with its folder. `history`
 * (load/history.mjs): how the document of the first room came to be before its people come. `polls`: by HTTP long-polling.
 */
export async function runCrowds(
  contender,
  { crowds, phases, endAtP99Ms, kept, history, polls = false },
  { out, nodeArgs },
) {
  const folder = temporaryFolder(out)
  try {
    if (kept !== undefined) cpSync(kept.folder.path, folder.path, { recursive: true })
    const server = await contender.start({ folder: folder.path, nodeArgs })
    try {
      const rooms = await makeRooms(
        contender,
        server.port,
        crowds.reduce((sum, crowd) => sum + crowd.rooms, 0),
      )
      return await runLoad('writers.mjs', {
        client: polls ? `${contender.client} polling` : contender.client,
        shared: contender.shared,
        port: server.port,
        serverPid: server.pid,
        crowds: crowds.map((crowd) => ({ ...crowd, rooms: rooms.splice(0, crowd.rooms) })),
        phases,
        endAtP99Ms,
        history,
        visited: kept?.room,
      })
    } finally {
      await server.stop()
    }
  } finally {
    folder.remove()
  }
}

let namesGiven = 0

/** Peers make a document when somebody opens it: a name that was not used is enough. */
export async function makeRooms(contender, port, count) {
  if (contender.client === 'scriptorium') return await createDocuments(port, count)
  return Array.from({ length: count }, () => ({ id: `room-${namesGiven++}` }))
}

/** Figures of a run with one phase. */
export function onePhase({ phases, ...rest }) {
  const { name: _name, ...figures } = phases[0]
  return { ...figures, ...rest }
}
