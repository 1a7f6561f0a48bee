// What has to be true: of the disk at every moment, of the living server, and of everything once it is quiet.
import * as Y from 'yjs'
import type { Room } from '../../server/room.ts'
import { prefixRange } from '../../server/store/key.ts'
import type { Store } from '../../server/store/store.ts'
import { replay, UpdateLog } from '../../server/update-log.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { textName } from '../../shared/protocol.ts'
import type { Tab } from './tab.ts'
import type { VirtualServer } from './virtual-server.ts'

export type Complain = (words: string) => void

/** Reads a document as a server that starts now would; complains about a log that is not whole. */
export async function readDisk(store: Store, id: DocumentId, complain: Complain): Promise<string> {
  const log = new UpdateLog(store)
  const loaded = await log.load(id)
  if (loaded.damage !== undefined) complain(`the log on disk is damaged: ${loaded.damage.message}`)
  const doc = replay(loaded)
  if (hasPending(doc)) complain('something is pending in what is on disk')
  await checkJournal(log, id, doc, complain)
  const text = doc.getText(textName).toString()
  doc.destroy()
  return text
}

/** Every record since the first: without holes, and together the same as snapshot and tail, also at the snapshot. */
async function checkJournal(log: UpdateLog, id: DocumentId, whole: Y.Doc, complain: Complain): Promise<void> {
  const { snapshot } = await log.load(id)
  const replayed = new Y.Doc()
  let seq = 0
  if (snapshot?.seq === 0) complain('there is a snapshot of nothing')
  for await (const record of log.records(id)) {
    if (record.seq !== seq + 1) complain(`commit ${record.seq} follows ${seq}`)
    seq = record.seq
    for (const part of record.parts) Y.applyUpdate(replayed, part.bytes)
    if (hasPending(replayed)) complain(`commit ${seq} cannot be applied to those before it`)
    if (seq !== snapshot?.seq) continue
    const kept = new Y.Doc()
    Y.applyUpdate(kept, snapshot.bytes)
    if (!isSame(kept, replayed)) complain(`the snapshot of ${seq} is not what its commits make`)
    kept.destroy()
  }
  if (snapshot !== undefined && snapshot.seq > seq)
    complain(`the snapshot is of ${snapshot.seq}, the last commit ${seq}`)
  if (!isSame(whole, replayed)) complain('snapshot and tail are not what all commits make')
  replayed.destroy()
}

export const hasPending = (doc: Y.Doc) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

