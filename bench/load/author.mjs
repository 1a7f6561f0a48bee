// Somebody who writes a document with its history, before others come to it.
import * as Y from 'yjs'
import { readHistory } from './history.mjs'

/** What one packet brings at most while a history is written, and how fast: the rate of every client is bounded. */
const [editsPerUpdate, lengthPerUpdate, paceMs] = [500, 20_000, 12]
const settleMs = 1_000
const arrivedMsMax = 60_000

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export function textOf(state) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  return doc.getText('content').toString()
}

/**
 * Writes the history (history.mjs), and sees that it arrived. `connect()` makes a client of the room. Resolves with the
 * client, which stays, because some servers forget a document in which nobody is; with what it wrote; and with how many edits
 * that took.
 */
export async function writeHistory(connect, history) {
  const { patches, endContent } = readHistory(history)
  const client = connect()
  await client.join()
  const doc = new Y.Doc()
  doc.clientID = client.client
  let [updates, length] = [[], 0]
  doc.on('update', (update) => updates.push(update))
  const send = async () => {
    if (updates.length > 0) client.send(Buffer.from(Y.mergeUpdates(updates)))
    updates = []
    length = 0
    await sleep(paceMs)
  }
  const text = doc.getText('content')
  for (const [position, deleted, inserted] of patches) {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
    length += inserted.length
    if (updates.length >= editsPerUpdate || length >= lengthPerUpdate) await send()
  }
  await send()
  const written = text.toString()
  if (endContent !== undefined && written !== endContent) throw new Error('not the text that was recorded')
  await arrived(connect, written)
  if (client.refusals > 0) throw new Error(`refused: ${client.refusal}`)
  return { client, doc, edits: patches.length }
}

/** Somebody who joins gets all of it. */
async function arrived(connect, written) {
  for (const end = performance.now() + arrivedMsMax; performance.now() < end; await sleep(settleMs)) {
    const reader = connect()
    const state = await reader.join()
    reader.close()
    if (textOf(state) === written) return
  }
  throw new Error('the text that was written did not arrive')
}

/** So many places, spread over the text, each as the ids, [client, clock], of the letters on both sides of it. */
export function placesIn(doc, count) {
  const text = doc.getText('content')
  const idAt = (index) => {
    const { client, clock } = Y.createRelativePositionFromTypeIndex(text, index).item
    return [client, clock]
  }
  return Array.from({ length: count }, (_, i) => {
    const index = 1 + Math.floor(((text.length - 1) * i) / count)
    return [idAt(index - 1), idAt(index)]
  })
}
