// Rooms of people who all do the same: the workloads that differ in nothing but numbers.
import { cpu, delivered, loadCore, missing, p50, p95, p99, perConnection, resident, serverCore } from './columns.mjs'
import { onePhase, runCrowds } from './crowds.mjs'

const columns = [cpu, p50, p95, p99, delivered, serverCore, resident, perConnection, missing, loadCore]
const verbs = { type: 'edits', move: 'movements' }

/** `goals`: by contender and figure, what ours divided by theirs shall be at most. */
function together(name, { rooms = 1, writersPerRoom, perSecond, activity = 'type' }, times, goals = {}) {
  const where = rooms === 1 ? '1 room' : `${rooms} rooms`
  const crowds = [{ name: 'all', rooms, writersPerRoom, perSecond, activity }]
  return {
    name,
    title: `${where} × ${writersPerRoom} people × ${perSecond} ${verbs[activity]}/s`,
    point: { rooms, writersPerRoom, perSecond, activity },
    columns,
    goals,
    measure: async (contender, context) =>
      onePhase(await runCrowds(contender, { crowds, phases: [{ name: 'all', ...times }] }, context)),
  }
}

export const hot = (times) => [
  together('hot', { writersPerRoom: 200, perSecond: 5 }, times, {
    'socket-io-relay': { cpuPerMillion: 0.12 },
    'y-socket-io': { cpuPerMillion: 0.12 },
    'y-websocket': { cpuPerMillion: 0.28 },
    'ws-relay': { cpuPerMillion: 0.35 },
    'hocuspocus-4': { cpuPerMillion: 0.42 },
    'hocuspocus-4 flush 20': { cpuPerMillion: 0.85, p99: 1 },
  }),
]

export const many = (times) => [
  together('many', { rooms: 200, writersPerRoom: 3, perSecond: 5 }, times, {
    'y-websocket': { cpuPerMillion: 0.75 },
    'hocuspocus-4': { cpuPerMillion: 0.55 },
  }),
]

export const cursors = (times) => [
  together('cursors', { writersPerRoom: 100, perSecond: 10, activity: 'move' }, times, {
    'hocuspocus-4': { cpuPerMillion: 0.28 },
    'hocuspocus-4 flush 50': { cpuPerMillion: 0.45 },
  }),
]

export const quiet = (times) => [
  together('quiet', { writersPerRoom: 10, perSecond: 5 }, times, { 'hocuspocus-4': { p50: 1 } }),
]

export const full = (times) => [
  together('hot-400', { writersPerRoom: 400, perSecond: 5 }, times),
  together('calm-400', { writersPerRoom: 400, perSecond: 1 }, times),
]

/** Only what speaks Socket.IO can be polled; y-socket.io's own client insists on WebSocket. */
export const polling = (times) => [
  {
    name: 'polling',
    title: '1 room × 20 people × 5 edits/s, by HTTP long-polling',
    columns,
    only: ({ client }) => client === 'socket-io-relay',
    async measure(contender, context) {
      const crowds = [{ name: 'all', rooms: 1, writersPerRoom: 20, perSecond: 5, activity: 'type' }]
      return onePhase(await runCrowds(contender, { crowds, phases: [{ name: 'all', ...times }], polls: true }, context))
    },
  },
]

/** Points between, for the curves. */
export const further = (times) => [
  { ...together('hot-stored', { writersPerRoom: 200, perSecond: 5 }, times), stored: true, point: undefined },
  together('hot-10', { writersPerRoom: 10, perSecond: 5 }, times),
  together('hot-50', { writersPerRoom: 50, perSecond: 5 }, times),
  together('hot-100', { writersPerRoom: 100, perSecond: 5 }, times),
  together('hot-200x20', { writersPerRoom: 200, perSecond: 20 }, times),
  together('hot-200x40', { writersPerRoom: 200, perSecond: 40 }, times),
  together('many-50', { rooms: 50, writersPerRoom: 3, perSecond: 5 }, times),
  together('many-400', { rooms: 400, writersPerRoom: 3, perSecond: 5 }, times),
  together('many-1000', { rooms: 1_000, writersPerRoom: 2, perSecond: 5 }, times),
  together('cursors-200', { writersPerRoom: 200, perSecond: 10, activity: 'move' }, times),
]
