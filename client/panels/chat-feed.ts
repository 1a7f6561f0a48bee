// The chat as it is laid out: lines of one person to the same people in a row under one name, notices between them. Pure.
import type { ShownChatMessage } from '../sync/types.ts'
import type { Notice } from './notices.ts'

export type FeedEntry =
  | { kind: 'messages'; key: string; from: ShownChatMessage; messages: ShownChatMessage[] }
  | { kind: 'notice'; key: string; notice: Notice }

/** Lines further apart than this get a name and a time of their own. */
const groupMs = 5 * 60_000

/** Kept lines in the server's order, notices behind the line they followed, own unsent lines at the end. */
export function layOutFeed(messages: readonly ShownChatMessage[], notices: readonly Notice[]): FeedEntry[] {
  const feed: FeedEntry[] = []
  const waiting = [...notices]
  const addNotices = (before: number) => {
    while (waiting[0] !== undefined && waiting[0].afterN < before) {
      const notice = waiting.shift()!
      feed.push({ kind: 'notice', key: `${notice.kind}-${notice.personId}-${notice.at}-${feed.length}`, notice })
    }
  }
  for (const message of messages) {
    addNotices(message.n ?? Number.POSITIVE_INFINITY)
    const last = feed.at(-1)
    if (last?.kind === 'messages' && belongsTo(last, message)) last.messages.push(message)
    else feed.push({ kind: 'messages', key: message.id, from: message, messages: [message] })
  }
  addNotices(Number.POSITIVE_INFINITY)
  return feed
}

function belongsTo(
  group: { from: ShownChatMessage; messages: ShownChatMessage[] },
  message: ShownChatMessage,
): boolean {
  const last = group.messages.at(-1)!
  const { personId, name, to } = group.from
  const isSameTalk = personId === message.personId && name === message.name && to?.personId === message.to?.personId
  return isSameTalk && message.at - last.at < groupMs
}

/** Number of the last kept line, 0 when there is none. */
export const lastNumber = (messages: readonly ShownChatMessage[]): number =>
  messages.reduce((last, { n }) => Math.max(last, n ?? 0), 0)