function isSame(a: Y.Doc, b: Y.Doc): boolean {
  const vectors = [a, b].map((doc) => [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort((x, y) => x[0] - y[0]))
  return (
    a.getText(textName).toString() === b.getText(textName).toString() &&
    JSON.stringify(vectors[0]) === JSON.stringify(vectors[1])
  )
}

/** True of a server at any moment. */
export function checkServer(server: VirtualServer, complain: Complain): void {
  for (const room of server.rooms.live()) {
    const holders = new Map<number, unknown>()
    for (const session of room.sessions) {
      if (session.ended) complain('a session that ended is still in the room')
      for (const id of session.owns) {
        if (holders.has(id)) complain(`two sessions hold the client id ${id}`)
        holders.set(id, session)
      }
    }
    if (room.document.isOpen && hasPending(room.document.doc)) complain('something is pending in a live document')
  }
}

/** Why it is not quiet yet; `undefined`: it is. */
export function whatIsGoingOn(server: VirtualServer | undefined, tabs: readonly Tab[]): string | undefined {
  if (server === undefined) return 'the server does not run'
  for (const { provider, place, isOfAnotherLineage } of tabs) {
    if (isOfAnotherLineage) return `${place.tabId} is still of another lineage`
    if (provider.status !== 'live') return `${place.tabId} is ${provider.status}`
    if (provider.unsavedCount > 0 && !place.isViewer) return `${place.tabId} has ${provider.unsavedCount} unsaved`
    const saved = place.isViewer ? 'view-only' : 'saved'
    if (provider.saveState.kind !== saved) return `${place.tabId} says ${JSON.stringify(provider.saveState)}`
  }
  for (const room of server.rooms.live()) {
    if (!room.atRest) return 'a room is not at rest'
    const behind = tabs.find(({ provider }) => provider.seq !== room.committedSeq)
    if (behind !== undefined)
      return `${behind.place.tabId} is at ${behind.provider.seq}, the room at ${room.committedSeq}`
  }
  return undefined
}

/** Stored chat lines for all, as this tab shows them. */
const linesOf = (provider: Tab['provider']): string[] =>
  provider.chat.messages
    .filter(({ state, to }) => state === 'kept' && to === undefined)
    .map(({ n, text }) => `${n} ${text}`)

/** From the oldest line that a page has it has all that were for everybody, in order. */
function checkChat({ provider, place }: Tab, longest: string[], complain: Complain): void {
  const lines = linesOf(provider)
  const oldest = Math.min(...provider.chat.messages.map(({ n }) => n ?? Number.POSITIVE_INFINITY))
  const expected = longest.filter((line) => Number.parseInt(line, 10) >= oldest)
  const isEmptyRightly = longest.length === 0 || provider.chat.messages.length > 0
  if (String(lines) !== String(expected) || !isEmptyRightly) {
    complain(`${place.tabId} has the chat ${lines}, another tab ${longest}`)
  }
}

/** Every line that somebody was told is stored stands on disk, and none twice. */
export async function checkStoredChat(store: Store, id: DocumentId, said: string[], complain: Complain): Promise<void> {
  const stored: string[] = []
  for await (const [, value] of store.range(prefixRange(['doc', id, 'chat']))) {
    const { text, deleted } = JSON.parse(Buffer.from(value).toString()) as { text: string; deleted?: true }
    if (deleted !== true) stored.push(text)
    else stored.push('')
  }
  const there = stored.filter((text) => text !== '')
  if (new Set(there).size !== there.length) complain(`a chat line is stored twice: ${there}`)
  const missing = said.filter((text) => !there.includes(text))
  if (missing.length > stored.length - there.length) complain(`chat lines are lost: ${missing}`)
}

/** True of everybody once it is quiet. Returns the text. `hasEmptied`: somebody may have lost an edit unseen. */
export function checkQuiet(room: Room, tabs: readonly Tab[], hasEmptied: boolean, complain: Complain): string {
  const { text } = room.document
  const [longest = []] = tabs.map(({ provider }) => linesOf(provider)).sort((x, y) => y.length - x.length)
  for (const tab of tabs) {
    const { text: own, provider, place } = tab
    const who = place.tabId
    if (own !== text) complain(`${who} has ${own}, the server ${text}`)
    // Of such an edit only the deletion may have come. The text is right, and the next join brings both.
    const isWhole = hasEmptied ? provider.doc.store.pendingStructs === null : !hasPending(provider.doc)
    if (!isWhole) complain(`something is pending in ${who}`)
    const people = provider.people.map((person) => person.clientId).sort()
    const sessions = [...room.sessions].map((session) => session.clientId).sort()
    if (String(people) !== String(sessions)) complain(`${who} sees ${people}, in the room are ${sessions}`)
    for (const { clientId, name } of provider.people) {
      const shown = provider.awareness.getStates().get(clientId)?.user as { name?: string } | undefined
      if (shown?.name !== name) complain(`${who} has ${name} in the list, ${shown?.name} in the awareness`)
    }
    if (provider.title !== room.meta.title) complain(`${who} has the title ${provider.title}, not ${room.meta.title}`)
    checkChat(tab, longest, complain)
  }
  const ids = tabs.map(({ provider }) => provider.clientId)
  if (new Set(ids).size !== ids.length) complain(`two tabs write with one id: ${ids}`)
  if (room.sessions.size !== tabs.length) complain(`${room.sessions.size} sessions for ${tabs.length} tabs`)
  return text
}
