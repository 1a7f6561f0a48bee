// How the simulated people move, and how it is found again: an awareness update (y-protocols 1.0, awareness.js) with the state
// that y-codemirror.next shows of a person. The awareness clock counts the movements.
import { Reader, varuint } from './varuint.mjs'

/** The update that says that this client moved for the n-th time (from 0). */
export function cursorOf(client, n) {
  const place = { type: null, tname: null, item: { client, clock: n }, assoc: 0 }
  const state = Buffer.from(
    JSON.stringify({
      user: { name: 'Writer', color: '#30bced', colorLight: '#30bced33' },
      cursor: { anchor: place, head: place },
    }),
  )
  return Buffer.from([1, ...varuint(client), ...varuint(n + 1), ...varuint(state.length), ...state])
}

/** Calls `found(client, n)` for everybody whose state stands in an awareness update that lies at `start` in `buffer`. */
export function eachCursor(buffer, start, found) {
  const reader = new Reader(buffer, start)
  for (let states = reader.uint(); states > 0; states--) {
    const client = reader.uint()
    const clock = reader.uint()
    reader.skip()
    found(client, clock - 1)
  }
}
