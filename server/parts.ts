// Accepted updates on their way to a commit: what becomes a record, and who wrote it.
import * as Y from 'yjs'
import type { AppError } from '../shared/errors.ts'
import { mergeUpdates } from '../shared/merge.ts'
import type { Answer, UpdateAnswer } from '../shared/protocol.ts'
import type { LiveDocument } from './live-document.ts'
import type { Session } from './session.ts'
import type { LogPart } from './update-log.ts'

/** One accepted update: what was new in it (Yjs v1), who sent it, and whom to tell when it is durable. */
export type Part = { session: Session; bytes: Uint8Array; answer: (answer: Answer<UpdateAnswer>) => void }

/** The one session that wrote all of these, if it is one. */
export function loneAuthor(parts: readonly Part[]): Session | undefined {
  const first = parts[0]?.session
  return parts.every((part) => part.session === first) ? first : undefined
}

/** Tells their authors that these will never be durable; they have to join again. */
export function refuseParts(parts: readonly Part[], error: AppError): void {
  for (const { session, answer } of parts) {
    session.synced = false
    answer({ ok: false, error: error.toRefusal() })
  }
}

/** Adjacent updates of one session as one part: smaller on disk, and the order of authors stays. */
export function adjacentMerged(parts: readonly Part[]): LogPart[] {
  const merged: { session: Session; updates: Uint8Array[] }[] = []
  for (const part of parts) {
    const last = merged[merged.length - 1]
    if (last?.session === part.session) last.updates.push(part.bytes)
    else merged.push({ session: part.session, updates: [part.bytes] })
  }
  return merged.map(({ session, updates }) => ({
    clientId: session.clientId,
    bytes: mergeUpdates(updates),
  }))
}

/**
 * The document from what is durable, and on top of it what was accepted and waits: all of that went through the guard and
 * applied once. Take `accepted` before reading: what becomes durable meanwhile is applied twice, which changes nothing.
 */
export async function rebuilt(accepted: readonly Part[], reload: () => Promise<LiveDocument>): Promise<LiveDocument> {
  const document = await reload()
  for (const part of accepted) Y.applyUpdate(document.doc, part.bytes)
  document.recount()
  return document
}
