// Twenty people in one document that is long already, or that has been worked on for long: what grows with either.
import { cpu, delivered, loadCore, missing, p50, p95, p99, resident, serverCore } from './columns.mjs'
import { onePhase, runCrowds } from './crowds.mjs'

const columns = [cpu, p50, p95, p99, delivered, serverCore, resident, missing, loadCore]
const [writersPerRoom, perSecond] = [20, 5]
/** About what is left of a history, characters: its length shall not be a matter of the text's. */
const textMax = 2_000
const relays = ['ws-relay', 'socket-io-relay']

function grown(name, { what, point, history }, times) {
  return {
    name,
    title: `1 room × ${writersPerRoom} people × ${perSecond} edits/s in a document with ${what}`,
    point,
    columns,
    // They keep no document that could grow.
    only: ({ client }) => !relays.includes(client),
    async measure(contender, context) {
      const crowds = [{ name: 'all', rooms: 1, writersPerRoom, perSecond, activity: 'type' }]
      return onePhase(await runCrowds(contender, { crowds, phases: [{ name: 'all', ...times }], history }, context))
    },
  }
}

/** Characters, below what Scriptorium takes at most with all that is typed meanwhile; and edits. */
const sizes = { '1k': 1_000, '30k': 30_000, '300k': 300_000, '3M': 3_000_000 }
const edits = { 100: 100, '3k': 3_000, '30k': 30_000, '260k': 260_000 }

export const ofSize = (times) =>
  Object.entries(sizes).map(([name, length]) =>
    grown(
      `size-${name}`,
      { what: `${length.toLocaleString('en')} characters`, point: { size: length }, history: { length } },
      times,
    ),
  )

export const ofHistory = (times) =>
  Object.entries(edits).map(([name, made]) =>
    grown(
      `history-${name}`,
      {
        what: `${made.toLocaleString('en')} edits behind it`,
        point: { history: made },
        history: { edits: made, textMax },
      },
      times,
    ),
  )
