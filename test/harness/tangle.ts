// Updates that are cheap one after the other and make a document that takes long to build: text without neighbours, of a
// client that Yjs reads after the one that wrote the rest. Each piece is then looked for among all of that.
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { textName } from '../../shared/protocol.ts'

/** As many as our own client sends. */
const structsPerUpdate = 500

/**
 * Yjs v1 updates in the order in which they are sent, each by one of three clients with ids in ascending order: one
 * letter, so many `pieces`, and `structs` of text before the letter. Building the document passes their product.
 */
export function tangle(clients: readonly number[], pieces: number, structs: number): [client: number, Uint8Array][] {
  const [lowest, middle, highest] = clients as [number, number, number]
  const letter = new Y.Doc()
  letter.clientID = lowest
  letter.getText(textName).insert(0, '.')
  const start = Y.encodeStateAsUpdate(letter)
  const all: [number, Uint8Array][] = [[lowest, start]]
  for (let clock = 0; clock < pieces; clock += structsPerUpdate) {
    all.push([middle, withoutNeighbours(middle, clock, Math.min(structsPerUpdate, pieces - clock))])
  }
  const text = new Y.Doc()
  text.clientID = highest
  Y.applyUpdate(text, start)
  text.on('update', (bytes: Uint8Array) => all.push([highest, bytes]))
  for (let done = 0; done < structs; done += structsPerUpdate) {
    text.transact(() => {
      for (let i = done; i < done + structsPerUpdate; i++) text.getText(textName).insert(i === 0 ? 0 : 1, 'x')
    })
  }
  return all
}

/** Letters with nothing to their left and nothing to their right (yjs 13.6 src/structs/Item.js, write). */
function withoutNeighbours(client: number, clock: number, count: number): Uint8Array {
  const stringInRoot = 4
  const encoder = encoding.createEncoder()
  for (const number of [1, count, client, clock]) encoding.writeVarUint(encoder, number)
  for (let i = 0; i < count; i++) {
    encoding.writeUint8(encoder, stringInRoot)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, textName)
    encoding.writeVarString(encoder, 'o')
  }
  encoding.writeVarUint(encoder, 0)
  return encoding.toUint8Array(encoder)
}
